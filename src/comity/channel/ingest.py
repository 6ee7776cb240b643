"""Take in a partner's records: verify, judge, store, apply, dispose and cosign, in one transaction.

What a batch claims is compared with what is already held.  A signed head that contradicts it is a fork; records that
do not lead to their signed head were tampered with.  Either raises a named alarm and changes nothing.
"""

import re
from dataclasses import dataclass, replace
from typing import Final

from django.db import DataError, transaction

from comity.channel import agreements, blobs, store
from comity.channel.alarms import AlarmKind, raise_alarm
from comity.channel.control import Control, apply_control, verdict
from comity.channel.erasure import erased_here
from comity.channel.journals import append_open, bump_epoch, cosign_head, full_note, latest_note, root
from comity.channel.judge import BEHIND_A_GAP, Judge, Judged, No, act_lacks, is_act, refused_list
from comity.channel.models import Channel, ContentState, Disposition
from comity.channel.peers import UnknownPeerError, keys_of
from comity.channel.runtime import AppliedRecord, LocalNode, apply_to_areas
from comity.protocol import checkpoints as cp
from comity.protocol import types
from comity.protocol.canonical import Strict, encode
from comity.protocol.errors import (
    ComityError,
    MalformedError,
    ProofInvalidError,
    SignatureInvalidError,
    WrongAddressError,
)
from comity.protocol.merkle import Growth, leaf_hash
from comity.protocol.message import Batch, WireRecord
from comity.protocol.names import instant
from comity.protocol.records import Header, parse_header

_UUID: Final = re.compile(rb"[0-9a-f-]{36}")
REFUSALS: Final = 150
"""Refusals in one disposition: with 500 characters of sentence and of remedy each, in any script, they fit a record."""


class ForkError(ProofInvalidError):
    """Say that a node signed two histories of one journal."""


@dataclass(frozen=True, slots=True)
class Taken:
    """Say whether a batch told anything new, and whether it contradicts what is held."""

    news: bool
    conflict: bool = False


def take_batch(node: LocalNode, channel: Channel, sender: str, batch: Batch) -> Taken:
    """Take in a batch of another node's journal, sent by its author or passed on by ``sender``.

    A batch that starts after what is held is left for later: the answer says how far this node is.  Two signed
    histories are the author's doing; records or signatures that do not hold are the sender's.
    """
    epoch = channel.epoch
    try:
        with transaction.atomic(using=node.using):
            return Taken(_take(node, channel, sender, batch))
    except ComityError as error:
        channel.epoch = epoch  # what came after it was rolled back
        return Taken(news=False, conflict=_blame(node, channel, sender, batch, error))


def _blame(node: LocalNode, channel: Channel, sender: str, batch: Batch, error: ComityError) -> bool:
    """Raise the alarm that an error deserves; return whether the sender's own history contradicts what is held."""
    if isinstance(error, ForkError):
        _alarm(node, channel, batch, AlarmKind.FORK, batch.node, error)
        return True
    if isinstance(error, UnknownPeerError):
        return False  # a third member this node has not been paired with: nothing of it can be verified here
    forged = isinstance(error, SignatureInvalidError)
    _alarm(node, channel, batch, AlarmKind.FORGED_SIGNATURE if forged else AlarmKind.TAMPERED_BATCH, sender, error)
    return isinstance(error, ProofInvalidError) and sender == batch.node


def _take(node: LocalNode, channel: Channel, sender: str, batch: Batch) -> bool:
    signed = cp.open_checkpoint(batch.note, keys_of(node, batch.node))
    head = signed.checkpoint
    if head.journal != cp.JournalName(channel.uuid, batch.node):
        raise WrongAddressError("The batch is of another journal.")
    if head.size != batch.start + len(batch.records):
        raise ProofInvalidError("The batch does not end where its signed head does.")
    journal = store.load_journal(node.using, channel.id, batch.node)
    if batch.start > journal.size:
        return False
    new = _compare(node, journal, batch, head)
    if new:
        _apply_new(node, channel, journal, sender, batch, len(batch.records) - new)
    cosign_head(node, journal, signed)
    return bool(new)


