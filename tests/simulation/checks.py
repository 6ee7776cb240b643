"""Say what must hold once everything has healed: nothing lost, nothing doubled, all agree, every tampering alarmed."""

from collections.abc import Iterator

from django.db import connections

from comity.cases.models import Case, Entry
from comity.channel import agreements, audit, blobs, sealed, store
from comity.channel.alarms import AlarmKind
from comity.channel.control import Verdict, verdict
from comity.channel.models import Alarm, Blob, ContentState, Delivery, Erasure, Journal, Record, RecordState
from comity.channel.runtime import LocalNode
from comity.protocol.attachments import Attachment
from comity.protocol.canonical import encode
from comity.protocol.merkle import Growth
from comity.protocol.records import parse_header
from comity.protocol.types import UNDISPOSED, Outcome
from tests.simulation.ledger import Sent
from tests.simulation.sim import Sim


class BrokenError(AssertionError):
    """Say which invariant does not hold."""


def check(sim: Sim) -> None:
    """Check everything.  Raises `BrokenError`."""
    for uuid in sim.channels:
        members = [sim.nodes[name] for name in sim.members(uuid)]
        for owner in members:
            if _split(sim, uuid, owner, members):
                continue
            _same_journal(sim, uuid, owner.name, members)
            _same_verdicts(sim, uuid, owner.name, members)
            _same_erasures(sim, uuid, owner.name, members)
        _same_agreement(sim, uuid, members)
    for node in sim.nodes.values():
        _own_journals(sim, node)
        _applied(sim, node)
        _projections(node)
        _verified(node)
        _queues(sim, node)
    for one in sim.ledger.sent.values():
        _arrived(sim, one)
    _alarms(sim)


def split_channels(sim: Sim) -> set[str]:
    """Return the agreements in which a set-back node has shown its partners different histories."""
    return {uuid for uuid, owner in sim.ledger.split if _differs(sim, uuid, owner)}


def _differs(sim: Sim, uuid: str, owner: str) -> bool:
    leaves = []
    for name in sim.members(uuid):
        node = sim.nodes[name]
        journal = store.load_journal(node.using, sim.channel(node, uuid).id, owner)
        leaves.append([r.leaf for r in store.read_records(node.using, journal.id, 0, journal.size)])
    return any(one != leaves[0] for one in leaves)


def _split(sim: Sim, uuid: str, owner: LocalNode, members: list[LocalNode]) -> bool:
    """Say whether this agreement has a fork that nothing can heal; then somebody must have said so."""
    split = {(u, o) for u, o in sim.ledger.split if u == uuid and _differs(sim, u, o)}
    for _, name in split:
        named = Alarm.objects.filter(kind__in=("fork", "tampered-batch"), subject=name)
        alarmed = [node.name for node in members if named.using(node.using).exists()]
        _must(bool(alarmed), f"{name} showed different histories and nobody noticed")
    return bool(split)


def _must(holds: bool, sentence: str) -> None:
    if not holds:
        raise BrokenError(sentence)


def _rows(node: LocalNode, sim: Sim, uuid: str, owner: str) -> list[store.StoredRecord]:
    journal = store.load_journal(node.using, sim.channel(node, uuid).id, owner)
    return store.read_records(node.using, journal.id, 0, journal.size + 1000)


def _same_journal(sim: Sim, uuid: str, owner: str, members: list[LocalNode]) -> None:
    sizes = {node.name: sim.journal_size(node, uuid, owner) for node in members}
    _must(len(set(sizes.values())) == 1, f"the journal of {owner} has different sizes: {sizes}")
    leaves = {node.name: [row.leaf for row in _rows(node, sim, uuid, owner)] for node in members}
    first = leaves[members[0].name]
    _must(all(one == first for one in leaves.values()), f"the journal of {owner} holds different records")


def _verdicts(node: LocalNode, sim: Sim, uuid: str, owner: str, by: str) -> list[tuple[int, Verdict | None]]:
    journal = store.load_journal(node.using, sim.channel(node, uuid).id, owner)
    result = []
    for row in store.read_records(node.using, journal.id, 0, journal.size):
        if row.uid is None:
            result.append((row.index, verdict(node, journal.id, row.index, by)))
            continue
        header = parse_header(row.header).header
        if by in header.to and header.type not in UNDISPOSED:
            result.append((row.index, verdict(node, journal.id, row.index, by)))
    return result


