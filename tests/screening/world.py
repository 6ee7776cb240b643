"""Two nodes, one with a list, under an agreement that permits blind questions."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec

from comity.cases.projections import AREA as CASES
from comity.channel import service
from comity.channel.models import Channel, Record
from comity.channel.runtime import LocalNode
from comity.desk.models import Officer
from comity.desk.roles import Role
from comity.desk.seat import Seat, terms_of
from comity.desk.services import add_officer
from comity.matching import Person, parse_births
from comity.protocol.agreement import model as m
from comity.protocol.agreement.reader import read_agreement, write_agreement
from comity.protocol.records import Reality
from comity.screening import building, checks, indexes, lists, publishing, work
from comity.screening.acting import Actor
from comity.screening.checks import Wanted
from comity.screening.engine import Inline
from comity.screening.imports.values import Entry, RowError
from comity.screening.indexes import Known
from comity.screening.lists import Imported, ListTerms
from comity.screening.models import Check, Hit, Register
from comity.screening.projections import ScreeningArea
from comity.screening.records import TYPES
from comity.screening.subjects import Subject
from tests.support import worlds
from tests.support.texts import agreement, line
from tests.support.worlds import World

HOLDER, ASKER = "QA.doha", "DE.berlin"
ALIASES = {HOLDER: "default", ASKER: "second"}
LIST_ID = "wanted"
TERMS = ListTerms(list_id=LIST_ID, title="Wanted persons", owner="QA/MOI", legal_basis="Law 1 of the example")
OFFICER = Actor("officer0001")
TWO = Actor("officer0001", released_by="officer0002")


def clause(per_day: int, per_month: int, release: int) -> m.Clause:
    """Return the clause of blind questions."""
    return m.Clause(
        id="3(2)",
        title=line("Blind comparison"),
        text=line("Either side may ask blind."),
        area="crime",
        types=tuple(kind.tag for kind in TYPES),
        purposes=("prevention", "criminal-investigation"),
        handling=m.HandlingRule(default="h1", allowed=("h0", "h1")),
        retention_days=90,
        onward=m.Onward.NEVER,
        queries=m.QueryBudget(per_day=per_day, per_month=per_month),
        release=1 if release == 1 else 2,
    )


@dataclass
class Stage:
    """Hold the two nodes and their agreement."""

    world: World
    uuid: str

    @property
    def holder(self) -> LocalNode:
        return self.world.nodes[HOLDER]

    @property
    def asker(self) -> LocalNode:
        return self.world.nodes[ASKER]

    def channel(self, node: LocalNode) -> Channel:
        return worlds.channel_of(node, self.uuid)

    @property
    def register(self) -> Register:
        return lists.register(self.holder, LIST_ID)

    def take_in(self, entries: Iterable[Entry | RowError]) -> Imported:
        return lists.take_in(self.holder, lists.keep(self.holder, TERMS), entries)

    def publish(self, *, rotate: bool = False, turn: int = building.TURN, actor: Actor = OFFICER) -> int:
        """Bring the index up to the list and publish it; return how many versions that made."""
        channel, row = self.channel(self.holder), self.register
        generation = None if rotate else building.current(self.holder, row, channel)
        generation = generation or building.begin(self.holder, row, channel)
        made = building.build(self.holder, row, generation, Inline(), lambda _done, _all: None, turn)
        publishing.publish(self.holder, row, channel, actor)
        self.world.settle()
        return made

    def known(self) -> Known:
        return indexes.find(self.asker, self.channel(self.asker), HOLDER, LIST_ID)

    def begin(self, *people: Subject, **changes: object) -> Check:
        """Begin a check without carrying anything to the holder yet."""
        fields: dict[str, object] = {"known": self.known(), "actor": OFFICER, "purpose": "prevention"}
        wanted = Wanted(**(fields | changes))  # type: ignore[arg-type]  # fields by name
        return checks.begin(self.asker, self.channel(self.asker), wanted, people)

    def check(self, *people: Subject, **changes: object) -> Check:
        """Check persons and carry messages until all is answered."""
        begun = self.begin(*people, **changes)
        self.carry()
        begun.refresh_from_db(using=self.asker.using)
        return begun

    def carry(self) -> None:
        """Let both nodes work and call one another until nothing moves."""
        quiet = False
        while not quiet:
            moved = self._step()
            self.world.settle(1)
            quiet = not moved and not self._step()

    def _step(self) -> int:
        return sum(work.step(node, Inline()) for node in (self.asker, self.holder))

    def hits(self, check: Check) -> list[Hit]:
        rows = Hit.objects.using(self.asker.using).filter(batch__check_of=check)
        return list(rows.select_related("batch__check_of").order_by("row", "reference"))

    def seat(self, node: LocalNode, *roles: Role, name: str = "", reality: Reality = Reality.ACTUAL) -> Seat:
        """Return the seat of an officer of a node, made on first use; without roles, one who may do everything here."""
        service.start(node)
        name = name or f"{node.name[:2].lower()}-{'-'.join(roles) or 'all'}"
        officer = Officer.objects.filter(display_name=name).first() or add_officer(
            node,
            name,
            name,
            node.keys.public.identity.authorities[0],
            None,
            roles=roles or (Role.OFFICER, Role.ANALYST),
        )
        channel = self.channel(node)
        return Seat(officer, node, (channel,), channel, terms_of(node, channel), reality)

    def records(self, node: LocalNode, tag: str) -> list[Record]:
        return list(Record.objects.using(node.using).filter(type=tag).order_by("journal", "index"))


def make_stage(folder: Path, *, per_day: int = 500, per_month: int = 5000, release: int = 1) -> Stage:
    areas = (CASES, ScreeningArea(background=False))
    clock = worlds.Clock()
    nodes = {name: worlds.make_node(name, alias, folder / name, clock, areas) for name, alias in ALIASES.items()}
    worlds.pair(nodes[HOLDER], nodes[ASKER])
    world = World(nodes, clock)
    text = read_agreement(agreement(list(nodes.values()), worlds.new_channel_id(world)))
    clauses = (*text.clauses, clause(per_day, per_month, release))
    uuid = worlds.agree(world, write_agreement(msgspec.structs.replace(text, clauses=clauses)))
    world.settle()
    return Stage(world, uuid)


def entry(reference: str, *names: str, born: str = "") -> Entry:
    return Entry(reference, Person(names, parse_births(born)))


def person(*names: str, born: str = "") -> Subject:
    return Subject(Person(names, parse_births(born)))


def listed(count: int) -> Sequence[Entry]:
    """Return invented persons whose names share no key with those of the tests."""
    first = ("Karlheinz", "Wolfram", "Gudrun", "Sieglinde", "Ottokar", "Brunhilde", "Friedhelm", "Waldtraut")
    second = ("Zwiebelfeld", "Kupferbach", "Nordpflug", "Grabendorf", "Wachtelmoor", "Pfannkuch", "Strohbeck")
    return [
        entry(f"N{at}", f"{first[at % 8]} {second[at % 7]}", born=f"{1940 + at % 60}-{at % 12 + 1:02}-11")
        for at in range(count)
    ]
