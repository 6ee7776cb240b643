"""Turn what calls bring into what the services take, and what access returns into what calls answer with."""

import io
from typing import Final
from uuid import UUID

from django.http import HttpRequest
from django.utils.translation import gettext as _

from comity.desk.api.problems import CallError
from comity.desk.seat import Seat
from comity.matching import BirthDate, MatchingError, Person, parse_births
from comity.protocol.errors import ErrorKind
from comity.screening import access, looking, words
from comity.screening import api_shapes as s
from comity.screening.budgets import UNBOUNDED
from comity.screening.imports import Document, Entry, Reading, RowError, read_list, sniff
from comity.screening.list_access import EntryShown, OwnList, PartnerList
from comity.screening.subjects import Subject, subject_of
from comity.screening.uploaded import MOST_BYTES

UPLOAD: Final = {
    "requestBody": {
        "required": True,
        "description": "The file itself: CSV, FollowTheMoney, UN, EU or OFAC XML, MRZ lines, or names; at most 20 MB.",
        "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
    },
}
"""What the description says of a call whose body is a file of persons."""


def stated(seat: Seat) -> str:
    """Return the purpose that the call states for looking; empty if it states none."""
    return seat.stated.get("", "")


def file_of(request: HttpRequest) -> Reading:
    """Return the entries of the file that is a call's body.  Raises `CallError` and `ImportFault`."""
    length = request.headers.get("Content-Length", "")
    if not (length.isascii() and length.isdecimal() and 0 < len(length) < 13) or int(length) > MOST_BYTES:
        raise CallError(
            ErrorKind.TOO_LARGE, 413, _("A file needs a Content-Length, and is at most 20 MB."),
            _("Divide it, or import it on the command line, which takes any size."),
        )  # fmt: skip
    stream = io.BytesIO(request.read(int(length)))
    return read_list(stream, sniff(stream))


def fault(one: RowError) -> s.Fault:
    """Return a fault of a file."""
    return s.Fault(row=one.row, place=one.place, problem=_(one.problem), remedy=_(one.remedy), loses=one.loses)


def subject_given(given: s.NewPerson) -> Subject:
    """Return whom a call asks about.  Raises `CallError`."""
    zone = _zone(given.mrz.strip()) if given.mrz.strip() else None
    read = subject_of(zone) if zone else Subject(Person(()))
    try:
        births = parse_births(given.born.strip())
    except MatchingError:
        raise CallError(
            ErrorKind.MALFORMED, 400, _("A date of birth has another form."),
            _("Write 1980-05-01, 1980-05, 1980 or 1978~1982; several joined by |."),
        ) from None  # fmt: skip
    papers = tuple(Document(one.kind, one.number, one.state) for one in given.documents)
    names = tuple(dict.fromkeys((*(one.strip() for one in given.names if one.strip()), *read.person.names)))
    if not (names or papers or read.documents):
        raise CallError(
            ErrorKind.MALFORMED, 400, _("A person has neither a name nor a document."),
            _("Give a name, a document or a machine-readable zone."),
        )  # fmt: skip
    person = Person(
        names,
        tuple(dict.fromkeys((*births, *read.person.births))),
        given.sex or read.person.sex,
        tuple(dict.fromkeys((*given.nationalities, *read.person.nationalities))),
    )
    return Subject(person, (*papers, *read.documents), given.reference)


def _zone(text: str) -> Entry:
    """Return whom a zone names; one whose check digits do not hold was misread and is not asked about."""
    item = looking.person_of(text)
    if isinstance(item, Entry):
        return item
    remedy = _("Read it again, or give name and document.") if item is None else _(item.remedy)
    said = _("This is no machine-readable zone.") if item is None else _(item.problem)
    raise CallError(ErrorKind.MALFORMED, 400, said, remedy)