def _same_verdicts(sim: Sim, uuid: str, owner: str, members: list[LocalNode]) -> None:
    for by in [node for node in members if node.name != owner]:
        if (uuid, by.name) in sim.ledger.split:
            continue  # what partners once said about a place stands, though another record stands there now
        stated = {node.name: _verdicts(node, sim, uuid, owner, by.name) for node in members}
        for name, one in stated.items():
            _must(
                one == stated[by.name],
                f"{name} sees other verdicts of {by.name} on {owner} than {by.name} stated: "
                f"{[(a, b) for a, b in zip(one, stated[by.name], strict=False) if a != b][:3]}",
            )
        states = {row.index: row for row in _rows(by, sim, uuid, owner)}
        if any(row.content_state == ContentState.LACKING for row in _rows(by, sim, uuid, by.name)):
            continue  # what it said was kept from its partner, and then lost with its disk
        for index, said in stated[by.name]:
            if said is None:
                raise BrokenError(f"{by.name} never said what became of {owner} {index} ({states[index].type})")
            wanted = RecordState.ACCEPTED if said.outcome is Outcome.ACCEPTED else RecordState.REFUSED
            _must(
                states[index].state == wanted,
                f"{by.name} stated {said.outcome} on {owner} {index} but holds it as {states[index].state}",
            )


def _same_erasures(sim: Sim, uuid: str, owner: str, members: list[LocalNode]) -> None:
    def rows(node: LocalNode) -> set[tuple[int, str, bool]]:
        found = Erasure.objects.using(node.using).filter(journal__channel__uuid=uuid, journal__node=owner)
        return {(one.index, one.node, one.done_ms is not None) for one in found}

    first = rows(members[0])
    for node in members[1:]:
        _must(
            rows(node) == first,
            f"{node.name} and {members[0].name} see different erasures of {owner}: {sorted(rows(node) ^ first)[:4]}",
        )
    undone = [one for one in first if not one[2]]
    _must(not undone, f"erasures of {owner} are not done: {undone[:3]}")
    gone = {(index, name) for index, name, _ in first}
    for node in members:
        for row in _rows(node, sim, uuid, owner):
            erased = row.content_state == ContentState.ERASED
            _must(
                erased or (row.index, node.name) not in gone,
                f"{node.name} confirmed the erasure of {owner} {row.index} but holds it ({row.content_state})",
            )
            if erased:
                _must(row.content is None and row.key_at_rest is None, f"{node.name} kept a key of {owner} {row.index}")


def _same_agreement(sim: Sim, uuid: str, members: list[LocalNode]) -> None:
    if uuid in split_channels(sim):
        return
    views = [agreements.negotiation(node, sim.channel(node, uuid)).view for node in members]
    _must(all(view.chain == views[0].chain for view in views), "the nodes hold different texts in force")
    _must(all(view.suspended_by == views[0].suspended_by for view in views), "the nodes disagree on a suspension")
    statuses = [{digest: text.status for digest, text in view.texts.items()} for view in views]
    _must(all(one == statuses[0] for one in statuses), "the nodes disagree on a proposal")


def _own_journals(sim: Sim, node: LocalNode) -> None:
    for journal in Journal.objects.using(node.using).select_related("channel"):
        rows = store.read_records(node.using, journal.id, 0, journal.size + 1000)
        _must([row.index for row in rows] == list(range(journal.size)), f"{node.name}: gaps in {journal.node}")
        growth = Growth()
        for row in rows:
            growth.append(row.leaf)
        edge = b"".join(growth.edge)
        _must(edge == bytes(journal.edge), f"{node.name}: the edge of {journal.node} is not that of its records")
        tiles = {(level, index): digest for level, index, digest in growth.tiles}
        with connections[node.using].cursor() as cursor:
            cursor.execute('SELECT level, "index", hash FROM channel_tile WHERE journal_id = %s', [journal.id])
            held = {(level, index): bytes(digest) for level, index, digest in cursor.fetchall()}
        _must(held == tiles, f"{node.name}: the tiles of {journal.node} are not those of its records")
        if journal.node == node.name and journal.channel.uuid not in split_channels(sim):
            # Where the partners hold two histories, an operator must say which one stays.
            _must(not journal.must_hear, f"{node.name} still waits for {journal.must_hear}")
    lacking = Record.objects.using(node.using).filter(content_state=ContentState.LACKING)
    lost = {one.uid for one in sim.ledger.sent.values() if not one.content_certain}
    if any(fault.startswith("restored") for fault in sim.ledger.faults):
        # What an author lost with its disk, and no partner was ever sent, nobody can give back.
        held_by_nobody = (row.uid or "" for row in lacking if not sim.content_holders(row.uid or ""))
        lost |= {uid for uid in held_by_nobody if uid not in sim.ledger.sent}
    left = [row.uid for row in lacking if row.uid not in lost and row.channel.uuid not in split_channels(sim)]
    _must(not left, f"{node.name} still lacks contents: {left[:3]}")