def _compare(node: LocalNode, journal: store.JournalRow, batch: Batch, head: cp.Checkpoint) -> int:
    """Compare a batch with what is held and return how many of its records are new.

    Raises `ForkError` or `ProofInvalidError`.
    """
    known = min(head.size, journal.size) - batch.start
    leaves = [leaf_hash(record.header) for record in batch.records]
    held = [r.leaf for r in store.read_records(node.using, journal.id, batch.start, batch.start + known)]
    if head.size <= journal.size:
        # SECURITY: whoever is accused of two histories has signed both. Holds because the signed root is compared,
        # whatever records came with it. Breaks if records that do not lead to their head are taken as evidence.
        if root(node, journal, head.size) != head.root:
            raise ForkError("A signed head differs from the one this node cosigned at the same size.")
        if held != leaves:
            raise ProofInvalidError("The records sent again are not those of the signed head.")
        return 0
    if batch.start == journal.size:
        trial = Growth(journal.size, journal.growth.edge)
    else:
        trial = Growth.read(batch.start, store.reader(node.using, journal.id))
    for leaf in leaves:
        trial.append(leaf)
    if trial.root() != head.root:
        raise ProofInvalidError("The records sent do not lead to the head that their author signed.")
    if held != leaves[:known]:
        raise ForkError("A record that this node holds and cosigned is different in a newer signed history.")
    return len(leaves) - known


def _apply_new(
    node: LocalNode, channel: Channel, journal: store.JournalRow, sender: str, batch: Batch, skip: int
) -> None:
    start = batch.start + skip
    judged = _Taking(node, channel, journal, sender, batch, skip).run()
    # What is refused, or not here yet, has its attachments fetched only once it is accepted.
    taken = [(start + i, one.header) for i, one in enumerate(judged) if one.header and one.no is None]
    blobs.announce(node, journal.id, taken)
    _dispose(node, channel, journal, start, judged)
    for one in judged:
        # Whoever only passes records on has not got the contents that were meant for this node alone.
        if one.no and one.no.alarm and (sender == batch.node or one.no.alarm is not AlarmKind.WITHHELD_CONTENT):
            raise_alarm(node, one.no.alarm, sender, one.no.sentence, channel=channel.uuid)


class _Taking:
    """Judge, store and apply the new records of one batch, in order.

    Records are stored many at a time; an act on the agreement is stored at once, for it counts for those behind it.
    """

    def __init__(
        self, node: LocalNode, channel: Channel, journal: store.JournalRow, sender: str, batch: Batch, skip: int
    ) -> None:
        self._node, self._channel, self._journal, self._sender = node, channel, journal, sender
        self._wires = batch.records[skip:]
        self._start = batch.start + skip
        seen = store.known_uids(node.using, channel.id, _claimed_ids(batch, skip))
        self._judge = Judge(node, channel, batch.node, seen)
        self._covered = _covered(node, journal)
        self._erased = erased_here(node, journal.id, self._start)
        self._act_lacks = act_lacks(node, journal.id, self._start)
        self._applied: list[AppliedRecord] = []
        self._unstored: list[Judged] = []

    def run(self) -> list[Judged]:
        """Take in all records and return what became of them."""
        result = []
        for offset, wire in enumerate(self._wires):
            one = self._take(self._start + offset, wire)
            result.append(one)
        self._store()
        apply_to_areas(self._node, self._applied)
        return result

    def _take(self, index: int, wire: WireRecord) -> Judged:
        if index in self._erased:
            wire = WireRecord(wire.header, erased=True)  # what was erased stays erased
        if b'"type":"erasure.' in wire.header:
            self._store()  # it may name a record of this batch
        if self._sender != self._journal.node:
            wire = self._passed_on(wire)
        act = is_act(wire.header)
        waits = act and self._act_lacks
        if waits:
            wire = WireRecord(wire.header)  # it is asked for again, behind the act that it may rest on
        prior = self._prior(index)
        one = self._judge.judge(wire, index, prior)
        if waits and one.no is not None:
            one = one.refused(BEHIND_A_GAP)
        self._act_lacks |= act and one.record.content_state == ContentState.LACKING
        if index in self._erased:
            one = replace(one, record=replace(one.record, erase_due_ms=None))
        erased = one.record.content_state == ContentState.ERASED
        if one.no is None and one.header is not None and (one.body is not None or erased):
            one = self._effect(one, one.header, one.body, index, settled=prior is not None)
        self._unstored.append(one)
        if one.no is None and one.record.type.startswith("agreement."):
            self._store()
            if one.body is None:
                bump_epoch(self._node, self._channel)
            else:
                agreements.acted(self._node, self._channel, self._journal.node, one.record.type, one.body)
        return one

    def _passed_on(self, wire: WireRecord) -> WireRecord:
        """Return a record that came by a third node, without a content that is not the one its header announces.

        SECURITY: who only passes records on cannot spoil them. Holds because such a content is left out, and the
        author asked for it, as is the word that it was erased. Breaks if a refusal could rest on what was passed on.
        """
        try:
            no = self._judge.open(parse_header(wire.header), wire).no
        except ComityError:
            return wire
        if wire.content is not None and no is not None and no.alarm is not None:
            raise_alarm(self._node, no.alarm, self._sender, no.sentence, channel=self._channel.uuid)
            return WireRecord(wire.header)
        return wire if wire.content is not None else WireRecord(wire.header)

    def _store(self) -> None:
        if self._unstored:
            store.append(self._node.using, self._journal, [one.record for one in self._unstored], self._node.clock())
            self._unstored.clear()

    def _effect(self, one: Judged, header: Header, body: Strict | None, index: int, *, settled: bool) -> Judged:
        node = self._node
        if node.catalogue[header.type].needs_clause:
            self._applied.append(AppliedRecord(header, body, self._journal.node, index, own=False))
            return one
        if body is None:
            return one
        try:
            with transaction.atomic(using=node.using):
                control = Control(header, body, self._journal, index, settled)
                apply_control(node, self._channel, control)
        except ComityError as error:
            return one.refused(No.of(error))
        except (DataError, OverflowError, ValueError):
            # What no column holds, such as a number of twenty digits, must not hold up the records behind it.
            return one.refused(No.of(MalformedError("The record states a value that no journal can hold.")))
        return one

    def _prior(self, index: int) -> types.Outcome | None:
        """Return what this node already stated about a record, before it lost and got back its journal."""
        if index >= self._covered:
            return None
        stated = verdict(self._node, self._journal.id, index, self._node.name)
        return stated.outcome if stated else None


