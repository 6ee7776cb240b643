"""Sit the secretaries of both sides down in this process."""

from dataclasses import dataclass
from pathlib import Path

from django.test import RequestFactory

from comity.cases.projections import AREA as CASES
from comity.concurrence.projections import AREA as CONCURRENCE
from comity.desk.roles import Role
from comity.desk.seat import Seat, take_seat
from comity.plan.projections import AREA as PLAN
from tests.support.screens import Screens, make_screens

CITIES = {"doha": "QA.doha", "berlin": "DE.berlin"}


@dataclass
class Secretaries:
    """Hold both nodes; a secretary sits at each."""

    screens: Screens

    def seat(self, city: str, name: str = "") -> Seat:
        """Return the seat of a city's secretary, or of another officer there."""
        self.screens.at(CITIES[city])
        request = RequestFactory().get("/")
        officer = self.screens.officers[name or f"secretary-{city}"]
        request.user, request.session = officer.user, {}  # type: ignore[assignment]  # an empty one
        return take_seat(request, officer)

    def settle(self) -> None:
        """Let both sides exchange until all is quiet."""
        self.screens.world.settle()


def make_secretaries(folder: Path) -> Secretaries:
    """Return both sides under the example agreement, with a secretary each."""
    screens = make_screens(folder, (CASES, CONCURRENCE, PLAN))
    for city, node in CITIES.items():
        screens.officer(node, f"secretary-{city}", Role.SECRETARY)
    return Secretaries(screens)
