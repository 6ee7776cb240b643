"""An action goes its way by its lead's word; what ends it needs both signatures."""

from itertools import product

import pytest

from comity.plan.states import STATES, Outcome, Progress, State, led_to, signed_to, state


def test_no_side_confirms_or_cancels_an_action_alone() -> None:
    for before in State:
        assert not led_to(before) & {State.DONE_CONFIRMED, State.CANCELLED}


def test_only_what_its_lead_called_done_can_be_confirmed() -> None:
    assert [one for one in State if State.DONE_CONFIRMED in signed_to(one)] == [State.DONE_CLAIMED]


def test_what_has_ended_moves_no_more() -> None:
    for ended in (State.DONE_CONFIRMED, State.CANCELLED):
        assert not led_to(ended) | signed_to(ended)


def test_every_state_is_reached_from_a_proposal_and_every_one_can_end() -> None:
    steps = {one: led_to(one) | signed_to(one) for one in State}
    reached, open_ = {State.PROPOSED}, [State.PROPOSED]
    while open_:
        new = steps[open_.pop()] - reached
        reached |= new
        open_ += new
    assert reached == set(State)
    for before in set(State) - {State.DONE_CONFIRMED, State.CANCELLED}:
        assert State.CANCELLED in signed_to(before)


@pytest.mark.parametrize(("progress", "outcome"), list(product([None, *Progress], [None, *Outcome])))
def test_what_both_signed_goes_before_what_the_lead_says(progress: Progress | None, outcome: Outcome | None) -> None:
    assert state(progress, outcome, adopted=False) is State.PROPOSED
    shown = state(progress, outcome, adopted=True)
    assert shown == (outcome or progress or "agreed")


def test_every_state_has_a_word() -> None:
    assert set(STATES) == set(State)
