"""Draw a scenario from a seed, run it, let it heal, and check it."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random

from comity.channel import courier, erasure, notes
from comity.channel.models import Alarm, Channel, Journal, Peer, Record
from tests.simulation import checks, hostile, steps
from tests.simulation.crashes import Hooks
from tests.simulation.pool import Pool
from tests.simulation.sim import MINUTE, Sim
from tests.simulation.steps import Step

QUIET_ROUNDS = 40
WORK: dict[Step, int] = {steps.post_some: 10, steps.call: 14, steps.wait: 5, steps.erase: 1}
MORE: dict[Step, int] = {
    steps.negotiate: 4,
    steps.order: 2,
    steps.years: 1,
    steps.post_unpermitted: 2,
    steps.rebuild: 1,
    steps.carry: 2,
    steps.arrive: 3,
}
FLAVOURS: dict[str, dict[Step, int]] = {
    "clean": {},
    "network": {steps.cut: 3, steps.replay: 4, steps.arrive: 4},
    "crashes": {steps.crash: 8},
    "clocks": {steps.skew: 3, steps.wait: 3},
    "restores": {steps.backup: 4, steps.restore: 3, steps.replay: 2},
    "hostile": dict.fromkeys(hostile.ACTS, 2),
}
MIXTURES = (
    ("clean",),
    ("network",),
    ("crashes",),
    ("restores",),
    ("hostile",),
    ("network", "crashes"),
    ("network", "restores"),
    ("clocks", "network"),
    ("crashes", "restores"),
    ("hostile", "network"),
    ("network", "crashes", "restores", "clocks", "hostile"),
)
RATES = ("lost request", "lost answer", "delayed request", "doubled request", "replayed answer")


@dataclass
class Result:
    """Say how a scenario ended."""

    seed: int
    title: str
    log: list[str]
    failure: str = ""
    faults: Counter[str] = field(default_factory=Counter)
    alarms: Counter[str] = field(default_factory=Counter)
    posted: int = 0
    records: int = 0


def play(seed: int, pool: Pool, hooks: Hooks, nodes: int | None = None) -> Result:
    """Run one seed from the drawing to the last check."""
    draw = Random(seed)
    names = [
        name
        for name in ("pair", "pair", "long", "trio", "trio", "star")
        if nodes in (None, 2 if name in ("pair", "long") else 3)
    ]
    topology = draw.choice(names)
    flavours = list(draw.choice(MIXTURES))
    sim = Sim(seed, pool.get(topology), hooks)
    result = Result(seed, f"{topology}, {' and '.join(flavours)}", sim.ledger.log, faults=sim.ledger.faults)
    if "network" in flavours:
        sim.network.rates = {rate: draw.choice([0.0, 0.05, 0.2]) for rate in RATES}
        sim.network.rates["flipped request"] = sim.network.rates["flipped answer"] = draw.choice([0.0, 0.0, 0.1])
    try:
        _work(sim, _weights(flavours, draw), draw.randint(15, 50))
        heal(sim)
        checks.check(sim)
    except Exception as error:  # noqa: BLE001  # whatever ends a scenario is a finding
        result.failure = f"{type(error).__name__}: {error}"
        if not isinstance(error, checks.BrokenError):
            import traceback

            result.failure += "\n" + traceback.format_exc()
    for node in sim.nodes.values():
        result.alarms.update(Alarm.objects.using(node.using).values_list("kind", flat=True))
        result.records += Record.objects.using(node.using).count()
    result.posted = len(sim.ledger.sent)
    return result


def _weights(flavours: list[str], draw: Random) -> dict[Step, int]:
    weights = Counter(WORK)
    for step, weight in MORE.items():
        if draw.random() < 0.7:
            weights[step] += weight
    for flavour in flavours:
        weights.update(FLAVOURS[flavour])
    return weights


def _work(sim: Sim, weights: dict[Step, int], count: int) -> None:
    for number in range(1, count + 1):
        sim.ledger.step = number
        (step,) = sim.rng.choices(list(weights), list(weights.values()))
        place = len(sim.ledger.log)
        said = step(sim)
        sim.ledger.log.insert(place, f"{number:3} {said}")
        sim.time.ms += sim.rng.choice([1, 10, 300])


def heal(sim: Sim) -> None:
    """End all faults and let everybody speak until nothing changes any more."""
    sim.ledger.step += 1
    sim.crasher.disarm()
    sim.network.cut.clear()
    sim.network.rates.clear()
    sim.time.skew = {name: 0 for name, span in sim.time.skew.items() if span}
    before: object = None
    for number in range(QUIET_ROUNDS):
        sim.time.ms += 7 * MINUTE
        _round(sim, number)
        state = _state(sim)
        sim.ledger.note(f"    healing {number}: {state}")
        if state == before:
            break
        before = state
    else:
        raise checks.BrokenError(f"the nodes do not come to rest: {before}")
    _quick_when_quiet(sim)
    for node in sim.nodes.values():
        notes.look_for_withheld(node)
        split = checks.split_channels(sim)  # what a partner with two histories confirmed in one stays open in the other
        overdue = [one for one in erasure.overdue(node) if one.journal.channel.uuid not in split]
        if overdue:
            raise checks.BrokenError(f"{node.name} waits for erasures by {[one.node for one in overdue]}")


def _round(sim: Sim, number: int) -> None:
    for node in sim.nodes.values():
        for name in courier.reachable(node):
            shared = [row for row in Channel.objects.using(node.using).order_by("id") if name in row.members]
            # A clock that was set right may leave the last pause of a queue a little longer than it was.
            if courier.due(node, name) != shared and number > 1:
                raise checks.BrokenError(f"{node.name} does not call {name}, minutes after it last did")
            for channel in shared:
                sim.call(node, name, channel.uuid)
    for node in sim.nodes.values():
        erasure.run(node)


def _state(sim: Sim) -> list[object]:
    return [
        (
            list(Journal.objects.using(node.using).order_by("channel__uuid", "node").values_list("node", "size")),
            Record.objects.using(node.using).filter(content_state=2).count(),
        )
        for node in sim.nodes.values()
    ]


def _quick_when_quiet(sim: Sim) -> None:
    """Check that a call with nothing to say takes one message, not dozens."""
    if checks.split_channels(sim):
        return
    for node in sim.nodes.values():
        for row in Channel.objects.using(node.using).all():
            for name in row.members:
                if name != node.name and Peer.objects.using(node.using).filter(node=name).exists():
                    before = sim.network.exchanges
                    sim.call(node, name, row.uuid)
                    if sim.network.exchanges - before > 2:
                        raise checks.BrokenError(
                            f"{node.name} sent {sim.network.exchanges - before} messages to {name} with nothing to say"
                        )


Progress = Callable[[Result], None]
