"""Hold the agreement as data: what each field is called, how large it may be, and which ODRL term it is.

As in ``spec/agreement.md``.  The shape follows ODRL 2.2 (W3C Recommendation, "ODRL Information Model"): an *agreement*
of *parties* with *permissions* (here: clauses), *prohibitions* and *duties* (here: safeguards) under *constraints*.  It
is not JSON-LD: one canonical spelling per text matters more than linked data, because the bytes are what both sides
sign.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Final, Literal

from msgspec import Meta

from comity.protocol.canonical import Strict, digest
from comity.protocol.names import (
    AuthorityName,
    ClauseId,
    Digest,
    Instant,
    Language,
    NodeName,
    Party,
    Slug,
    TypeTag,
    Uuid,
    hex_digest,
)
from comity.protocol.records import MAX_ATTACHMENTS, PAYLOAD_LIMIT, Reality

AGREEMENT_V: Final = "comity/v1/agreement"
AGREEMENT_LIMIT: Final = 512 * 1024
"""The longest treaties in force between two states have fewer characters; leaves room in a proposal's document."""
MAX_EXPRESSION: Final = 1000
"""Characters of one condition; longer ones are for people to read, and people do not."""
MAX_PARTIES: Final = 8
MAX_NODES: Final = 8
MAX_CLAUSES: Final = 400