def person(subject: Subject) -> s.PersonShown:
    """Return whom a row or an entry is about."""
    who = subject.person
    return s.PersonShown(
        names=list(who.names),
        born=[_born(one) for one in who.births],
        sex=who.sex,
        nationalities=list(who.nationalities),
        documents=[s.PaperShown(kind=one.kind, state=one.state, number=one.number) for one in subject.documents],
        reference=subject.reference,
    )


def _born(birth: BirthDate) -> str:
    parts = [f"{birth.year:04}"] + [f"{part:02}" for part in (birth.month, birth.day) if part]
    return "-".join(parts)


def own_list(one: OwnList) -> s.OwnListLine:
    """Return a list of this node."""
    going = one.publication
    return s.OwnListLine(
        list_id=one.list_id, title=one.title, owner=one.owner, legal_basis=one.legal_basis,
        review_days=one.review_days, expires_ms=one.expires_ms, entries=one.entries, review_due=one.review_due,
        next_review_ms=one.next_review_ms, generation=one.generation, version=one.version, to_add=one.to_add,
        to_remove=one.to_remove, unpublished=one.unpublished,
        publication=s.PublicationLine(
            state=going.state, done=going.done, total=going.total, note=going.note, started_ms=going.started_ms
        )
        if going
        else None,
    )  # fmt: skip


def partner_list(one: PartnerList) -> s.PartnerListLine:
    """Return a partner's list with what is left of the budget."""
    known, left = one.known, one.left
    return s.PartnerListLine(
        holder=known.holder, list_id=known.list_id, title=known.title, entries=known.entries,
        generation=known.generation, version=known.version, clause=known.clause, purposes=list(one.purposes),
        left_today=None if left.day >= UNBOUNDED else left.day,
        left_this_month=None if left.month >= UNBOUNDED else left.month,
        renew_by_ms=one.renew_by_ms,
    )  # fmt: skip


def entry(one: EntryShown) -> s.EntryLine:
    """Return an entry of an own list."""
    return s.EntryLine(entry=one.number, person=person(one.subject), review_ms=one.review_ms, expires_ms=one.expires_ms)


def check(one: access.CheckShown) -> s.CheckLine:
    """Return how far a check is."""
    return s.CheckLine(
        check=UUID(one.uid), holder=one.holder, list_id=one.list_id, clause=one.clause, purpose=one.purpose,
        case=UUID(one.case) if one.case else None, officer=one.officer, state=one.state, note=one.note,
        retry_ms=one.retry_ms or None, created_ms=one.created_ms, rows=one.rows, done=one.done, asked=one.asked,
        failed=one.failed, hits=one.hits, to_review=one.to_review,
    )  # fmt: skip


def hit(one: access.HitShown) -> s.HitLine:
    """Return a hit: unverified, with the rules it rests on."""
    return s.HitLine(
        hit=one.number, check=UUID(one.check), row=one.row + 1,
        person=person(one.subject) if one.subject else None, holder=one.holder, list_id=one.list_id,
        reference=one.reference, strength="strong" if one.strong else "weak", rules=[rule(each) for each in one.rules],
        state=one.state, case=UUID(one.case) if one.case else None,
        finding=one.finding.value if one.finding else None, officer=one.officer,
        decided_ms=one.decided_ms, cleared_ms=one.cleared_ms, cleared_why=one.cleared_why,
    )  # fmt: skip


def rule(one: access.RuleShown) -> s.HitRule:
    """Return a rule with what was measured of it."""
    return s.HitRule(
        rule=one.rule, strength="strong" if one.strong else "weak", explanation=str(words.RULES[one.rule]),
        reviewed_same=one.same, reviewed_different=one.different, precision=one.precision,
    )  # fmt: skip


def lines_of_check(seat: Seat, found: access.CheckShown) -> s.CheckShown:
    """Return a check with the rows that came to nothing."""
    nothing = [
        s.Unanswered(first=one.first, last=one.last, note=one.note) for one in access.unanswered(seat, found.uid)
    ]
    return s.CheckShown(**dict(check(found)), unanswered=nothing)
