"""Note every look at personal data: who, what, which case, for which purpose; chained, so that nothing is taken out.

Every area calls `note` before it hands out what it opened; what cannot be noted is not shown.
"""

from collections.abc import Sequence
from enum import StrEnum
from typing import Final

from django.db import transaction

from comity.channel.runtime import LocalNode
from comity.desk.errors import PurposeNeededError
from comity.desk.models import AccessChain, AccessHead, AccessLine
from comity.desk.seat import Seat
from comity.protocol import access_log
from comity.protocol.access_log import ENTRY_V, FIRST, AccessEntry
from comity.protocol.merkle import HASH_BYTES, Growth
from comity.protocol.names import UnixMs, instant

AT_ONCE: Final = 500
"""Records that one entry names; a long export writes several entries."""
SAME_LOOK_MS: Final = 5 * 60_000
"""A page that renews itself, or is opened again within this time, is one look."""
OVERVIEW: Final = "overview"
"""The purpose of a list across cases: to see what there is to do."""
_DAY_MS: Final = 24 * 3600 * 1000
_CHAIN: Final = 1


class Look(StrEnum):
    """Name the ways in which personal data is looked at."""

    LIST = "list"
    READ = "read"
    FILE = "file"
    DRAFT = "draft"
    EXPORT = "export"
    PRINT = "print"
    SEARCH = "search"
    PACK = "pack"
    PEOPLE = "people"
    GRANT = "grant"


def note(
    seat: Seat, what: Look, *, case: str = "", purpose: str = "", suggested: str = "", records: Sequence[str] = ()
) -> None:
    """Note that the seat's officer looks at ``records`` (identifiers), in one entry for as many as a page shows.

    Within a ``case`` the purpose is the one given, else the one stated for this case in this session; without either
    this raises `PurposeNeededError`, and the officer is asked, with ``suggested`` as the first answer.  Across cases
    it is `OVERVIEW` unless one is given.

    SECURITY: nobody looks unseen. Holds because areas call this before they hand out what they opened, and an entry
    that cannot be written is an error instead of a page. Breaks if an area opens a content and does not call it.
    """
    stated = purpose or (seat.stated.get(case, "") if case else OVERVIEW)
    if not stated:
        raise PurposeNeededError(case, seat.channel.uuid if seat.channel else "", suggested)
    for start in range(0, max(1, len(records)), AT_ONCE):
        line = AccessLine(
            officer=seat.officer.pseudonym,
            authority=seat.officer.authority,
            what=what,
            purpose=stated,
            reality=str(seat.reality),
            channel=seat.channel.uuid if seat.channel else "",
            case=case,
            records=" ".join(records[start : start + AT_ONCE]),
        )
        if not _seen_just_now(seat.node, line):
            _append(seat.node, line)


def _seen_just_now(node: LocalNode, line: AccessLine) -> bool:
    if line.what == Look.GRANT:
        return False  # a change, not a look
    names = ("officer", "what", "purpose", "reality", "channel", "case", "records")
    rows = AccessLine.objects.using(node.using).filter(**{name: getattr(line, name) for name in names})
    return rows.filter(time_ms__gt=node.clock() - SAME_LOOK_MS).exists()


def _append(node: LocalNode, line: AccessLine) -> None:
    with transaction.atomic(using=node.using):
        chain = _locked_chain(node)
        line.index, line.time_ms, line.previous = chain.size, node.clock(), bytes(chain.last)
        line.leaf = entry_of(node.name, line).leaf()
        line.save(using=node.using, force_insert=True)
        growth = Growth(chain.size, pieces(bytes(chain.edge)))
        growth.append(line.leaf)
        chain.size, chain.last, chain.edge = growth.size, line.leaf, b"".join(growth.edge)
        chain.save(using=node.using)
        _sign(node, growth, line.time_ms)


def _locked_chain(node: LocalNode) -> AccessChain:
    """Return where the log stands, and keep others from appending until the transaction ends."""
    rows = AccessChain.objects.using(node.using)
    chain = rows.select_for_update().filter(id=_CHAIN).first()
    if chain is None:
        rows.get_or_create(id=_CHAIN, defaults={"size": 0, "last": FIRST, "edge": b""})
        chain = rows.select_for_update().get(id=_CHAIN)
    return chain


def _sign(node: LocalNode, growth: Growth, now_ms: int) -> None:
    """Sign the head; of each day the last one stays."""
    head = access_log.AccessHead(node.name, growth.size, growth.root(), now_ms)
    signed = access_log.sign_head(head, node.keys)
    heads, day = AccessHead.objects.using(node.using), now_ms // _DAY_MS
    # The chain is locked: between these two nobody else signs.
    if not heads.filter(day=day).update(size=growth.size, time_ms=now_ms, note=signed):
        heads.create(day=day, size=growth.size, time_ms=now_ms, note=signed)


def entry_of(node: str, line: AccessLine) -> AccessEntry:
    """Return the entry that a row stands for."""
    return AccessEntry(
        v=ENTRY_V,
        node=node,
        index=line.index,
        time=instant(UnixMs(line.time_ms)),
        officer=line.officer,
        authority=line.authority,
        what=line.what,
        purpose=line.purpose,
        reality=line.reality,
        channel=line.channel,
        case=line.case,
        records=tuple(line.records.split()),
        previous=bytes(line.previous),
    )


def pieces(edge: bytes) -> list[bytes]:
    """Return the hashes of a stored right edge."""
    return [edge[at : at + HASH_BYTES] for at in range(0, len(edge), HASH_BYTES)]