_Line = Annotated[str, Meta(min_length=1, max_length=300)]
_Prose = Annotated[str, Meta(min_length=1, max_length=20_000)]
Line = Annotated[Mapping[Language, _Line], Meta(min_length=1, max_length=12)]
"""A title or label, per language."""
Prose = Annotated[Mapping[Language, _Prose], Meta(min_length=1, max_length=12)]
"""A paragraph or several, per language; an empty line divides paragraphs."""
FieldPath = Annotated[str, Meta(pattern=r"^(header|body)(\.[a-z][a-z0-9_]{0,39}){1,4}$(?!\n)")]
"""A field of a record: ``body.case_number``."""
Expression = Annotated[str, Meta(min_length=1, max_length=MAX_EXPRESSION)]
"""A condition in Comity's subset of CEL (`conditions`)."""
Date = Annotated[str, Meta(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$(?!\n)")]
"""A day of a party's calendar."""
Duration = Annotated[str, Meta(pattern=r"^(PT[1-9][0-9]{0,3}H|P[1-9][0-9]{0,2}D)$(?!\n)")]
"""Hours (``PT8H``) or days (``P3D``), ISO 8601."""
TimeZone = Annotated[str, Meta(pattern=r"^[A-Za-z]{1,20}(/[A-Za-z0-9_+-]{1,30}){0,2}$(?!\n)")]
"""A name of the IANA time zone database: ``Europe/Berlin``."""
Types = Annotated[tuple[TypeTag, ...], Meta(max_length=32)]


class Named(Strict):
    """Define one word of the agreement's own vocabulary: an area, a purpose (ODRL ``purpose``), a handling code."""

    id: Slug
    title: Line


class Authority(Strict):
    """Name an organisation of a party; one of them is the party's contact point."""

    id: AuthorityName
    title: Line
    contact_point: bool = False


class Node(Strict):
    """Name an installation by the fingerprint of its identity, and the authorities that act through it."""

    id: NodeName
    fingerprint: Digest
    authorities: Annotated[tuple[AuthorityName, ...], Meta(min_length=1, max_length=32)]


class PartyTerms(Strict):
    """Describe a party (ODRL ``Party``; every party is both ``assigner`` and ``assignee``) and its calendar.

    ``working_days`` are ISO 8601 weekdays (Monday is 1); ``holidays`` are days on which no working day is counted.
    """

    id: Party
    title: Line
    role: Line
    time_zone: TimeZone
    authorities: Annotated[tuple[Authority, ...], Meta(min_length=1, max_length=32)]
    nodes: Annotated[tuple[Node, ...], Meta(min_length=1, max_length=MAX_NODES)]
    working_days: Annotated[tuple[Annotated[int, Meta(ge=1, le=7)], ...], Meta(min_length=1, max_length=7)]
    holidays: Annotated[tuple[Date, ...], Meta(max_length=400)] = ()


class Direction(Strict):
    """Say who may send to whom: ``sender`` is ODRL's ``assignee`` of the permission, ``receiver`` its ``assigner``.

    The receiver grants the sender leave to send, and is bound to take what is sent.
    """

    sender: Party
    receiver: Party


class HandlingRule(Strict):
    """Say which handling codes a clause allows and which one a new record gets (ODRL ``constraint``)."""

    default: Slug
    allowed: Annotated[tuple[Slug, ...], Meta(min_length=1, max_length=16)]


class Required(Strict):
    """Require that a field be filled (ODRL ``constraint``).  ``label`` is what people call the field.

    ``types`` narrows it to some of the clause's types; empty means all.
    """

    field: FieldPath
    label: Line
    types: Types = ()


class Condition(Strict):
    """Require that an expression be true (ODRL ``constraint``), with what to say and to do when it is not."""

    id: Slug
    expression: Expression
    sentence: Line
    remedy: Line
    types: Types = ()


class Calendar(StrEnum):
    """Say which days a clock counts."""

    ALL = "all-days"
    RECEIVER = "receiver"
    SENDER = "sender"
    BOTH = "both"


class OnExpiry(StrEnum):
    """Say what happens when a clock ends without an answer."""

    ESCALATE = "escalate"
    DEEMED_AGREED = "deemed-agreed"
    LAPSE = "lapse"


class Clock(Strict):
    """Bound the time to answer (ODRL ``duty`` of the receiver); it starts when the record is received.

    ``working_days_of`` names whose working days are counted.  A record that ``answers`` the first one stops it.
    """

    urgency: Slug
    title: Line
    duration: Duration
    on_expiry: OnExpiry
    working_days_of: Calendar = Calendar.ALL
    types: Types = ()


class Onward(StrEnum):
    """Say whether what was received may go on to others (ODRL ``nextPolicy``)."""

    NEVER = "never"
    BY_CONSENT = "by-consent"
    FREE = "free"


class QueryBudget(Strict):
    """Bound blind queries by one party under a clause (ODRL ``count``)."""

    per_day: Annotated[int, Meta(ge=0, le=10_000_000)]
    per_month: Annotated[int, Meta(ge=0, le=100_000_000)]


class Limits(Strict):
    """Bound what one party may send under a clause: records a UTC day, and the size of each.

    Sizes are bytes; attachments count in their encrypted form, which is what the header states.  What is empty is
    bounded by the record format alone.
    """

    # Only None as default: the reader tells an explicit default from an absent one by identity, which numbers lack.
    records_per_day: Annotated[int, Meta(ge=1, le=10_000_000)] | None = None
    payload_bytes: Annotated[int, Meta(ge=1, le=PAYLOAD_LIMIT)] | None = None
    attachments: Annotated[int, Meta(ge=0, le=MAX_ATTACHMENTS)] | None = None
    attachment_bytes: Annotated[int, Meta(ge=1, le=2**52)] | None = None


class SafeguardKind(StrEnum):
    """Tell what must not be done from what must be done."""

    PROHIBITION = "prohibition"
    DUTY = "duty"


class Safeguard(Strict):
    """State a prohibition or a duty (the ODRL terms) in words and, where a machine can see it, as a rule.

    A prohibition refuses a record for which ``when`` is true.  A duty with ``field`` refuses a record that leaves the
    field empty although ``when`` is true (or is not given).  Without either it is text that people must keep.
    """

    id: Slug
    kind: SafeguardKind
    text: Prose
    when: Expression | None = None
    field: FieldPath | None = None
    remedy: Line | None = None
    types: Types = ()


class Clause(Strict):
    """Permit types of record for purposes, on conditions (ODRL ``permission``; ``types`` is its ``action``).

    ``directions`` and ``authorities`` are empty where every party and every authority may send.  ``release`` is the
    number of persons who must look; ``retention_days`` run from receipt; ``safeguards`` names some of the agreement's.
    """

    id: ClauseId
    title: Line
    text: Prose
    area: Slug
    types: Annotated[tuple[TypeTag, ...], Meta(min_length=1, max_length=32)]
    purposes: Annotated[tuple[Slug, ...], Meta(min_length=1, max_length=32)]
    handling: HandlingRule
    retention_days: Annotated[int, Meta(ge=1, le=36_525)]
    onward: Onward
    directions: Annotated[tuple[Direction, ...], Meta(max_length=56)] = ()
    authorities: Annotated[tuple[AuthorityName, ...], Meta(max_length=64)] = ()
    release: Literal[1, 2] = 1
    required: Annotated[tuple[Required, ...], Meta(max_length=32)] = ()
    conditions: Annotated[tuple[Condition, ...], Meta(max_length=16)] = ()
    clocks: Annotated[tuple[Clock, ...], Meta(max_length=16)] = ()
    queries: QueryBudget | None = None
    limits: Limits | None = None
    safeguards: Annotated[tuple[Slug, ...], Meta(max_length=32)] = ()


class Agreement(Strict):
    """Hold the whole text that both sides sign (ODRL ``Agreement``).

    ``authentic`` lists the languages in which the text binds; every text must exist in each.  ``previous`` is the
    digest of the version that this one amends.  ``expires`` empty means: until it is ended.
    """

    v: Literal["comity/v1/agreement"]
    channel: Uuid
    version: Annotated[int, Meta(ge=1, le=10_000)]
    title: Line
    preamble: Prose
    authentic: Annotated[tuple[Language, ...], Meta(min_length=1, max_length=8)]
    realities: Annotated[tuple[Reality, ...], Meta(min_length=1, max_length=3)]
    parties: Annotated[tuple[PartyTerms, ...], Meta(min_length=2, max_length=MAX_PARTIES)]
    areas: Annotated[tuple[Named, ...], Meta(min_length=1, max_length=64)]
    purposes: Annotated[tuple[Named, ...], Meta(min_length=1, max_length=64)]
    handling_codes: Annotated[tuple[Named, ...], Meta(min_length=1, max_length=16)]
    clauses: Annotated[tuple[Clause, ...], Meta(min_length=1, max_length=MAX_CLAUSES)]
    effective: Instant
    expires: Instant | None = None
    previous: Digest | None = None
    safeguards: Annotated[tuple[Safeguard, ...], Meta(max_length=64)] = ()


def agreement_digest(text: bytes) -> str:
    """Return the `Digest` by which records, signatures and amendments name this text."""
    return hex_digest(digest(AGREEMENT_V, text))
