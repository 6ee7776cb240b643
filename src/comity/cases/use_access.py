"""Say what a partner's information may be used for, and which consents were signed for it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from comity.cases import policy, scope
from comity.cases.kinds import INFORMING
from comity.cases.models import Entry
from comity.cases.policy import Consent, Information, Verdict
from comity.cases.records import (
    CONSENT_ASKED,
    CONSENTED,
    Clarified,
    ConsentAsked,
    Consented,
    Notice,
    Reply,
    Request,
    Use,
)
from comity.channel import reading
from comity.channel.reading import Held
from comity.desk.roles import Permission
from comity.desk.seat import Seat
from comity.protocol.agreement.model import Onward
from comity.protocol.canonical import Strict
from comity.protocol.names import UnixMs

USES: Final = tuple(Use)


@dataclass(frozen=True, slots=True)
class Given:
    """Show a consent on the record it was given for: what for, on which conditions, when."""

    consent: Consent
    concerns: str
    conditions: str
    until: str
    time_ms: int


def consents(seat: Seat, uids: Sequence[str]) -> dict[str, tuple[Given, ...]]:
    """Return the consents that the authors of these records signed for this side, by record."""
    seat.require(Permission.READ_CASES)
    if seat.channel is None or not uids:
        return {}
    rows = scope.entries(seat)
    asked = {
        one.uid: one for one in rows.filter(concerns__in=uids, type=CONSENT_ASKED.tag, own=True).exclude(concerns="")
    }
    given = list(rows.filter(answers__in=list(asked), type=CONSENTED.tag, own=False))
    authors = dict(rows.filter(uid__in={one.concerns for one in asked.values()}).values_list("uid", "journal"))
    held = reading.held(seat.node, seat.channel, [uid for one in given for uid in (one.uid, one.answers)])
    found: dict[str, tuple[Given, ...]] = {}
    for one in given:
        ask = asked[one.answers]
        # SECURITY: only who gave the information lifts what they restricted. Holds because the consent must stand in
        # the journal of the record's author. Breaks if a third member's consent is taken for it.
        if authors.get(ask.concerns) == one.journal:
            made = _given(seat, ask, one, held)
            if made is not None:
                found[ask.concerns] = (*found.get(ask.concerns, ()), made)
    return found


def _given(seat: Seat, ask: Entry, consent: Entry, held: Mapping[str, Held]) -> Given | None:
    bodies = [reading.opened(seat.node, held[uid]) if uid in held else None for uid in (ask.uid, consent.uid)]
    asked, given = bodies
    if not isinstance(asked, ConsentAsked) or not isinstance(given, Consented):
        return None
    made = Consent(consent.uid, asked.use, asked.recipient, asked.items, _end_of(given.until))
    return Given(made, ask.concerns, given.conditions, given.until, consent.time_ms)


def _end_of(day: str) -> UnixMs | None:
    if not day:
        return None
    end = datetime.fromisoformat(day).replace(tzinfo=UTC) + timedelta(days=1)
    return UnixMs(int(end.timestamp() * 1000) - 1)


def informing(body: Strict | None) -> bool:
    """Say whether a content holds information that a use can need consent for."""
    return isinstance(body, Request | Reply | Notice | Clarified)


def information(seat: Seat, record: Held, body: Strict | None, given: Iterable[Given]) -> Information:
    """Return what the policy must know of a record."""
    clause = record.header.clause or ""
    compiled = seat.terms.clauses.get(clause) if seat.terms else None
    items = body.items if isinstance(body, Request | Reply | Notice | Clarified) else ()
    return Information(
        own=record.journal == seat.node.name,
        clause=clause,
        # A clause that this text no longer has grants nothing.
        onward=compiled.clause.onward if compiled else Onward.NEVER,
        handling=record.header.handling or "",
        items=tuple(one.handling or "" for one in items),
        consents=tuple(one.consent for one in given),
    )


def verdicts(what: Information, now: UnixMs) -> dict[Use, Verdict]:
    """Return what the policy says of every use, for whoever it may be."""
    return {use: policy.decide(what, use, now=now) for use in USES}


@dataclass(frozen=True, slots=True)
class Judged:
    """Hold a record, its content, and whether a use of it is allowed."""

    record: Held
    body: Strict | None
    verdict: Verdict


def judge(
    seat: Seat, uids: Sequence[str], use: Use, *, recipient: str = "", items: Sequence[int] | None = None
) -> dict[str, Judged]:
    """Return what the policy says of one use of several records that the seat may see; others are not there."""
    seat.require(Permission.READ_CASES)
    if seat.channel is None:
        return {}
    tags = [kind.tag for kind in INFORMING]
    seen = set(scope.entries(seat).filter(uid__in=uids, type__in=tags).values_list("uid", flat=True))
    held = reading.held(seat.node, seat.channel, [uid for uid in uids if uid in seen])
    given = consents(seat, list(held))
    now = seat.node.clock()
    result = {}
    for uid, record in held.items():
        body = reading.opened(seat.node, record)
        what = information(seat, record, body, given.get(uid, ()))
        known = items if items is None else [at for at in items if at < len(what.items)]
        result[uid] = Judged(record, body, policy.decide(what, use, now=now, recipient=recipient, items=known))
    return result


def case_records(seat: Seat, cases: Sequence[str]) -> list[str]:
    """Return the records of cases that hold information, in the order of time."""
    seat.require(Permission.READ_CASES)
    rows = scope.entries(seat).filter(case__uuid__in=cases, type__in=[kind.tag for kind in INFORMING])
    return list(rows.order_by("time_ms", "id").values_list("uid", flat=True))
