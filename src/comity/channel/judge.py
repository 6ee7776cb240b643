"""Judge one record of a partner: read it strictly, open it, and ask the agreement."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from comity.channel import agreements
from comity.channel.alarms import AlarmKind
from comity.channel.models import Channel, ContentState, Record, RecordState
from comity.channel.runtime import LocalNode
from comity.channel.store import NewRecord
from comity.protocol import sealing, types
from comity.protocol.agreement.permits import Permission, Refusal
from comity.protocol.canonical import Strict
from comity.protocol.errors import ComityError
from comity.protocol.merkle import leaf_hash
from comity.protocol.message import WireRecord
from comity.protocol.names import ClauseId, parse_instant
from comity.protocol.records import Header, OpenContent, ParsedHeader, check_open, parse_header

REFUSED_KEPT_MS = 30 * agreements.DAY_MS
"""How long the content of a refused record is kept: long enough to settle why, no longer."""
WITHHELD = "withheld"
DUPLICATE = "duplicate"
CLOCK_AHEAD = "clock-ahead"
ERASED_BEFORE_ARRIVAL = "erased-before-arrival"


@dataclass(frozen=True, slots=True)
class No:
    """Hold a refusal as it will stand in the disposition, and the alarm it deserves, if any."""

    reason: str
    sentence: str
    remedy: str
    clause: ClauseId | None = None
    alarm: AlarmKind | None = None

    @classmethod
    def of(cls, error: ComityError, alarm: AlarmKind | None = None) -> "No":
        """Turn a documented error into a refusal."""
        return cls(error.kind.value, error.sentence, error.remedy, alarm=alarm)


BEHIND_A_GAP = No(
    WITHHELD,
    "It stands behind an act on the agreement whose content has not arrived.",
    "Send that content; it is asked for with every message.",
)


@dataclass(frozen=True, slots=True)
class Judged:
    """Hold a record ready to be stored, and what follows from it."""

    record: NewRecord
    header: Header | None
    body: Strict | None
    no: No | None
    disposed: bool

    def refused(self, no: No) -> "Judged":
        """Return the same record, refused after all."""
        return replace(self, record=replace(self.record, state=RecordState.REFUSED), no=no)


@dataclass(frozen=True, slots=True)
class Opened:
    """Hold what came of opening a record's content."""

    state: ContentState
    body: Strict | None = None
    content: bytes | None = None
    key_at_rest: bytes | None = None
    no: No | None = None