def _claimed_ids(batch: Batch, skip: int) -> list[str]:
    """Return what look like the identifiers of new records; only to ask the database once."""
    marker = b'"id":"'
    ids = []
    for record in batch.records[skip:]:
        at = record.header.find(b'"type":"')
        found = record.header.rfind(marker, 0, at) if at > 0 else -1
        if found >= 0:
            ids.append(record.header[found + len(marker) : found + len(marker) + 36])
    return [one.decode() for one in ids if _UUID.fullmatch(one)]


def _covered(node: LocalNode, journal: store.JournalRow) -> int:
    row = (
        Disposition.objects.using(node.using)
        .filter(journal_id=journal.id, by=node.name)
        .order_by("-end")
        .values_list("end", flat=True)
        .first()
    )
    return row or 0


def _dispose(node: LocalNode, channel: Channel, journal: store.JournalRow, start: int, judged: list[Judged]) -> None:
    """State in this node's own journal what became of the records it has not spoken about before."""
    first = max(start, _covered(node, journal))
    fresh = judged[first - start :]
    if not any(one.disposed for one in fresh):
        return
    for low, high in _ranges(fresh):
        body = types.Disposition(
            journal=journal.node,
            start=first + low,
            end=first + high,
            time=instant(node.clock()),
            refused=refused_list(fresh[low:high], first + low),
        )
        state(node, channel, body)


def _ranges(judged: list[Judged]) -> list[tuple[int, int]]:
    """Divide what is disposed of so that no disposition has too many refusals for one record."""
    cuts, refusals = [0], 0
    for number, one in enumerate(judged):
        refusals += one.no is not None and one.disposed
        if refusals > REFUSALS:
            cuts.append(number)
            refusals = 1
    return list(zip(cuts, [*cuts[1:], len(judged)], strict=True))


def state(node: LocalNode, channel: Channel, body: types.Disposition) -> None:
    """Append a disposition to this node's own journal and let it take effect here."""
    own = store.load_journal(node.using, channel.id, node.name)
    header, placed = append_open(node, channel, own, types.DISPOSITION.tag, body)
    apply_control(node, channel, Control(header, body, own, placed.index))


def _alarm(node: LocalNode, channel: Channel, batch: Batch, kind: AlarmKind, subject: str, error: ComityError) -> None:
    """Raise the alarm with both heads as evidence: the one received and the one held."""
    journal = store.load_journal(node.using, channel.id, batch.node)
    held = latest_note(node, journal.id)
    ours = full_note(node, journal.id, held[0]) if held else b""
    evidence = encode({"received": batch.note, "held": ours})
    raise_alarm(node, kind, subject, error.sentence, channel=channel.uuid, evidence=evidence)
