"""Remember what officers were promised, what was done to the nodes, and which alarms that explains."""

from collections import Counter
from dataclasses import dataclass, field

from comity.channel.alarms import AlarmKind


@dataclass
class Sent:
    """Hold a record that a node acknowledged to its officer; ``certain`` until nobody holds it any more."""

    uid: str
    author: str
    channel: str
    to: tuple[str, ...]
    payload: bytes
    files: dict[str, bytes]
    forced: bool = False
    certain: bool = True
    content_certain: bool = True


@dataclass(frozen=True)
class Cause:
    """Allow an alarm: on which node (empty: any), of which kind, about whom (empty: anybody)."""

    kind: AlarmKind
    on: str = ""
    about: str = ""

    def explains(self, on: str, kind: str, about: str) -> bool:
        return kind == self.kind and self.on in ("", on) and self.about in ("", about)


@dataclass
class Ledger:
    """Be the memory of one scenario."""

    sent: dict[str, Sent] = field(default_factory=dict)
    causes: set[Cause] = field(default_factory=set)
    must: list[tuple[int, str, frozenset[AlarmKind], str]] = field(default_factory=list)
    step: int = 0
    spoiled: set[tuple[str, str]] = field(default_factory=set)
    split: set[tuple[str, str]] = field(default_factory=set)
    faults: Counter[str] = field(default_factory=Counter)
    log: list[str] = field(default_factory=list)

    def note(self, line: str) -> None:
        self.log.append(line)

    def allow(self, kind: AlarmKind, on: str = "", about: str = "") -> None:
        """Say that an alarm would have a cause."""
        self.causes.add(Cause(kind, on, about))

    def require(self, on: str, about: str, *kinds: AlarmKind) -> None:
        """Say that an alarm must stand at the end: one of ``kinds``, on that node, about that one."""
        self.must.append((self.step, on, frozenset(kinds), about))
        for kind in kinds:
            self.allow(kind, on, about)

    def forget_alarms(self, node: str, since: int = 0) -> None:
        """Take back what was required of a node that was set back, or died before its alarm was written."""
        self.must = [one for one in self.must if one[1] != node or one[0] < since]