class Judge:
    """Judge the records of one journal in their order, under the agreement as it stands at each."""

    def __init__(self, node: LocalNode, channel: Channel, author: str, seen: set[str]) -> None:
        """Prepare to judge records of ``author``; ``seen`` holds identifiers that are already taken."""
        self._node, self._channel, self._author, self._seen = node, channel, author, seen
        self._now = node.clock()
        self._meter = agreements.Meter(node, channel)

    def judge(self, wire: WireRecord, index: int, prior: types.Outcome | None = None) -> Judged:
        """Return what becomes of ``wire`` at ``index``; a ``prior`` verdict of this node is kept, not made again."""
        try:
            parsed = parse_header(wire.header)
        except ComityError as error:
            return self._unreadable(wire, No.of(error))
        no = self._address(parsed)
        if no is not None:
            return self._unreadable(wire, no, parsed.header)
        self._seen.add(parsed.header.id)
        opened = self.open(parsed, wire)
        permission: Permission | None = None
        no = opened.no
        if no is None:
            verdict = self._permission(parsed.header, opened.body, index)
            permission, no = (None, verdict) if isinstance(verdict, No) else (verdict, None)
        if prior is not None:
            no = None if prior is types.Outcome.ACCEPTED else (no or No("refused-before", "Refused before.", ""))
        return self._judged(parsed, wire, opened, permission, no)

    def open(self, parsed: ParsedHeader, wire: WireRecord) -> Opened:
        """Return the content of a record, checked against its header, or why it is not to be had."""
        header = parsed.header
        mine = self._node.name in header.to
        sealed = not isinstance(header.content, OpenContent)
        if sealed and not mine:
            return Opened(ContentState.FOREIGN)
        if wire.content is None:
            return self._absent(erased=wire.erased)
        try:
            types.check_kind(self._node.catalogue[header.type], sealed=sealed)
            key_at_rest = None
            content = wire.content
            if isinstance(header.content, OpenContent):
                check_open(header.content, content)
            else:
                key = sealing.unwrap(wire.wraps, wire.header, self._node.keys)
                _, content = sealing.open_payload(content, key, wire.header, header.content.commitment)
                key_at_rest = sealing.wrap_at_rest(key, wire.header, self._node.keys.storage_key)
        except ComityError as error:
            unknown = header.type not in self._node.catalogue
            alarm = None if unknown else AlarmKind.TAMPERED_CONTENT
            return Opened(ContentState.PRESENT, content=wire.content, no=No.of(error, alarm))
        try:
            body = self._node.catalogue.read(header.type, content)
        except ComityError as error:
            return Opened(ContentState.PRESENT, None, wire.content, key_at_rest, No.of(error))
        return Opened(ContentState.PRESENT, body, wire.content, key_at_rest)

    def _address(self, parsed: ParsedHeader) -> No | None:
        header = parsed.header
        if header.channel != self._channel.uuid or header.author != self._author:
            return No("wrong-address", "The record belongs to another journal.", "Send it under its own agreement.")
        if header.id in self._seen:
            return No(DUPLICATE, "A record with this identifier exists already.", "Give it an identifier of its own.")
        if self._clock_matters(header) and parse_instant(header.time) > self._now + self._node.limits.clock_ahead_ms:
            return No(CLOCK_AHEAD, "The record is dated in the future.", "Set the clock of the sending node right.")
        return None

    def _clock_matters(self, header: Header) -> bool:
        """Say whether a date in the future is a reason to refuse.

        Never for records that need no clause: both nodes must count the same acts on the agreement, whatever a clock
        said.
        """
        return header.type not in self._node.catalogue or self._node.catalogue[header.type].needs_clause

    def _absent(self, *, erased: bool) -> Opened:
        if erased:
            no = No(ERASED_BEFORE_ARRIVAL, "The content was erased before it arrived here.", "Ask again if needed.")
            return Opened(ContentState.ERASED, no=no)
        no = No(
            WITHHELD,
            "The header arrived without its content.",
            "Send the content; it is asked for with every message.",
            alarm=AlarmKind.WITHHELD_CONTENT,
        )
        return Opened(ContentState.LACKING, no=no)

    def _permission(self, header: Header, body: Strict | None, index: int) -> Permission | No | None:
        try:
            kind = self._node.catalogue[header.type]
        except ComityError as error:
            return No.of(error)
        if not kind.needs_clause:
            return None
        verdict = agreements.check(self._node, self._channel, header, body, index=index, meter=self._meter)
        if isinstance(verdict, Refusal):
            return refusal_of(verdict)
        self._meter.count(header)
        return verdict

    def _unreadable(self, wire: WireRecord, no: No, header: Header | None = None) -> Judged:
        due = None
        if header is not None and header.author == self._author and header.channel == self._channel.uuid:
            due = self._erase_due(header, ContentState.FOREIGN, None, no)
        record = NewRecord(
            uid=None,
            type="",
            time_ms=self._now,
            header=wire.header,
            leaf=leaf_hash(wire.header),
            state=RecordState.REFUSED,
            content_state=ContentState.FOREIGN,
            erase_due_ms=due,
        )
        return Judged(record, None, None, no, disposed=True)

    def _judged(
        self, parsed: ParsedHeader, wire: WireRecord, opened: Opened, permission: Permission | None, no: No | None
    ) -> Judged:
        header = parsed.header
        disposed = self._node.name in header.to and header.type not in types.UNDISPOSED
        state = RecordState.REFUSED if no else RecordState.ACCEPTED if disposed else RecordState.NOTED
        time_ms = parse_instant(header.time)
        record = NewRecord(
            uid=header.id,
            type=header.type,
            time_ms=time_ms,
            header=wire.header,
            leaf=parsed.leaf,
            state=state,
            content=opened.content,
            wraps=wire.wraps if opened.content is not None else (),
            key_at_rest=opened.key_at_rest,
            content_state=opened.state,
            erase_due_ms=self._erase_due(header, opened.state, permission, no),
            clause=header.clause or "",
        )
        return Judged(record, header, opened.body, no, disposed)

    def _erase_due(
        self, header: Header, state: ContentState, permission: Permission | None, no: No | None
    ) -> int | None:
        """Return when this node must have erased the record, and says so: its author waits for that in every case."""
        if self._node.name not in header.to or not self._clock_matters(header):
            return None
        if state == ContentState.ERASED:
            return self._now
        time_ms = parse_instant(header.time)
        due = agreements.erase_due(permission, time_ms)
        if due is None:
            due = agreements.erase_due_of(self._node, self._channel, header, time_ms)
        kept = self._now + REFUSED_KEPT_MS
        return due if no is None else kept if due is None else min(due, kept)


def is_act(header: bytes) -> bool:
    """Say whether a record, read or not, is an act on the agreement."""
    return b'"type":"agreement.' in header


def act_lacks(node: LocalNode, journal_id: int, before: int) -> bool:
    """Say whether the content of an act on the agreement that stands ``before`` a place in a journal is not here yet.

    SECURITY: who withholds one act from one partner cannot make two partners hold different agreements. Holds because
    acts take effect in their journal's order: one behind a gap waits, and is not judged. Breaks if an act is judged
    while an earlier one of its journal is unknown.
    """
    lacking = Record.objects.using(node.using).filter(journal_id=journal_id, content_state=ContentState.LACKING)
    return lacking.filter(index__lt=before, type__startswith="agreement.").exists()


def refusal_of(verdict: Refusal) -> No:
    """Return the agreement's findings as one refusal, the first finding's clause and reason leading."""
    first = verdict.findings[0]
    sentence = " ".join(finding.sentence for finding in verdict.findings)
    remedy = " ".join(dict.fromkeys(finding.remedy for finding in verdict.findings))
    return No(str(first.reason), sentence[:500], remedy[:500], first.clause or None)


def refused_list(judged: Sequence[Judged], start: int) -> tuple[types.Refused, ...]:
    """Return the refusals of a range as they stand in its disposition."""
    return tuple(
        types.Refused(
            index=start + offset,
            reason=one.no.reason,
            sentence=one.no.sentence[:500],
            remedy=one.no.remedy[:500],
            id=one.header.id if one.header else None,
            clause=one.no.clause,
        )
        for offset, one in enumerate(judged)
        if one.no is not None and one.disposed
    )
