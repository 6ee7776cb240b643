"""Turn records into cases: deterministic, in the channel's transaction, and rebuildable from the journals."""

from collections.abc import Sequence

from comity.cases import outcomes, reminders, searching
from comity.cases.fingerprints import fingerprints
from comity.cases.models import Case, Entry, Fingerprint
from comity.cases.records import (
    ANSWERS,
    CLOSING,
    MERGED,
    QUESTIONS,
    REOPENING,
    REQUEST,
    TYPES,
    Closing,
    ConsentAsked,
    MoreTime,
    Refusal,
    Request,
)
from comity.cases.statistics import STATISTICS
from comity.channel.rows import insert
from comity.channel.runtime import AppliedRecord, LocalNode
from comity.protocol.canonical import Strict
from comity.protocol.names import parse_instant
from comity.protocol.records import Header, Relation


class CasesArea:
    """Be the area of cases as the channel sees it."""

    types = TYPES
    kinds = (STATISTICS,)

    def apply(self, node: LocalNode, records: Sequence[AppliedRecord]) -> None:
        """Add the records to their cases; a request or a notice without a case opens one of its own."""
        ids = _cases(node, [record.header for record in records])
        entries = [_entry(record, ids[_key(record.header)]) for record in records]
        insert(node.using, "cases_entry", _ENTRY, [[getattr(entry, name) for name in _ENTRY] for entry in entries])
        _mark_answered(node, entries)
        _end_questions(node, entries)
        _close(node, entries)
        _recognise(node, records)
        outcomes.forget(node, [entry.answers for entry in entries if entry.answers])

    def tend(self, node: LocalNode) -> None:
        """Remind of what is due, and keep figures and search ready."""
        reminders.tend(node)
        outcomes.tend(node)
        searching.tend(node)

    def erase(self, node: LocalNode, uids: Sequence[str]) -> None:
        """Forget what came from these records' contents; nothing else of them is kept here."""
        rows = Entry.objects.using(node.using).filter(uid__in=uids)
        rows.update(erased=True, detail="", hours=0)
        Fingerprint.objects.using(node.using).filter(uid__in=uids).delete()
        outcomes.forget_grounds(node, uids)
        searching.forget(node, uids)

    def clear(self, node: LocalNode) -> None:
        """Empty what is made of records; who works on what is this side's own and stays."""
        Fingerprint.objects.using(node.using).all().delete()
        outcomes.clear(node)
        searching.clear(node)
        Entry.objects.using(node.using).all().delete()
        Case.objects.using(node.using).all().delete()


def _mark_answered(node: LocalNode, entries: Sequence[Entry]) -> None:
    """Mark questions as answered by the other side, whichever of question and answer came first."""
    rows = Entry.objects.using(node.using)
    for entry in entries:
        if entry.answers and entry.type in ANSWERS:
            asked = rows.filter(channel=entry.channel, uid=entry.answers, own=not entry.own)
            asked.filter(type=ANSWERS[entry.type]).update(answered=True)
    questions = {entry.uid: entry for entry in entries if entry.type in QUESTIONS}
    if questions:
        channel = entries[0].channel
        answers = rows.filter(channel=channel, answers__in=list(questions)).values_list("answers", "type", "own")
        for uid, tag, own in answers:
            if ANSWERS.get(tag) == questions[uid].type:
                rows.filter(channel=channel, uid=uid, own=not own).update(answered=True)


def _end_questions(node: LocalNode, entries: Sequence[Entry]) -> None:
    """End the open questions of whoever closed a case, as their own journal orders questions and closing."""
    rows = Entry.objects.using(node.using)
    closings = [entry for entry in entries if entry.type == CLOSING.tag]
    for one in closings:
        before = rows.filter(case_id=one.case_id, journal=one.journal, index__lt=one.index)
        before.filter(type__in=QUESTIONS, answered=False).update(answered=True)
    # Contents can come late: then the closing stands here before a question that it ends.
    late = [entry for entry in entries if entry.type in QUESTIONS and entry.uid != entry.case.uuid]
    for one in late:
        after = rows.filter(case_id=one.case_id, journal=one.journal, index__gt=one.index, type=CLOSING.tag)
        if after.exists():
            rows.filter(channel=one.channel, uid=one.uid).update(answered=True)


def _close(node: LocalNode, entries: Sequence[Entry]) -> None:
    """Note for the cases touched whether the last word on them is a closing."""
    rows = Entry.objects.using(node.using)
    cases = Case.objects.using(node.using)
    ids = {entry.case_id for entry in entries if entry.type in _WORDS}
    closing = {entry.case_id for entry in entries if entry.type == CLOSING.tag}
    rest = ids - closing
    if rest:
        closing |= set(cases.filter(id__in=rest, closed_ms__isnull=False).values_list("id", flat=True))
    for case in closing:
        last = rows.filter(case_id=case, type__in=_WORDS).order_by("-time_ms", "-journal", "-index").first()
        shut = last is not None and last.type == CLOSING.tag
        cases.filter(id=case).update(
            closed_by=last.journal if last and shut else "", closed_ms=last.time_ms if last and shut else None
        )


