"""Let a node that holds valid keys lie to its partners, each act in its own way, and say which alarm must follow."""

from collections.abc import Callable
from dataclasses import replace

from comity.channel import blobs, compose, notes
from comity.channel.alarms import AlarmKind
from comity.channel.compose import Heard
from comity.channel.models import Peer, Record
from comity.channel.peers import public_keys, transport_key
from comity.channel.runtime import LocalNode
from comity.protocol import checkpoints as cp
from comity.protocol.message import Batch, Message, Part, WireRecord, seal_message
from comity.protocol.records import parse_header
from tests.simulation.network import Passed
from tests.simulation.sim import MINUTE, Sim
from tests.simulation.steps import do_post

Change = Callable[[Message], Message]


def _pair(sim: Sim) -> tuple[LocalNode, LocalNode, str]:
    sim.crasher.disarm()
    villain = sim.rng.choice(list(sim.nodes.values()))
    uuid = sim.rng.choice(sim.channels_of(villain.name))
    victim = sim.rng.choice([name for name in sim.members(uuid) if name != villain.name])
    return villain, sim.nodes[victim], uuid


def _send(
    sim: Sim, villain: LocalNode, victim: LocalNode, uuid: str, change: Change, heard: Heard | None = None
) -> bool:
    """Send an honest message that ``change`` made dishonest; return whether there was anything to lie about."""
    peer = Peer.objects.using(villain.using).get(node=victim.name)
    message = compose.compose(villain, peer, sim.channel(villain, uuid), heard).message
    changed = change(message)
    if changed is message:
        return False
    sealed = seal_message(changed, public_keys(bytes(peer.identity)), transport_key(villain, peer))
    sim.network.deliver_late(Passed(villain.name, victim.name, sealed))
    return True


def _waiting(sim: Sim, villain: LocalNode, victim: LocalNode, uuid: str) -> bool:
    """Say whether one of the two was set back and waits: then it takes in nothing, lies included."""
    from comity.channel.store import load_journal

    return any(load_journal(n.using, sim.channel(n, uuid).id, n.name).must_hear for n in (villain, victim))


def _ahead(sim: Sim, villain: LocalNode, victim: LocalNode, uuid: str) -> Heard | None:
    """Write something new if need be, and ask for a batch that starts where the victim stands."""
    held = sim.journal_size(victim, uuid, villain.name)
    if sim.journal_size(villain, uuid, villain.name) < held:
        return None
    if sim.journal_size(villain, uuid, villain.name) == held:
        do_post(sim, villain, uuid)
    return Heard({villain.name: held}) if sim.journal_size(villain, uuid, villain.name) > held else None


def _in_step(sim: Sim, villain: LocalNode, victim: LocalNode, uuid: str) -> bool:
    """Say whether the victim holds a prefix of what the villain holds: nobody was set back in between."""
    from comity.channel import store

    rows = []
    for node in (villain, victim):
        journal = store.load_journal(node.using, sim.channel(node, uuid).id, villain.name)
        rows.append([r.leaf for r in store.read_records(node.using, journal.id, 0, journal.size)])
    return rows[0][: len(rows[1])] == rows[1]


def _batches(message: Message, change: Callable[[Batch], Batch | None]) -> Message:
    own = [batch for batch in message.batches if batch.node == message.sender]
    if not own:
        return message
    changed = change(own[0])
    return message if changed is None else replace_batches(message, (changed,))


def replace_batches(message: Message, batches: tuple[Batch, ...]) -> Message:
    """Return a message with other batches."""
    import msgspec

    return msgspec.structs.replace(message, batches=batches)


def _ready(sim: Sim) -> tuple[LocalNode, LocalNode, str, Heard] | None:
    villain, victim, uuid = _pair(sim)
    if _waiting(sim, villain, victim, uuid):
        return None
    heard = _ahead(sim, villain, victim, uuid)
    if heard is None or not _in_step(sim, villain, victim, uuid):
        return None
    return villain, victim, uuid, heard


def alter_record(sim: Sim) -> str:
    """Change a record behind its signed head."""
    ready = _ready(sim)
    if ready is None:
        return "nobody to deceive"
    villain, victim, uuid, heard = ready

    def change(batch: Batch) -> Batch:
        wires = list(batch.records)
        at = sim.rng.randrange(len(wires))
        header = wires[at].header.replace(b'Z"', b'Z"', 1)
        place = header.rfind(b'"time":"') + 28
        digit = b"1" if header[place : place + 1] != b"1" else b"2"
        wires[at] = WireRecord(header[:place] + digit + header[place + 1 :], wires[at].content, wires[at].wraps)
        return Batch(batch.node, batch.start, tuple(wires), batch.note)

    if _send(sim, villain, victim, uuid, lambda m: _batches(m, change), heard):
        sim.ledger.faults["altered record"] += 1
        sim.ledger.require(victim.name, villain.name, AlarmKind.TAMPERED_BATCH)
    return f"{villain.name} alters a record for {victim.name}"


