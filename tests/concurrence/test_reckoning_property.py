"""Whatever two or three nodes do, in whatever order they learn of it: one state, every signature, no word lost."""

import os

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from comity.concurrence.entries import Answered, Disposed, Entry, Proposed, Taken, Verdict
from comity.concurrence.ledger import Ledger
from comity.concurrence.stances import StanceKind, deems
from comity.concurrence.updates import Overlay, Updates, UpdateStatus
from comity.protocol.canonical import encode
from tests.concurrence.interleavings import CRASH, KINDS, Play, Step, edits_of
from tests.concurrence.kinds import NOTE, note

EXAMPLES = int(os.environ.get("COMITY_CONCURRENCE_EXAMPLES") or 60)
"""How many interleavings of each size the everyday suite plays; a long run sets tens of thousands."""
STEPS = st.lists(
    st.tuples(st.integers(0, KINDS - 1), st.integers(0, 2), st.integers(0, 5), st.integers(0, 7)),
    min_size=4,
    max_size=70,
)
SETTINGS = settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))


def _is_prefix(one: tuple[str, ...], other: tuple[str, ...]) -> bool:
    short, long = sorted((one, other), key=len)
    return long[: len(short)] == short


def _acts(entries: list[Entry]) -> set[str]:
    return {one.item.uid for one in entries if isinstance(one.item, Proposed | Answered | Taken)}


@pytest.mark.parametrize("count", [2, 3])
@SETTINGS
@given(steps=STEPS)
def test_no_two_nodes_ever_see_different_versions_in_force_and_none_is_taken_back(
    count: int, steps: list[Step]
) -> None:
    play = Play.of(count)
    before: dict[str, tuple[str, ...]] = dict.fromkeys(play.names, ())
    for step in steps:
        play.step(step)
        chains = {name: play.reckon(name).chain for name in play.names}
        crashed = play.names[step[1] % count] if step[0] == CRASH else ""
        for name in play.names:
            if name != crashed:
                assert chains[name][: len(before[name])] == before[name]
        for name in play.names:
            if not crashed:
                assert all(_is_prefix(chains[name], other) for other in chains.values())
        before = chains


@pytest.mark.parametrize("count", [2, 3])
@SETTINGS
@given(steps=STEPS)
def test_all_nodes_end_in_the_same_state_whatever_the_order_of_delivery(count: int, steps: list[Step]) -> None:
    play = Play.of(count)
    for step in steps:
        play.step(step)
    play.settle()
    first, *others = (play.reckon(name).outcomes() for name in play.names)
    assert all(other == first for other in others)
    laid, *rest = (_lay(play, name) for name in play.names)
    assert all(other == laid for other in rest)


def _lay(play: Play, name: str) -> Overlay:
    ledger = Ledger(play.names, play.view(name))
    return Updates(ledger, play.reckon(name), NOTE, edits_of).lay(encode(note(a=0, b=0)))


@pytest.mark.parametrize("count", [2, 3])
@SETTINGS
@given(steps=STEPS)
def test_update_takes_effect_only_when_all_have_received_it_and_none_has_objected(
    count: int, steps: list[Step]
) -> None:
    play = Play.of(count)
    for step in steps:
        play.step(step)
    for name in play.names:
        for uid, status in _lay(play, name).statuses.items():
            if status in (UpdateStatus.IN_EFFECT, UpdateStatus.FOLLOWED, UpdateStatus.CLASHING):
                stances = play.reckon(name).stances(uid)
                assert StanceKind.OBJECTED not in {one.kind for one in stances.values()}
                for other in play.names:
                    entries = play.view(name)[other]
                    words = [one.item for one in entries if isinstance(one.item, Disposed | Proposed)]
                    assert any(one.uid == uid for one in words)


@pytest.mark.parametrize("count", [2, 3])
@SETTINGS
@given(steps=STEPS)
def test_nothing_in_force_lacks_a_signature_that_it_needs(count: int, steps: list[Step]) -> None:
    play = Play.of(count)
    for step in steps:
        play.step(step)
    play.settle()
    for name in play.names:
        reckoned = play.reckon(name)
        for uid in reckoned.chain:
            for signer in play.names:
                assert _signed(play, uid, signer), (uid, signer)
        bases = [
            one.item.base for one in (Ledger(play.names, play.view(name)).proposals[uid] for uid in reckoned.chain)
        ]
        assert len(set(bases)) == len(bases)


def _signed(play: Play, uid: str, signer: str) -> bool:
    """Look for the signature in the signer's own journal alone, without the code that reckons."""
    entries = play.journals[signer]
    mine = [one.item for one in entries if isinstance(one.item, Proposed) and one.item.uid == uid]
    answers = [one.item for one in entries if isinstance(one.item, Answered) and one.item.proposal == uid]
    if mine or any(one.verdict is Verdict.CONCUR for one in answers):
        return True
    proposed = next(
        one.item
        for each in play.journals.values()
        for one in each
        if isinstance(one.item, Proposed) and one.item.uid == uid
    )
    stance = play.reckon(signer).stances(uid)[signer]
    return (
        deems(proposed)
        and stance.kind is StanceKind.DEEMED
        and stance.end is not None
        and any(one.time > stance.end for one in entries)
    )


@pytest.mark.parametrize("count", [2, 3])
@SETTINGS
@given(steps=STEPS)
def test_nobodys_words_are_lost(count: int, steps: list[Step]) -> None:
    play = Play.of(count)
    for step in steps:
        play.step(step)
    play.settle()
    written = set().union(*(_acts(play.journals[name]) for name in play.names))
    for name in play.names:
        ledger = Ledger(play.names, play.view(name))
        answers = {one.item.uid for acts in ledger.answers.values() for one in acts}
        taken = {one.item.uid for entries in play.view(name).values() for one in entries if isinstance(one.item, Taken)}
        assert set(ledger.proposals) | answers | taken == written
        assert set(play.reckon(name).outcomes()) == set(ledger.proposals)
