"""Tell an officer, while they write, what the agreement will say, and what will happen once it is sent."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import msgspec
from django.utils.translation import gettext as _

from comity.cases import access, clocks, handling
from comity.cases import written as w
from comity.cases.access import Alike
from comity.cases.kinds import CONCERNS, COURSE, KIND_OF, Kind
from comity.cases.vocabulary import LABELS
from comity.cases.written import Written
from comity.channel import post
from comity.desk import words
from comity.desk.drafts import Kept
from comity.desk.seat import Seat, language
from comity.desk.words import Said
from comity.protocol.agreement.advice import choose_clause
from comity.protocol.agreement.findings import Finding, ReasonCode, finding
from comity.protocol.agreement.model import Clause
from comity.protocol.agreement.permits import Refusal
from comity.protocol.agreement.reading import ClauseReading, Reader, read_clause
from comity.protocol.agreement.terms import CompiledClause, Terms
from comity.protocol.names import party_of
from comity.protocol.records import Reality, Reference, Relation

SOMEBODY = "0" * 20
"""Stands in for the second person while nobody has released the record yet; no officer ever has this pseudonym."""


@dataclass(frozen=True, slots=True)
class Option:
    """Be one option of a choice."""

    value: str
    label: str
    group: str = ""
    fits: bool = True


@dataclass(frozen=True, slots=True)
class Choices:
    """Hold what there is to choose from, narrowed to the clause as soon as one is chosen."""

    clauses: tuple[Option, ...]
    purposes: tuple[Option, ...]
    urgencies: tuple[Option, ...]
    handling: tuple[Option, ...]


@dataclass(frozen=True, slots=True)
class Consequences:
    """Say what will happen once the record is sent."""

    to: str
    party: str
    clause: str
    title: str
    purpose: str
    handling: str
    persons: int
    kept: str
    answer_ms: int | None
    attachments: int
    attachment_bytes: int
    items: int


@dataclass(frozen=True, slots=True)
class Preflight:
    """Hold everything the agreement says about a draft as it stands."""

    findings: tuple[Said, ...]
    by_field: Mapping[str, tuple[Said, ...]]
    reading: ClauseReading | None
    consequences: Consequences | None
    alike: tuple[Alike, ...] = ()
    withheld: tuple[handling.Withheld, ...] = ()

    @property
    def ready(self) -> bool:
        """Say whether nothing stands against sending it."""
        return not self.findings

    @property
    def two_persons(self) -> bool:
        """Say whether a second person must release it."""
        return self.consequences is not None and self.consequences.persons > 1


def as_draft(seat: Seat, kept: Kept, written: Written, authority: str, released_by: str | None) -> post.Draft:
    """Return the draft that the channel checks and sends."""
    kind = KIND_OF[kept.type]
    refs = [Reference(rel=Relation.CASE, id=kept.case)] if kept.case else []
    if kept.answers:
        refs.append(Reference(rel=Relation.ANSWERS, id=kept.answers))
    if written.concerns and (kind in CONCERNS or kind in COURSE):
        refs.append(Reference(rel=Relation.CONCERNS, id=written.concerns))
    return post.Draft(
        type=kept.type,
        body=w.body(kind, written),
        to=(written.to or next(iter(seat.partners()), ""),),
        clause=written.clause,
        purpose=written.purpose,
        handling=written.handling or None,
        urgency=written.urgency or None,
        language=written.language or None,
        authority=authority,
        officer=kept.owner,
        released_by=released_by,
        reality=Reality(kept.reality),
        refs=tuple(refs),
        attachments=written.attachments,
        uid=kept.uid,
    )


def look(seat: Seat, kept: Kept, written: Written, authority: str) -> Preflight:
    """Return what the agreement says about a draft, as if a second person had looked where one must."""
    terms, kind = seat.terms, KIND_OF[kept.type]
    if terms is None or seat.channel is None:
        none = Said(_("No agreement is in force."), _("Ask the contact points to sign one."), "not-in-force", "", "")
        return _with((none,), None, None)
    withheld = tuple(handling.taken_over(seat, written))
    findings = (*(_held_back(one) for one in withheld), *_own_findings(kind, written))
    if not written.clause:
        return _with((_no_clause(), *findings), None, None, withheld=withheld)
    compiled = terms.clauses.get(written.clause)
    second = SOMEBODY if compiled and compiled.clause.release > 1 else None
    draft = as_draft(seat, kept, written, authority, second)
    verdict = post.preflight(seat.node, seat.channel, draft)
    if isinstance(verdict, Refusal):
        asked = {one.field for one in findings}
        said = (words.say(_purpose_left_out(one, written, compiled), terms) for one in verdict.findings)
        findings = (*(one for one in said if not one.field or one.field not in asked), *findings)
    alike = tuple(access.alike(seat, kept.case or kept.uid, draft.body)) if kind is Kind.REQUEST else ()
    if compiled is None:
        return _with(findings, None, None, alike, withheld)
    reading = read_clause(Reader(terms, language()), compiled.clause)
    consequences = _consequences(seat, terms, compiled.clause, kept, written)
    return _with(findings, reading, consequences, alike, withheld)


def _with(
    findings: tuple[Said, ...],
    reading: ClauseReading | None,
    consequences: Consequences | None,
    alike: tuple[Alike, ...] = (),
    withheld: tuple[handling.Withheld, ...] = (),
) -> Preflight:
    by_field: dict[str, tuple[Said, ...]] = {}
    for one in findings:
        by_field[one.field] = (*by_field.get(one.field, ()), one)
    return Preflight(findings, by_field, reading, consequences, alike, withheld)


def _held_back(one: handling.Withheld) -> Said:
    return Said(one.sentence, one.remedy, "handling", one.clause, "")


def _purpose_left_out(one: Finding, written: Written, compiled: CompiledClause | None) -> Finding:
    """Return the finding that no purpose is chosen yet, in place of the one that the empty purpose is not covered."""
    if one.reason is ReasonCode.PURPOSE_NOT_COVERED and not written.purpose and compiled is not None:
        clause = compiled.clause
        return finding(ReasonCode.PURPOSE_MISSING, clause.id, allowed=", ".join(clause.purposes))
    return one


def _no_clause() -> Said:
    return Said(
        _("No clause is chosen."),
        _("Choose the clause that permits this; its text appears here."),
        "clause-missing",
        "",
        "clause",
    )


def _own_findings(kind: Kind, written: Written) -> tuple[Said, ...]:
    """Return what is missing whatever the agreement says: the record could not be written down."""
    found = [
        Said(
            _("“%(field)s” is empty.") % {"field": LABELS[name]},
            _("Fill it in; no record goes without it."),
            "field-empty",
            "",
            name,
        )
        for name in w.missing(kind, written)
    ]
    long = w.too_long(kind, written)
    if long is not None:
        label = LABELS.get(long, long)
        found.append(
            Said(
                _("“%(field)s” is too long or of an unknown kind.") % {"field": label},
                _("Shorten it, or send a part as an attachment."),
                "too-long",
                "",
                long,
            )
        )
    return tuple(found)


def _consequences(seat: Seat, terms: Terms, clause: Clause, kept: Kept, written: Written) -> Consequences:
    to = written.to or next(iter(seat.partners()), "")
    own, theirs = party_of(seat.node.name), party_of(to) if to else ""
    clock = terms.clauses[clause.id].clock(kept.type, written.urgency or None)
    answer = clocks.preview(terms, clock, seat.node.clock(), own, theirs) if clock else None
    party = terms.parties.get(theirs)
    return Consequences(
        to=to,
        party=terms.words(party.title, language()) if party else theirs,
        clause=clause.id,
        title=terms.words(clause.title, language()),
        purpose=words.purpose_title(terms, written.purpose) if written.purpose else "",
        handling=words.handling_title(terms, written.handling) if written.handling else "",
        persons=clause.release,
        kept=Reader(terms, language()).kept(clause.retention_days),
        answer_ms=answer,
        attachments=len(written.attachments),
        attachment_bytes=sum(one.size for one in written.attachments),
        items=len(written.items),
    )


def choices(seat: Seat, kept: Kept, written: Written) -> Choices:
    """Return what the officer may choose from."""
    terms = seat.terms
    if terms is None:
        return Choices((), (), (), ())
    lang = language()
    areas = {area.id: terms.words(area.title, lang) for area in terms.agreement.areas}
    fitting = choose_clause(terms, kept.type, None, party_of(seat.node.name))
    clauses = [
        Option(one.id, f"\u2066{one.id}\u2069  {terms.words(one.title, lang)}", areas[one.area]) for one in fitting
    ]
    compiled = terms.clauses.get(written.clause)
    clause = compiled.clause if compiled else None
    purposes = [one for one in terms.agreement.purposes if clause is None or one.id in clause.purposes]
    codes = [one for one in terms.agreement.handling_codes if clause is None or one.id in clause.handling.allowed]
    clocks = compiled.clocks_for(kept.type) if compiled else ()
    return Choices(
        tuple(clauses),
        _kept_in(written.purpose, [Option(one.id, terms.words(one.title, lang)) for one in purposes]),
        _kept_in(written.urgency, [Option(one.urgency, terms.words(one.title, lang)) for one in clocks]),
        _kept_in(written.handling, [Option(one.id, terms.words(one.title, lang)) for one in codes]),
    )


def _kept_in(value: str, options: Sequence[Option]) -> tuple[Option, ...]:
    """Return the options, with the present value among them even where it no longer fits."""
    if value and all(one.value != value for one in options):
        return (*options, Option(value, value, fits=False))
    return tuple(options)


def defaults(seat: Seat, kept: Kept, written: Written) -> Written:
    """Return ``written`` with what follows from the clause alone: its only purpose, its default handling code."""
    compiled = seat.terms.clauses.get(written.clause) if seat.terms else None
    if compiled is None:
        return written
    clause = compiled.clause
    changes: dict[str, str] = {}
    if not written.handling or written.handling not in clause.handling.allowed:
        changes["handling"] = clause.handling.default
    if written.purpose not in clause.purposes:
        changes["purpose"] = clause.purposes[0] if len(clause.purposes) == 1 else ""
    urgencies = [one.urgency for one in compiled.clocks_for(kept.type)]
    if written.urgency not in urgencies:
        changes["urgency"] = urgencies[0] if len(urgencies) == 1 else ""
    return msgspec.structs.replace(written, **changes)
