"""Say what follows from setting a node back: which alarms it explains, and which records are lost with it."""

from comity.channel.alarms import AlarmKind
from comity.channel.runtime import LocalNode
from tests.simulation.ledger import Sent
from tests.simulation.sim import Sim


def longest(sim: Sim) -> dict[tuple[str, str], int]:
    """Return how many records of each journal somebody holds, by agreement and owner."""
    return {
        (uuid, owner): max(sim.journal_size(sim.nodes[name], uuid, owner) for name in sim.members(uuid))
        for uuid in sim.channels
        for owner in sim.members(uuid)
    }


def account_for_restore(sim: Sim, node: LocalNode, held: dict[tuple[str, str], int], *, declared: bool) -> None:
    """Note what a node that was set back, declared or in silence, may cause: alarms, and what nobody holds any more."""
    ledger = sim.ledger
    ledger.faults["restored, declared" if declared else "restored, undeclared"] += 1
    ledger.forget_alarms(node.name)
    ledger.allow(AlarmKind.ROLLED_BACK, node.name, node.name)
    ledger.allow(AlarmKind.PARTNER_RESTORED, "", node.name)
    for place, size in longest(sim).items():
        if size < held[place]:
            # Nobody holds the end of that journal any more, but somebody may have seen its head.
            ledger.allow(AlarmKind.WITHHELD_RECORDS, "", place[1])
    if not declared:
        ledger.allow(AlarmKind.FORK, "", node.name)
        ledger.allow(AlarmKind.WITHHELD_RECORDS, "", node.name)  # a head that it signed and no longer knows of
        # A second history that grew past the first one before anybody saw it does not lead to what a partner holds:
        # without a proof of consistency the partner cannot tell a fork from records that were tampered with.
        ledger.allow(AlarmKind.TAMPERED_BATCH, "", node.name)
        for uuid in sim.channels_of(node.name):
            for member in sim.members(uuid) if len(sim.members(uuid)) > 2 else ():
                # Whoever passes on the other history: its records, and contents at places that hold other records here.
                ledger.allow(AlarmKind.TAMPERED_BATCH, "", member)
                ledger.allow(AlarmKind.TAMPERED_CONTENT, "", member)
        ledger.split.update((uuid, node.name) for uuid in sim.channels_of(node.name) if len(sim.members(uuid)) > 2)
    for one in ledger.sent.values():
        if one.certain and not sim.holders(one.uid):
            one.certain = False
        if one.content_certain and not set(sim.content_holders(one.uid)) & {one.author, *one.to}:
            one.content_certain = False
        one.files = {name: data for name, data in one.files.items() if sim.blob_holders(name)}
        _allow_for_lost_content(sim, one, node.name)


def _allow_for_lost_content(sim: Sim, one: Sent, restored: str) -> None:
    """Let a node that lost the content of its record pass on the header alone, until a recipient gives it back."""
    holders = sim.content_holders(one.uid)
    if one.author == restored and restored not in holders:
        for name in set(one.to) - set(holders):
            sim.ledger.allow(AlarmKind.WITHHELD_CONTENT, name, restored)
