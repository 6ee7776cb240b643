"""Play any interleaving of what two or three nodes may do to one document, from a list of small numbers."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from comity.concurrence.clocks import Term
from comity.concurrence.entries import (
    Answered,
    Disposed,
    Entry,
    Item,
    Passed,
    Proposed,
    Taken,
    Timer,
    Verdict,
)
from comity.concurrence.ledger import Ledger
from comity.concurrence.reckoning import Reckoning, Status
from comity.concurrence.records import Edit
from comity.protocol.agreement.model import OnExpiry
from comity.protocol.names import UnixMs

Step = tuple[int, int, int, int]
NODES = ("DE.berlin", "FR.paris", "QA.doha")
KINDS = 15
CALM = 10
"""Steps of this kind and above deliver; those below, from 6 on, answer."""
CRASH = 3
LENGTH = 10
"""How long a clock runs, in ticks."""


@dataclass
class Play:
    """Hold the journals of all nodes, and how much each node holds of each."""

    names: tuple[str, ...]
    journals: dict[str, list[Entry]] = field(default_factory=dict)
    held: dict[str, dict[str, int]] = field(default_factory=dict)
    now: dict[str, int] = field(default_factory=dict)
    uids: int = 0

    @classmethod
    def of(cls, count: int) -> "Play":
        names = NODES[:count]
        return cls(
            names,
            {name: [] for name in names},
            {name: {other: 0 for other in names if other != name} for name in names},
            dict.fromkeys(names, 1000),
        )

    def view(self, name: str) -> dict[str, list[Entry]]:
        """Return what a node holds of every journal: its own, and the beginnings of the others'."""
        return {
            other: self.journals[other] if other == name else self.journals[other][: self.held[name][other]]
            for other in self.names
        }

    def reckon(self, name: str) -> Reckoning:
        return Reckoning(Ledger(self.names, self.view(name)), fits)

    def step(self, step: Step) -> None:
        kind, who, what, how = step
        name = self.names[who % len(self.names)]
        moves = {0: self._propose, 1: self._propose, 2: self._withdraw, 3: self._crash, 4: self._pass, 5: self._pass}
        move = moves.get(kind, self._deliver if kind >= CALM else self._answer)
        move(name, what, how)

    def settle(self) -> None:
        """Deliver everything to everybody."""
        for _ in range(len(self.names) + 1):
            for name in self.names:
                for at in range(len(self.names) - 1):
                    self._deliver(name, at, 0, refuse=False, everything=True)

    def write(self, name: str, item: Item) -> None:
        self.journals[name].append(Entry(len(self.journals[name]), UnixMs(self.now[name]), item))

    def known(self, name: str) -> list[Proposed]:
        return [one.item for entries in self.view(name).values() for one in entries if isinstance(one.item, Proposed)]

    def _uid(self) -> str:
        self.uids += 1
        return f"u{self.uids:03}"

    def _propose(self, name: str, what: int, how: int) -> None:
        if how < 4 and any(one.status is Status.LIVE for one in self.reckon(name).outcomes().values()):
            return  # mostly, people wait for what is on the table
        bases: list[str | None] = [None, *(one.name for one in self.known(name) if one.name)]
        head = self.reckon(name).head
        base = head if what else bases[what % len(bases)]
        uid = self._uid()
        ends = (None, OnExpiry.DEEMED_AGREED, OnExpiry.LAPSE, OnExpiry.ESCALATE)[how % 4]
        timer = None if ends is None else Timer(ends, {one: Term(LENGTH, (), ends) for one in self.names})
        technical = how == 4 and head is not None
        self.write(name, Proposed(uid, head if technical else base, f"after-{uid}", technical, timer))

    def _answer(self, name: str, what: int, how: int) -> None:
        known = self.known(name)
        if known:
            verdict = Verdict.OBJECT if how == 0 else Verdict.CONCUR
            live = [uid for uid, one in self.reckon(name).outcomes().items() if one.status is Status.LIVE]
            uid = live[what % len(live)] if live and how > 1 else known[-1 - what % len(known)].uid
            self.write(name, Answered(self._uid(), uid, verdict))

    def _withdraw(self, name: str, what: int, how: int) -> None:
        known = self.known(name)
        if known:
            self.write(name, Taken(self._uid(), known[-1 - what % len(known)].uid))

    def _deliver(self, name: str, what: int, how: int, *, refuse: bool | None = None, everything: bool = False) -> None:
        """Let a node take in the next entries of another's journal, and say in its own what it did with them."""
        others = [one for one in self.names if one != name]
        author = others[what % len(others)]
        start = self.held[name][author]
        end = len(self.journals[author]) if everything or how % 2 else min(len(self.journals[author]), start + 1)
        self.held[name][author] = end
        spoken = {one.item.uid for one in self.journals[name] if isinstance(one.item, Disposed)}
        refuses = (what, how) == (5, 6) if refuse is None else refuse
        for entry in self.journals[author][:end]:
            if isinstance(entry.item, Proposed | Answered | Taken) and entry.item.uid not in spoken:
                self.write(name, Disposed(entry.item.uid, accepted=not refuses))

    def _pass(self, name: str, what: int, how: int) -> None:
        """Let time pass, on this node more or less than on the others, and write something unrelated, or nothing."""
        for other in self.names:
            self.now[other] += how % 3
        self.now[name] += how
        if what % 2:
            self.write(name, Passed())

    def _crash(self, name: str, what: int, how: int) -> None:
        """Lose what nobody else has seen, and hold less of what others wrote: they send it again."""
        seen = max(self.held[other][name] for other in self.names if other != name)
        del self.journals[name][seen:]
        for other in self.held[name]:
            self.held[name][other] = min(self.held[name][other], self.held[name][other] - how % 3 if how else 99999)
            self.held[name][other] = max(0, self.held[name][other])


def edits_of(uid: str) -> tuple[Edit, ...]:
    """Return what a proposal changes: places and values that meet often enough."""
    number = int(uid[1:])
    return (Edit(path=f"/items/{'ab'[number % 2]}/done", value=str(number % 3 + 1)),)


def fits(chain: tuple[str, ...], uid: str) -> bool:
    """Let every seventeenth proposal not fit the version that it names."""
    return int(uid[1:]) % 17 != 0


def play(count: int, steps: Sequence[Step]) -> Play:
    """Return the play after ``steps``, everything delivered."""
    one = Play.of(count)
    for step in steps:
        one.step(step)
    one.settle()
    return one
