"""The example's meetings, as the demonstration holds them: one with adopted minutes, one that waits for a signature."""

from pathlib import Path

import pytest

from comity.desk.roles import Role
from comity.node.demo.meetings import MeetingOrders, hold
from comity.node.demo.stage import BERLIN, DOHA
from comity.node.example.working_group import working_group
from comity.plan import group_access, meeting_access, minutes_access
from comity.plan.kinds.meeting import State
from comity.plan.minutes_access import Filter
from tests.plan.secretaries import Secretaries, make_secretaries

pytestmark = pytest.mark.django_db(databases=["default", "second"], transaction=True)


class Side:
    """Obey the demonstration's orders in this process; whatever is written has arrived before the next order."""

    def __init__(self, both: Secretaries, node: str) -> None:
        self.both, self.node = both, node

    def __call__(self, order: str, **given: object) -> object:
        assert order == "meetings"
        self.both.screens.at(self.node)
        act = given.pop("act")
        done = getattr(MeetingOrders(self.both.screens.world.nodes[self.node]), str(act))(**given)
        self.both.settle()
        return done


@pytest.fixture
def both(tmp_path: Path, transactional_db: None) -> Secretaries:
    return make_secretaries(tmp_path)


def test_demonstration_shows_the_group_two_meetings_adopted_minutes_and_others_to_sign(both: Secretaries) -> None:
    both.screens.officer("QA.doha", "maha", Role.SECRETARY)
    both.screens.officer("DE.berlin", "karl", Role.SECRETARY)
    hold(Side(both, DOHA.name), Side(both, BERLIN.name))  # type: ignore[arg-type]  # obeys the same orders
    example = working_group()
    for city in ("doha", "berlin"):
        seat = both.seat(city)
        group = group_access.group(seat)
        assert group is not None
        assert group.agreed
        assert {len(held) for held in group.body.members.values()} <= {1, 2, 3}
        rows, _more = meeting_access.meetings(seat)
        assert [one.state for one in rows] == [State.CLOSED, State.CLOSED]
        assert all(one.lines > 2 for one in rows)
        minutes = {one.body.title["en"]: one for one in minutes_access.every(seat)}
        assert [minutes[one.title.en].adopted for one in example.meetings] == [True, False]
        decided = [number for item in example.meetings[0].items for number, *_rest in item.decisions]
        assert {one.decision.number for one in minutes_access.decisions(seat, Filter())} == set(decided)
    waiting = minutes_access.every(both.seat("doha"))
    assert [one.opening.awaits("QA.doha") for one in waiting if one.opening and not one.adopted] == [True]
