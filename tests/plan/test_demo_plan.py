"""The example's plan, as the demonstration sets it up: two versions, live figures, a disputed rating, on both sides."""

from pathlib import Path

import pytest

from comity.desk.roles import Role
from comity.node.demo.plan import DISPUTED, PlanOrders, agree_on_plan
from comity.node.demo.stage import BERLIN, DOHA
from comity.plan import access, indicator_access, report_services
from comity.plan.states import State
from tests.plan.secretaries import Secretaries, make_secretaries

pytestmark = pytest.mark.django_db(databases=["default", "second"], transaction=True)


class Side:
    """Obey the demonstration's orders in this process; whatever is written has arrived before the next order."""

    def __init__(self, both: Secretaries, node: str) -> None:
        self.both, self.node = both, node

    def __call__(self, order: str, **given: object) -> object:
        assert order == "plan"
        self.both.screens.at(self.node)
        act = given.pop("act")
        done = getattr(PlanOrders(self.both.screens.world.nodes[self.node]), str(act))(**given)
        self.both.settle()
        return done


@pytest.fixture
def both(tmp_path: Path, transactional_db: None) -> Secretaries:
    return make_secretaries(tmp_path)


def test_demonstration_has_a_changed_plan_figures_and_a_disputed_rating_on_both_sides(both: Secretaries) -> None:
    both.screens.officer("QA.doha", "maha", Role.SECRETARY)
    both.screens.officer("DE.berlin", "karl", Role.SECRETARY)
    agree_on_plan(Side(both, DOHA.name), Side(both, BERLIN.name))  # type: ignore[arg-type]  # obeys the same orders
    shown = []
    for city in ("doha", "berlin"):
        seat = both.seat(city)
        areas = access.areas(seat)
        assert len(areas) == 9
        assert {one.found.view.version for one in areas} >= {1, 2}
        counts = {state: sum(one.counts()[state] for one in areas) for state in State}
        assert counts[State.IN_PROGRESS] > 3
        assert counts[State.DONE_CLAIMED] > 0
        counter = indicator_access.Counter(seat)
        figures = [
            (key, indicator_access.shown(seat, counter, area, key).figures)
            for area, key in indicator_access.listed(indicator_access.areas(seat))
        ]
        report = report_services.reports(seat)[0]
        assert set(report.body.accounts) == {"QA", "DE"}
        assert DISPUTED in report.body.disputes["DE"]
        shown.append((counts, sorted(figures)))
    assert shown[0] == shown[1]
    assert any(figures for _key, figures in shown[0][1])
