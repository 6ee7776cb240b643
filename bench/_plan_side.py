"""Act for one node in the bench of the plan: ``python -m bench._plan_side HOME``, orders and answers as JSON lines."""

import sys
import time
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from bench._sides import obey
from comity.node.bring_up import open_node
from comity.node.demo.meetings import SECRETARIES
from comity.node.demo.plan import PlanOrders

PAGES = {"board": "/plan/", "timeline": "/plan/timeline/", "indicators": "/plan/indicators/"}
FIRST, LAST = date(2026, 7, 1), date(2028, 6, 30)


class Side(PlanOrders):
    """Obey orders in the name of one node."""

    def enlist(self) -> None:
        """Add the secretary."""
        from comity.channel import service
        from comity.desk.roles import Role
        from comity.desk.services import add_officer

        service.start(self._node)
        name = SECRETARIES[self._node.name]
        authority = self._node.keys.public.identity.authorities[0]
        add_officer(self._node, name, name, authority, "long enough to pass", roles=[Role.SECRETARY])

    def fill_plan(self, actions: int) -> int:
        """Propose so many actions, spread over all areas; return how many proposals left."""
        from comity.plan import services
        from comity.plan.kinds.plan import Action, AreaPlan

        seat = self._seat()
        areas = [one.id for one in seat.terms.agreement.areas] if seat.terms else []
        bodies: dict[str, Any] = {}
        for at, area in enumerate(areas):
            held = {}
            for number in range(at, actions, len(areas)):
                start = FIRST + timedelta(days=number % 600)
                held[f"a-{number}"] = Action(
                    title=dict.fromkeys(("en", "de", "ar"), f"{number}. Action of the plan"),
                    lead="DE/BKA" if number % 2 else "QA/MOI", start=start, due=start + timedelta(days=60),
                    clause="10(1)", waits_for=(f"a-{number - len(areas)}",) if number >= len(areas) else (),
                )  # fmt: skip
            bodies[area] = AreaPlan(area=area, first=FIRST, last=LAST, actions=held)
        return services.replace_areas(seat, bodies)

    def fill_indicators(self, many: int) -> int:
        """Propose so many indicators, half of them computed; return how many proposals left."""
        from comity.concurrence.measures import catalogue
        from comity.plan import indicator_services
        from comity.plan.kinds.indicators import AreaIndicators, Indicator

        seat = self._seat()
        areas = [one.id for one in seat.terms.agreement.areas] if seat.terms else []
        periods, names = indicator_services.half_years(FIRST, LAST), list(catalogue())
        sent = 0
        for at, area in enumerate(areas):
            held = {
                f"i-{number}": Indicator(
                    title={"en": f"Indicator {number}"}, unit={"en": "number"}, rising=True,
                    measure=names[number % len(names)] if number % 2 else None,
                    targets=dict.fromkeys(periods, "90"),
                ) for number in range(at, many, len(areas))
            }  # fmt: skip
            sent += indicator_services.replace_area(seat, AreaIndicators(area=area, periods=periods, indicators=held))
        return sent

    def look(self, rounds: int) -> dict[str, list[float]]:
        """Open each page so many times as a browser would, different parts of it; return milliseconds."""
        from django.conf import settings
        from django.test import Client

        from comity.desk.models import Officer
        from comity.desk.session_keys import SECOND_KEY

        settings.ALLOWED_HOSTS = ["*"]
        client = Client()
        client.force_login(Officer.objects.get(user__username=SECRETARIES[self._node.name]).user)
        session = client.session
        session[SECOND_KEY] = True  # as after a passkey: the node asks for one
        session.save()
        found: dict[str, list[float]] = {name: [] for name in PAGES}
        for number in range(rounds):
            for name, path in PAGES.items():
                start = time.perf_counter()
                answer = client.get(f"{path}?page={number % 5 + 1}", secure=True)
                found[name].append((time.perf_counter() - start) * 1000)
                assert answer.status_code == 200, answer.headers.get("Location", answer.status_code)
        return found

    def figures(self) -> list[str]:
        """Return every computed figure."""
        from comity.plan import indicator_access

        seat = self._seat()
        counter = indicator_access.Counter(seat)
        return sorted(
            " ".join(
                (area.body.area, key, period, str(indicator_access.shown(seat, counter, area, key, period).figures))
            )
            for area, key in indicator_access.listed(indicator_access.areas(seat))
            for period in area.body.periods
        )


def main(home: Path) -> None:
    """Obey until the input ends."""
    side = Side(open_node(home))
    obey(
        {
            name: getattr(side, name)
            for name in ("enlist", "fill_plan", "fill_indicators", "look", "figures", "sign", "signed")
        }
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]))
