"""Let areas put themselves into the rail and onto the front page, so that the desk need not know them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from comity.desk.roles import Permission

if TYPE_CHECKING:
    from comity.desk.seat import Seat

Text = str | Promise


@dataclass(frozen=True, slots=True)
class Place:
    """Be one entry of the rail: its words, the name of its route, its sign, and who sees it."""

    order: int
    label: Text
    route: str
    sign: str
    permission: Permission


class Question(StrEnum):
    """Name the three questions of the front page, and what waits for a second person."""

    FROM_US = "from-us"
    FROM_THEM = "from-them"
    TO_RELEASE = "to-release"
    WRONG = "wrong"


@dataclass(frozen=True, slots=True)
class Notice:
    """Be one line of the front page: what, where it leads, when it is due, and how grave it is.

    ``level`` is ``due``, ``overdue``, ``refused`` or empty; ``partner`` names the node it concerns.
    """

    title: str
    url: str
    when_ms: int
    level: str = ""
    word: Text = ""
    partner: str = ""
    detail: Text = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """Answer a question of the front page: the most pressing notices and how many there are in all."""

    notices: tuple[Notice, ...]
    count: int
    more: str = ""


Answering = Callable[["Seat"], Answer]

_places: dict[str, Place] = {}
_in_case: dict[str, Place] = {}
_answers: dict[Question, dict[str, Answering]] = {question: {} for question in Question}


def register(place: Place) -> None:
    """Put an entry into the rail; called when the application starts."""
    _places[place.route] = place


def register_in_case(place: Place) -> None:
    """Put an entry beside each case: a page that is told the case by ``?case=``; called when the application starts."""
    _in_case[place.route] = place


def places_in_case(seat: "Seat") -> Sequence[Place]:
    """Return what an officer may begin from a case, in order."""
    return sorted((one for one in _in_case.values() if seat.may(one.permission)), key=lambda one: one.order)


def answers(question: Question, area: str, function: Answering) -> None:
    """Let an area answer a question of the front page; called when the application starts."""
    _answers[question][area] = function


def places(seat: "Seat") -> Sequence[Place]:
    """Return the entries that an officer sees, in order."""
    return sorted((one for one in _places.values() if seat.may(one.permission)), key=lambda one: one.order)


def ask(question: Question, seat: "Seat") -> Answer:
    """Return what all areas answer, the most pressing first."""
    found = [function(seat) for function in _answers[question].values()]
    notices = sorted((notice for one in found for notice in one.notices), key=lambda one: one.when_ms)
    more = next((one.more for one in found if one.more), "")
    return Answer(tuple(notices), sum(one.count for one in found), more)


def register_own() -> None:
    """Put the desk's own pages into the rail."""
    register(Place(0, _("Today"), "desk:front", "today", Permission.USE_DESK))
    register(Place(70, _("Agreement"), "desk:agreement", "agreement", Permission.READ_AGREEMENT))
    register(Place(80, _("Journals"), "desk:journal", "journal", Permission.READ_JOURNAL))
    register(Place(85, _("Alarms"), "desk:alarms", "alarm", Permission.READ_ALARMS))
    register(Place(86, _("Officers"), "desk:people", "person", Permission.READ_PEOPLE))
    register(Place(87, _("Access log"), "desk:log", "eye", Permission.READ_ACCESS_LOG))
    register(Place(88, _("Erasures"), "desk:erasures", "erased", Permission.READ_ERASURES))
    register(Place(90, _("Node"), "desk:status", "node", Permission.READ_STATUS))
