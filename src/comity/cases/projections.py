"""Turn records into cases: deterministic, in the channel's transaction, and rebuildable from the journals."""

from collections.abc import Sequence

from comity.cases.models import Case, Entry
from comity.cases.records import TYPES
from comity.channel.rows import insert
from comity.channel.runtime import AppliedRecord, LocalNode
from comity.protocol.names import parse_instant
from comity.protocol.records import Header, Relation


class CasesArea:
    """Be the area of cases as the channel sees it."""

    types = TYPES

    def apply(self, node: LocalNode, records: Sequence[AppliedRecord]) -> None:
        """Add the records to their cases; a request without a case opens one of its own."""
        ids = _cases(node, [record.header for record in records])
        entries = [_entry(record, ids[_key(record.header)]) for record in records]
        insert(node.using, "cases_entry", _ENTRY, [[getattr(entry, name) for name in _ENTRY] for entry in entries])
        self._mark_answered(node, entries)

    def erase(self, node: LocalNode, uids: Sequence[str]) -> None:
        """Note that these records' contents are gone; nothing else of them is kept here."""
        Entry.objects.using(node.using).filter(uid__in=uids).update(erased=True)

    def clear(self, node: LocalNode) -> None:
        """Empty the area's tables."""
        Entry.objects.using(node.using).all().delete()
        Case.objects.using(node.using).all().delete()

    def _mark_answered(self, node: LocalNode, entries: Sequence[Entry]) -> None:
        """Mark requests as answered by the other side, whichever of question and answer came first."""
        rows = Entry.objects.using(node.using)
        for entry in entries:
            if entry.answers:
                rows.filter(channel=entry.channel, uid=entry.answers, own=not entry.own).update(answered=True)
        asked = [entry for entry in entries if not entry.answers]
        if asked:
            uids = [entry.uid for entry in asked]
            answers = rows.filter(channel=asked[0].channel, answers__in=uids).values_list("answers", "own")
            for uid, own in answers:
                rows.filter(channel=asked[0].channel, uid=uid, own=not own).update(answered=True)


_CASE = ("channel", "uuid", "opened_by", "opened_ms", "changed_ms")
_OLDER = (
    "(excluded.opened_ms < cases_case.opened_ms"
    " OR (excluded.opened_ms = cases_case.opened_ms AND excluded.opened_by < cases_case.opened_by))"
)
"""The oldest record opens a case, in whatever order the records of two journals come."""
_LATEST = (
    " ON CONFLICT (channel, uuid) DO UPDATE SET"
    " changed_ms = CASE WHEN cases_case.changed_ms < excluded.changed_ms THEN excluded.changed_ms"
    " ELSE cases_case.changed_ms END,"
    f" opened_ms = CASE WHEN {_OLDER} THEN excluded.opened_ms ELSE cases_case.opened_ms END,"
    f" opened_by = CASE WHEN {_OLDER} THEN excluded.opened_by ELSE cases_case.opened_by END"
    f" WHERE cases_case.changed_ms < excluded.changed_ms OR {_OLDER}"
)
_ENTRY = (
    "channel", "uid", "case_id", "type", "journal", "index", "own", "answers", "answered", "clause", "purpose",
    "urgency", "reality", "time_ms", "erased",
)  # fmt: skip


def _key(header: Header) -> str:
    return header.reference(Relation.CASE) or header.id


def _cases(node: LocalNode, headers: Sequence[Header]) -> dict[str, int]:
    """Return the database ids of the cases that records of one channel belong to, opening those that are new."""
    channel = headers[0].channel
    cases: dict[str, Case] = {}
    for header in headers:
        time_ms = parse_instant(header.time)
        fresh = Case(channel=channel, uuid=_key(header), opened_by=header.author, opened_ms=time_ms, changed_ms=time_ms)
        case = cases.setdefault(fresh.uuid, fresh)
        case.changed_ms = max(case.changed_ms, time_ms)
        case.opened_ms, case.opened_by = min((case.opened_ms, case.opened_by), (time_ms, header.author))
    rows = [[getattr(case, name) for name in _CASE] for case in cases.values()]
    insert(node.using, "cases_case", _CASE, rows, _LATEST)
    known = Case.objects.using(node.using)
    return dict(known.filter(channel=channel, uuid__in=list(cases)).values_list("uuid", "id"))


def _entry(record: AppliedRecord, case_id: int) -> Entry:
    header = record.header
    return Entry(
        channel=header.channel,
        uid=header.id,
        case_id=case_id,
        type=header.type,
        journal=record.journal,
        index=record.index,
        own=record.own,
        answers=header.reference(Relation.ANSWERS) or "",
        clause=header.clause or "",
        purpose=header.purpose or "",
        urgency=header.urgency or "",
        reality=header.reality.value,
        time_ms=parse_instant(header.time),
    )


AREA = CasesArea()