def _applied(sim: Sim, node: LocalNode) -> None:
    with connections[node.using].cursor() as cursor:
        cursor.execute('SELECT uid, journal, own, times, "index" FROM sim_applied')
        applied = {row[0]: row[1:] for row in cursor.fetchall()}
    doubled = {uid: row for uid, row in applied.items() if row[2] != 1}
    _must(not doubled, f"{node.name} applied records more than once: {doubled}")
    rows = Record.objects.using(node.using).filter(type__startswith="cases.").select_related("journal")
    wanted = {}
    for row in rows:
        held = row.content_state in (ContentState.PRESENT, ContentState.ERASED)
        if row.state in (RecordState.OWN, RecordState.ACCEPTED) and held:
            wanted[row.uid] = (row.journal.node, int(row.journal.node == node.name), row.index)
    found = {uid: (journal, int(own), index) for uid, (journal, own, _, index) in applied.items()}
    _must(
        found == wanted,
        f"{node.name} applied other records than it holds: {sorted(set(found.items()) ^ set(wanted.items()))[:4]}",
    )


def _tables(node: LocalNode) -> Iterator[tuple[object, ...]]:
    columns = ("channel", "uid", "case__uuid", "type", "journal", "index", "own", "answers", "answered", "erased")
    yield from sorted(Entry.objects.using(node.using).values_list(*columns))
    yield from sorted(
        Case.objects.using(node.using).values_list("channel", "uuid", "opened_by", "opened_ms", "changed_ms")
    )


def _projections(node: LocalNode) -> None:
    live = list(_tables(node))
    audit.rebuild_areas(node)
    again = list(_tables(node))
    gone, come = [one for one in live if one not in again], [one for one in again if one not in live]
    _must(live == again, f"{node.name}: rebuilt projections differ: only live {gone[:2]}, only rebuilt {come[:2]}")


def _verified(node: LocalNode) -> None:
    for one in audit.verify_journals(node):
        _must(one.fault is None, f"{node.name}: {one.sentence()}")


def _queues(sim: Sim, node: LocalNode) -> None:
    split = split_channels(sim)
    for row in Delivery.objects.using(node.using).select_related("channel"):
        if row.channel.uuid in split or row.peer_id not in row.channel.members:
            continue
        size = sim.journal_size(node, row.channel.uuid, node.name)
        _must(row.acked == size, f"{node.name} has receipts of {row.peer_id} for {row.acked} of {size} records")


def _arrived(sim: Sim, one: Sent) -> None:
    author = sim.nodes[one.author]
    if one.channel in split_channels(sim):
        return
    found = store.find_record(author.using, sim.channel(author, one.channel).id, one.uid)
    if not one.certain and found is None:
        return
    _must(found is not None, f"{one.author} lost its record {one.uid}")
    assert found is not None
    _readable(author, one, found[1])
    for name in one.to:
        node = sim.nodes[name]
        row = store.find_record(node.using, sim.channel(node, one.channel).id, one.uid)
        _must(row is not None, f"{one.uid} of {one.author} never reached {name}")
        assert row is not None
        if row[1].state == RecordState.ACCEPTED:
            _readable(node, one, row[1])


def _readable(node: LocalNode, one: Sent, row: store.StoredRecord) -> None:
    if row.content_state == ContentState.ERASED or not one.content_certain:
        return
    body = sealed.body(node, row)
    _must(encode(body) == one.payload, f"{node.name} reads something else in {one.uid}")
    for described in getattr(body, "attachments", ()):
        if described.id in one.files:
            _attachment(node, described, one.files[described.id])


def _attachment(node: LocalNode, described: Attachment, plain: bytes) -> None:
    row = Blob.objects.using(node.using).filter(id=described.id).first()
    _must(
        row is not None and row.complete, f"{node.name} has not got attachment {described.id[:20]}: {row and row.have}"
    )
    _must(b"".join(blobs.open_attachment(node, described)) == plain, f"{node.name} reads another attachment")


def _alarms(sim: Sim) -> None:
    split = split_channels(sim)
    for node in sim.nodes.values():
        for alarm in Alarm.objects.using(node.using).order_by("id"):
            explained = any(cause.explains(node.name, alarm.kind, alarm.subject) for cause in sim.ledger.causes)
            # What a partner of two histories confirmed in one of them stays open in the other.
            explained |= alarm.kind == AlarmKind.ERASURE_OVERDUE and alarm.channel in split
            _must(explained, f"{node.name} raised {alarm.kind} about {alarm.subject} without a cause: {alarm.detail}")
    for _, on, kinds, about in sim.ledger.must:
        rows = Alarm.objects.using(sim.nodes[on].using).filter(kind__in=[str(kind) for kind in kinds], subject=about)
        _must(rows.exists(), f"{on} did not raise {'/'.join(kinds)} about {about}")