def _recognise(node: LocalNode, records: Sequence[AppliedRecord]) -> None:
    rows = [
        [record.header.channel, record.header.id, digest]
        for record in records
        if record.header.type == REQUEST.tag and record.body is not None
        for digest in sorted(fingerprints(node, record.body))
    ]
    if rows:
        insert(node.using, "cases_fingerprint", ("channel", "uid", "digest"), rows, " ON CONFLICT DO NOTHING")


_WORDS = (CLOSING.tag, REOPENING.tag, REQUEST.tag)
"""What says whether a case is closed: the last of these."""
_CASE = ("channel", "uuid", "opened_by", "opened_ms", "changed_ms", "merged_into", "closed_by")
_OLDER = (
    "(excluded.opened_ms < cases_case.opened_ms"
    " OR (excluded.opened_ms = cases_case.opened_ms AND excluded.opened_by < cases_case.opened_by))"
)
"""The oldest record opens a case, in whatever order the records of two journals come."""
_INTO = (
    "(excluded.merged_into <> '' AND (cases_case.merged_into = '' OR excluded.merged_into < cases_case.merged_into))"
)
"""A case that is merged into several continues in the oldest, in whatever order that is learned."""
_LATEST = (
    " ON CONFLICT (channel, uuid) DO UPDATE SET"
    " changed_ms = CASE WHEN cases_case.changed_ms < excluded.changed_ms THEN excluded.changed_ms"
    " ELSE cases_case.changed_ms END,"
    f" opened_ms = CASE WHEN {_OLDER} THEN excluded.opened_ms ELSE cases_case.opened_ms END,"
    f" opened_by = CASE WHEN {_OLDER} THEN excluded.opened_by ELSE cases_case.opened_by END,"
    f" merged_into = CASE WHEN {_INTO} THEN excluded.merged_into ELSE cases_case.merged_into END"
    f" WHERE cases_case.changed_ms < excluded.changed_ms OR {_OLDER} OR {_INTO}"
)
_ENTRY = (
    "channel", "uid", "case_id", "type", "journal", "index", "own", "answers", "answered", "concerns", "clause",
    "purpose", "urgency", "reality", "time_ms", "detail", "hours", "erased", "settled",
    "indexed",
)  # fmt: skip


def _key(header: Header) -> str:
    return header.reference(Relation.CASE) or header.id


def _merged(header: Header) -> tuple[str, str] | None:
    """Return the younger and the older of two cases that a record makes one; identifiers grow with time."""
    other = header.reference(Relation.CONCERNS)
    if header.type != MERGED.tag or other is None or other == _key(header):
        return None
    # SECURITY: no case ever continues in itself. Holds because the older one of two is always the one to go on, so
    # that merging follows an order and has no circle. Breaks if the direction were taken from the record.
    return max(_key(header), other), min(_key(header), other)


def _cases(node: LocalNode, headers: Sequence[Header]) -> dict[str, Case]:
    """Return the cases that records of one channel belong to, by identifier, opening those that are new."""
    channel = headers[0].channel
    cases: dict[str, Case] = {}
    for header in headers:
        time_ms = parse_instant(header.time)
        merged = _merged(header)
        for uuid in (_key(header), *(merged or ())):
            fresh = Case(channel=channel, uuid=uuid, opened_by=header.author, opened_ms=time_ms, changed_ms=time_ms)
            case = cases.setdefault(uuid, fresh)
            case.changed_ms = max(case.changed_ms, time_ms)
            case.opened_ms, case.opened_by = min((case.opened_ms, case.opened_by), (time_ms, header.author))
        if merged:
            younger = cases[merged[0]]
            younger.merged_into = min(younger.merged_into or merged[1], merged[1])
    rows = [[getattr(case, name) for name in _CASE] for case in cases.values()]
    insert(node.using, "cases_case", _CASE, rows, _LATEST)
    known = Case.objects.using(node.using).filter(channel=channel, uuid__in=list(cases))
    return {case.uuid: case for case in known}


def _entry(record: AppliedRecord, case: Case) -> Entry:
    header = record.header
    return Entry(
        channel=header.channel,
        uid=header.id,
        case=case,
        type=header.type,
        journal=record.journal,
        index=record.index,
        own=record.own,
        answers=header.reference(Relation.ANSWERS) or "",
        concerns=header.reference(Relation.CONCERNS) or "",
        clause=header.clause or "",
        purpose=header.purpose or "",
        urgency=header.urgency or "",
        reality=header.reality.value,
        time_ms=parse_instant(header.time),
        detail=_detail(record.body),
        hours=record.body.hours if isinstance(record.body, MoreTime) else 0,
    )


def _detail(body: Strict | None) -> str:
    if isinstance(body, Request | None):
        return ""
    if isinstance(body, Refusal):
        return body.ground
    if isinstance(body, ConsentAsked):
        return body.use.value
    return body.outcome.value if isinstance(body, Closing) else ""


AREA = CasesArea()
