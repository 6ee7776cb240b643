"""Say which states an action goes through, and who may move it.

Two of them need the other side: *done, confirmed by both* and *cancelled* stand in a place of the plan that changes
only by a proposal with which the other side concurs.  The others are technical updates of the side that leads the
action.  Everything here is a function of values alone.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class State(StrEnum):
    """Say how far an action has come."""

    PROPOSED = "proposed"
    AGREED = "agreed"
    IN_PROGRESS = "in-progress"
    DELAYED = "delayed"
    BLOCKED = "blocked"
    DONE_CLAIMED = "done-claimed"
    DONE_CONFIRMED = "done-confirmed"
    CANCELLED = "cancelled"


class Progress(StrEnum):
    """Say what the side that leads an action says about it, alone."""

    IN_PROGRESS = "in-progress"
    DELAYED = "delayed"
    BLOCKED = "blocked"
    DONE_CLAIMED = "done-claimed"


class Outcome(StrEnum):
    """Say how an action ended, as both sides signed."""

    DONE_CONFIRMED = "done-confirmed"
    CANCELLED = "cancelled"


STATES: Final[Mapping[str, Promise]] = {
    State.PROPOSED: _("proposed"),
    State.AGREED: _("agreed"),
    State.IN_PROGRESS: _("in progress"),
    State.DELAYED: _("delayed"),
    State.BLOCKED: _("held up"),
    State.DONE_CLAIMED: _("done, as its lead says"),
    State.DONE_CONFIRMED: _("done, confirmed by both"),
    State.CANCELLED: _("cancelled"),
}
_LEADS: Final[Mapping[State, frozenset[State]]] = {
    State.AGREED: frozenset({State.IN_PROGRESS, State.DELAYED, State.BLOCKED}),
    State.IN_PROGRESS: frozenset({State.DELAYED, State.BLOCKED, State.DONE_CLAIMED}),
    State.DELAYED: frozenset({State.IN_PROGRESS, State.BLOCKED, State.DONE_CLAIMED}),
    State.BLOCKED: frozenset({State.IN_PROGRESS, State.DELAYED}),
    # Whoever claimed too early takes it back; the other side objects to the claim, or does not concur.
    State.DONE_CLAIMED: frozenset({State.IN_PROGRESS, State.DELAYED, State.BLOCKED}),
}
_BOTH: Final[Mapping[State, frozenset[State]]] = {
    State.PROPOSED: frozenset({State.AGREED, State.CANCELLED}),
    State.DONE_CLAIMED: frozenset({State.DONE_CONFIRMED, State.CANCELLED}),
    **dict.fromkeys((State.AGREED, State.IN_PROGRESS, State.DELAYED, State.BLOCKED), frozenset({State.CANCELLED})),
}


def state(progress: Progress | None, outcome: Outcome | None, *, adopted: bool) -> State:
    """Return the state of an action: what both signed goes before what its lead says."""
    if not adopted:
        return State.PROPOSED
    return State(outcome or progress or State.AGREED)


def led_to(before: State) -> frozenset[State]:
    """Return the states into which the leading side may put an action by itself."""
    return _LEADS.get(before, frozenset())


def signed_to(before: State) -> frozenset[State]:
    """Return the states into which an action may be put with the other side's signature."""
    return _BOTH.get(before, frozenset())
