"""Apply the records that need no clause: agreement, dispositions, erasures, restorations."""

from dataclasses import dataclass

from comity.channel import agreements, erasure
from comity.channel.alarms import AlarmKind, raise_alarm
from comity.channel.models import Channel, Disposition, Refusal
from comity.channel.runtime import LocalNode
from comity.channel.store import JournalRow, load_journal
from comity.protocol import types
from comity.protocol.canonical import Strict
from comity.protocol.errors import MalformedError, WrongAddressError
from comity.protocol.names import parse_instant
from comity.protocol.records import Header


@dataclass(frozen=True, slots=True)
class Control:
    """Hold a control record in its place, opened; ``settled`` if this node judged it before it was restored."""

    header: Header
    body: Strict
    journal: JournalRow
    index: int
    settled: bool = False


def apply_control(node: LocalNode, channel: Channel, control: Control) -> None:
    """Let a control record take effect on this node, whoever wrote it.

    Raises `WrongStateError` or another documented error when it may not; the caller turns that into a refusal.
    """
    body = control.body
    if control.header.type.startswith("agreement."):
        author, tag = control.header.author, control.header.type
        agreements.take_act(node, channel, author, tag, body, settled=control.settled)
    elif isinstance(body, types.Disposition):
        _store_disposition(node, channel, control, body)
    elif isinstance(body, types.ErasureOrdered):
        erasure.take_order(node, channel, control.header.author, body)
    elif isinstance(body, types.ErasureDone):
        erasure.take_confirmation(node, channel, control.header.author, body)
    elif isinstance(body, types.JournalRestored) and control.header.author != node.name:
        raise_alarm(
            node,
            AlarmKind.PARTNER_RESTORED,
            control.header.author,
            f"The partner restored its journal from size {body.from_size} to {body.to_size}, from {body.source}.",
            channel=channel.uuid,
        )


def _store_disposition(node: LocalNode, channel: Channel, control: Control, body: types.Disposition) -> None:
    if body.journal not in channel.members or body.journal == control.header.author:
        raise WrongAddressError("A disposition is about a journal of another member of this agreement.")
    named = [refused.index for refused in body.refused]
    if body.end <= body.start or len(set(named)) != len(named):
        raise MalformedError("A disposition is about a range of records, and names each refused one once.")
    if any(not body.start <= index < body.end for index in named):
        raise MalformedError("A disposition refuses a record outside its range.")
    journal = load_journal(node.using, channel.id, body.journal)
    row, created = Disposition.objects.using(node.using).get_or_create(
        journal_id=journal.id,
        by=control.header.author,
        stated_at=control.index,
        defaults={"start": body.start, "end": body.end, "time_ms": parse_instant(body.time)},
    )
    if created:
        Refusal.objects.using(node.using).bulk_create(
            Refusal(
                disposition=row,
                index=refused.index,
                reason=refused.reason,
                clause=refused.clause or "",
                sentence=refused.sentence,
                remedy=refused.remedy,
            )
            for refused in body.refused
        )


@dataclass(frozen=True, slots=True)
class Verdict:
    """Hold what a node stated about one record."""

    outcome: types.Outcome
    time_ms: int
    reason: str = ""
    clause: str = ""
    sentence: str = ""
    remedy: str = ""


def verdict(node: LocalNode, journal_id: int, index: int, by: str) -> Verdict | None:
    """Return what node ``by`` last stated about a record, or nothing yet."""
    row = (
        Disposition.objects.using(node.using)
        .filter(journal_id=journal_id, by=by, start__lte=index, end__gt=index)
        .order_by("-stated_at")
        .first()
    )
    if row is None:
        return None
    refusal = Refusal.objects.using(node.using).filter(disposition=row, index=index).first()
    if refusal is None:
        return Verdict(types.Outcome.ACCEPTED, row.time_ms)
    return Verdict(
        types.Outcome.REFUSED,
        row.time_ms,
        refusal.reason,
        refusal.clause,
        refusal.sentence,
        refusal.remedy,
    )