def wrong_root(sim: Sim) -> str:
    """Sign a root that the records do not have."""
    ready = _ready(sim)
    if ready is None:
        return "nobody to deceive"
    villain, victim, uuid, heard = ready

    def change(batch: Batch) -> Batch:
        _, head = cp.parse_checkpoint(batch.note)
        lie = cp.sign_checkpoint(cp.Checkpoint(head.journal, head.size, sim.rng.randbytes(32)), villain.keys)
        return Batch(batch.node, batch.start, batch.records, lie.note)

    if _send(sim, villain, victim, uuid, lambda m: _batches(m, change), heard):
        sim.ledger.faults["wrong root"] += 1
        sim.ledger.require(victim.name, villain.name, AlarmKind.TAMPERED_BATCH)
    return f"{villain.name} signs a wrong root for {victim.name}"


def forged_history(sim: Sim) -> str:
    """Sign another root for a size that the victim has cosigned."""
    villain, victim, uuid = _pair(sim)
    held = sim.journal_size(victim, uuid, villain.name)
    mine = sim.journal_size(villain, uuid, villain.name)
    if _waiting(sim, villain, victim, uuid) or held > mine or held < 2 or not _in_step(sim, villain, victim, uuid):
        return "nobody to deceive"

    def change(message: Message) -> Message:
        def lie(batch: Batch) -> Batch | None:
            _, head = cp.parse_checkpoint(batch.note)
            if head.size > held:
                return None
            other = cp.sign_checkpoint(cp.Checkpoint(head.journal, head.size, sim.rng.randbytes(32)), villain.keys)
            return Batch(batch.node, batch.start, batch.records, other.note)

        return _batches(message, lie)

    if _send(sim, villain, victim, uuid, change, Heard({villain.name: sim.rng.randrange(max(0, held - 5), held)})):
        sim.ledger.faults["forged history"] += 1
        sim.ledger.require(victim.name, villain.name, AlarmKind.FORK)
    return f"{villain.name} shows {victim.name} another history"


def withhold_content(sim: Sim) -> str:
    """Send headers without what they announce."""
    ready = _ready(sim)
    if ready is None:
        return "nobody to deceive"
    villain, victim, uuid, heard = ready
    held = []

    def change(batch: Batch) -> Batch | None:
        bare = []
        for wire in batch.records:
            header = parse_header(wire.header).header
            if wire.content is not None and victim.name in header.to:
                held.append(header)
            bare.append(WireRecord(wire.header))
        return Batch(batch.node, batch.start, tuple(bare), batch.note) if held else None

    if _send(sim, villain, victim, uuid, lambda m: _batches(m, change), heard):
        sim.ledger.faults["withheld content"] += 1
        sim.ledger.require(victim.name, villain.name, AlarmKind.WITHHELD_CONTENT)
    return f"{villain.name} withholds contents from {victim.name}"


def other_content(sim: Sim) -> str:
    """Send content that is not what the header committed to."""
    ready = _ready(sim)
    if ready is None:
        return "nobody to deceive"
    villain, victim, uuid, heard = ready

    def change(batch: Batch) -> Batch | None:
        wires = list(batch.records)
        for at, wire in enumerate(wires):
            header = parse_header(wire.header).header
            if wire.content and victim.name in header.to and header.type.startswith("cases."):
                place = sim.rng.randrange(len(wire.content))
                content = bytearray(wire.content)
                content[place] ^= 1
                wires[at] = WireRecord(wire.header, bytes(content), wire.wraps)
                sim.ledger.spoiled.add((header.id, victim.name))
                return Batch(batch.node, batch.start, tuple(wires), batch.note)
        return None

    if _send(sim, villain, victim, uuid, lambda m: _batches(m, change), heard):
        sim.ledger.faults["other content"] += 1
        sim.ledger.require(victim.name, villain.name, AlarmKind.TAMPERED_CONTENT)
        for name in sim.members(uuid):
            sim.ledger.allow(AlarmKind.TAMPERED_CONTENT, name)
    return f"{villain.name} sends {victim.name} other contents"


