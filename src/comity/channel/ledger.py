"""Show journals as they stand: size, root, signed and cosigned heads, and the last records without their contents."""

from collections.abc import Sequence
from dataclasses import dataclass

from comity.channel import store
from comity.channel.journals import root
from comity.channel.models import Channel, Checkpoint, ContentState, Cosignature, Disposition, Record, Refusal
from comity.channel.reading import Mark
from comity.channel.runtime import LocalNode
from comity.protocol.errors import ComityError
from comity.protocol.records import parse_header

LAST = 25
"""How many records are shown of each journal."""


@dataclass(frozen=True, slots=True)
class Cosigned:
    """Say up to which size, and when, a node has cosigned a journal."""

    node: str
    size: int
    time_ms: int


@dataclass(frozen=True, slots=True)
class Line:
    """Show one record of a journal without its content."""

    index: int
    type: str
    clause: str
    time_ms: int
    erased: bool
    mark: Mark | None


@dataclass(frozen=True, slots=True)
class JournalPage:
    """Show one journal: how large it is, how far it is signed and cosigned, and its last records."""

    node: str
    own: bool
    size: int
    root: str
    signed: int
    cosigned: tuple[Cosigned, ...]
    withheld: int
    records: tuple[Line, ...]


def journals(node: LocalNode, channel: Channel, last: int = LAST) -> list[JournalPage]:
    """Return every journal of a channel, this node's own first."""
    members = sorted(channel.members, key=lambda name: name != node.name)
    return [_journal(node, channel, name, last) for name in members]


def _journal(node: LocalNode, channel: Channel, name: str, last: int) -> JournalPage:
    journal = store.load_journal(node.using, channel.id, name)
    signed = Checkpoint.objects.using(node.using).filter(journal_id=journal.id).order_by("-size")
    return JournalPage(
        node=name,
        own=name == node.name,
        size=journal.size,
        root=root(node, journal, journal.size).hex(),
        signed=signed.values_list("size", flat=True).first() or 0,
        cosigned=tuple(_cosigned(node, journal.id, channel.members)),
        withheld=max(0, journal.seen_size - journal.size),
        records=tuple(_lines(node, journal, channel.members, last)),
    )


def _cosigned(node: LocalNode, journal_id: int, members: Sequence[str]) -> list[Cosigned]:
    found = []
    for name in members:
        rows = Cosignature.objects.using(node.using).filter(journal_id=journal_id, cosigner=name).order_by("-size")
        row = rows.values_list("size", "time").first()
        if row is not None:
            found.append(Cosigned(name, row[0], row[1] * 1000))
    return found


def _lines(node: LocalNode, journal: store.JournalRow, members: Sequence[str], last: int) -> list[Line]:
    rows = (
        Record.objects.using(node.using)
        .filter(journal_id=journal.id, index__gte=journal.size - last)
        .order_by("-index")
        .values_list("index", "type", "time_ms", "header", "content_state")
    )
    marks = _marks(node, journal, members, journal.size - last)
    return [
        Line(index, tag, _clause(bytes(header)), time_ms, state == ContentState.ERASED, marks.get(index))
        for index, tag, time_ms, header, state in rows
    ]


def _marks(node: LocalNode, journal: store.JournalRow, members: Sequence[str], start: int) -> dict[int, Mark]:
    """Return what was last stated about the records from ``start`` on."""
    stated = Disposition.objects.using(node.using).filter(journal_id=journal.id, by__in=members, end__gt=start)
    rows = list(stated.order_by("stated_at"))
    ids = [row.id for row in rows]
    refusals = Refusal.objects.using(node.using).filter(disposition_id__in=ids, index__gte=start)
    refused = set(refusals.values_list("disposition_id", "index"))
    return {
        index: Mark.REFUSED if (row.id, index) in refused else Mark.ACCEPTED
        for row in rows
        for index in range(max(start, row.start), row.end)
    }


def _clause(header: bytes) -> str:
    try:
        return parse_header(header).header.clause or ""
    except ComityError:
        return ""