def forged_receipt(sim: Sim) -> str:
    """Cosign with signatures that do not hold."""
    villain, victim, uuid = _pair(sim)

    def change(message: Message) -> Message:
        import msgspec

        for at, note in enumerate(message.notes):
            _, head = cp.parse_checkpoint(note)
            if head.journal.node == victim.name:
                forged = note[:-30] + bytes([note[-30] ^ 1]) + note[-29:]
                if forged[-30:-29].isalnum():
                    rest = (*message.notes[:at], forged, *message.notes[at + 1 :])
                    return msgspec.structs.replace(message, notes=rest)
        return message

    if _send(sim, villain, victim, uuid, change):
        sim.ledger.faults["forged receipt"] += 1
        sim.ledger.require(victim.name, villain.name, AlarmKind.FORGED_SIGNATURE, AlarmKind.TAMPERED_MESSAGE)
    return f"{villain.name} forges a receipt for {victim.name}"


def other_attachment(sim: Sim) -> str:
    """Send other bytes for an attachment."""
    villain, victim, uuid = _pair(sim)
    if _waiting(sim, villain, victim, uuid):
        return "nobody to deceive"
    peer = Peer.objects.using(victim.using).get(node=villain.name)
    wanted = blobs.wants(victim, sim.channel(victim, uuid), peer)
    lies: list[str] = []

    def change(message: Message) -> Message:
        import msgspec

        if not message.parts:
            return message
        part = message.parts[0]
        lies.append(part.id)
        data = bytearray(part.data)
        data[sim.rng.randrange(len(data))] ^= 1
        rest = (Part(part.id, part.offset, bytes(data)), *message.parts[1:])
        return msgspec.structs.replace(message, parts=rest)

    if wanted and _send(sim, villain, victim, uuid, change, Heard(wants=wanted)):
        sim.ledger.faults["other attachment"] += 1
        # Noticed when the attachment is complete, from whomever the rest comes; not at all if it is erased before.
        sim.ledger.allow(AlarmKind.TAMPERED_ATTACHMENT, victim.name)
    return f"{villain.name} sends {victim.name} other bytes of an attachment"


def withhold_records(sim: Sim) -> str:
    """Send records to one partner and not to the other, who sees the head that was signed."""
    sim.crasher.disarm()
    if sim.topology != "trio":
        return "needs three"
    villain, victim, witness = sim.rng.sample(list(sim.nodes.values()), 3)
    (uuid,) = sim.channels
    everyone = [_waiting(sim, villain, one, uuid) for one in (victim, witness)]
    if any(everyone) or not do_post(sim, villain, uuid) or sim.network.cut or sim.network.rates:
        return "nobody to deceive"
    sim.time.ms += MINUTE
    do_post(sim, villain, uuid)
    sim.call(villain, witness.name, uuid)
    sim.call(witness, victim.name, uuid)
    if sim.journal_size(witness, uuid, villain.name) > sim.journal_size(victim, uuid, villain.name):
        sim.time.ms += 11 * MINUTE
        sim.ledger.faults["withheld records"] += 1
        sim.ledger.require(victim.name, villain.name, AlarmKind.WITHHELD_RECORDS)
        notes.look_for_withheld(victim)
    return f"{villain.name} shows {witness.name} what it keeps from {victim.name}"


def forged_relay(sim: Sim) -> str:
    """Pass on a third node's records, altered."""
    sim.crasher.disarm()
    if sim.topology != "trio":
        return "needs three"
    author, villain, victim = sim.rng.sample(list(sim.nodes.values()), 3)
    (uuid,) = sim.channels
    held = sim.journal_size(victim, uuid, author.name)
    if sim.network.cut or _waiting(sim, villain, victim, uuid) or not _in_step(sim, author, victim, uuid):
        return "nobody to deceive"
    if not _in_step(sim, villain, author, uuid) and not _in_step(sim, author, villain, uuid):
        return "nobody to deceive"

    def change(message: Message) -> Message:
        for batch in message.batches:
            if batch.node == author.name and batch.start <= held:
                wires = list(batch.records)
                wires[-1] = WireRecord(wires[-1].header[:-1] + b" }", wires[-1].content, wires[-1].wraps)
                return replace_batches(message, (Batch(batch.node, batch.start, tuple(wires), batch.note),))
        return message

    sim.time.ms += MINUTE
    if _send(sim, villain, victim, uuid, change, Heard({author.name: held, villain.name: 0})):
        sim.ledger.faults["forged relay"] += 1
        sim.ledger.require(victim.name, villain.name, AlarmKind.TAMPERED_BATCH)
    return f"{villain.name} passes on records of {author.name} to {victim.name}, altered"


ACTS: tuple[Callable[[Sim], str], ...] = (
    alter_record,
    wrong_root,
    forged_history,
    withhold_content,
    other_content,
    forged_receipt,
    other_attachment,
    withhold_records,
    forged_relay,
)

__all__ = ["ACTS", "Record", "replace"]
