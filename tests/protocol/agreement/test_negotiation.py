"""Shows that every node computes the same agreement from the same journals, whatever the order of arrival."""

import random
from typing import cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from comity.protocol.agreement.acts import Act, ActKind, Proposal, act_of
from comity.protocol.agreement.errors import WrongStateError
from comity.protocol.agreement.negotiation import Negotiation
from comity.protocol.agreement.reader import write_agreement
from comity.protocol.agreement.reckoning import TextStatus
from comity.protocol.names import UnixMs
from comity.protocol.types import AgreementProposed, Disposition
from tests.protocol.agreement import texts

NOW = texts.NOW
DE, QA, FR = "DE.berlin", "QA.doha", "FR.paris"


def text(name: str, version: int = 1, previous: str | None = None, parties: tuple[str, ...] = ("DE", "QA")) -> Proposal:
    first = {party: texts.NODES[party] for party in parties}
    return Proposal(name, version, previous, first, UnixMs(NOW - 1))


A, B = text("a"), text("b")


def propose(author: str, proposal: Proposal) -> Act:
    return Act(author, ActKind.PROPOSED, proposal.digest, proposal=proposal)


def sign(author: str, digest: str) -> Act:
    return Act(author, ActKind.SIGNED, digest)


def decline(author: str, digest: str) -> Act:
    return Act(author, ActKind.DECLINED, digest)


def suspend(author: str, digest: str) -> Act:
    return Act(author, ActKind.SUSPENDED, digest)


def resume(author: str, digest: str) -> Act:
    return Act(author, ActKind.RESUMED, digest)


def end(author: str, digest: str, at: int) -> Act:
    return Act(author, ActKind.ENDED, digest, effective=UnixMs(at))


IN_FORCE = (propose(DE, A), sign(DE, "a"), sign(QA, "a"))


def test_text_is_in_force_once_every_party_has_signed() -> None:
    assert Negotiation.replay(IN_FORCE[:2]).in_force is None
    state = Negotiation.replay(IN_FORCE)
    assert state.in_force == "a"
    assert state.view.texts["a"].signed_by == ("DE", "QA")


def test_proposing_is_not_signing() -> None:
    state = Negotiation.replay([propose(DE, A), sign(QA, "a")])
    assert state.in_force is None
    assert state.view.texts["a"].signed_by == ("QA",)


def test_signature_that_arrives_before_its_text_counts_once_the_text_is_there() -> None:
    early = Negotiation.replay([sign(QA, "a")])
    assert early.in_force is None
    assert Negotiation.replay([sign(QA, "a"), *IN_FORCE[:2]]).in_force == "a"


def test_declined_text_is_dead_although_the_other_side_signed_it_meanwhile() -> None:
    state = Negotiation.replay([propose(DE, A), sign(DE, "a"), decline(QA, "a")])
    assert state.view.texts["a"].status is TextStatus.DECLINED
    with pytest.raises(WrongStateError, match="declined"):
        state.check(sign(QA, "a"))


def test_signature_cannot_be_taken_back_by_declining() -> None:
    state = Negotiation.replay(IN_FORCE[:2])
    with pytest.raises(WrongStateError, match="cannot be taken back"):
        state.check(decline(DE, "a"))


def test_amendment_follows_the_text_in_force_and_supersedes_it() -> None:
    second = text("b", 2, "a")
    state = Negotiation.replay([*IN_FORCE, propose(QA, second), sign(QA, "b"), sign(DE, "b")])
    assert state.view.chain == ("a", "b")
    assert state.view.texts["a"].status is TextStatus.SUPERSEDED
    assert state.successor("a") == "b"
    assert state.successor("b") is None


@pytest.mark.parametrize("wrong", [text("b", 3, "a"), text("b", 2, "x"), text("b", 1)])
def test_text_that_does_not_follow_the_one_in_force_never_comes_into_force(wrong: Proposal) -> None:
    state = Negotiation.replay([*IN_FORCE, propose(QA, wrong), sign(QA, "b"), sign(DE, "b")])
    assert state.view.chain == ("a",)
    with pytest.raises(WrongStateError):
        Negotiation.replay(IN_FORCE).check_new(propose(QA, wrong), now=NOW)


def test_crossing_amendments_block_each_other_until_one_is_declined() -> None:
    one, two = text("b", 2, "a"), text("c", 2, "a")
    crossed = [*IN_FORCE, propose(DE, one), sign(DE, "b"), propose(QA, two), sign(QA, "c")]
    state = Negotiation.replay(crossed)
    for act in (sign(DE, "c"), sign(QA, "b")):
        with pytest.raises(WrongStateError, match="still live"):
            state.check_new(act, now=NOW)
    # Even nodes that sign regardless bring neither into force.
    forced = Negotiation.replay([*crossed, sign(DE, "c"), sign(QA, "b")])
    assert forced.in_force == "a"
    assert forced.view.texts["b"].blocked == {"QA": ("c",)}
    freed = state.take(decline(DE, "c"))
    freed.check_new(sign(QA, "b"), now=NOW)
    assert freed.take(sign(QA, "b")).in_force == "b"


def test_suspension_stands_until_its_own_node_lifts_it() -> None:
    state = Negotiation.replay([*IN_FORCE, suspend(DE, "a"), suspend(QA, "a"), resume(QA, "a")])
    assert state.suspended_by == ("DE",)
    with pytest.raises(WrongStateError, match="has not suspended"):
        state.check(resume(QA, "a"))
    assert state.take(resume(DE, "a")).suspended_by == ()


def test_suspension_outlives_an_amendment_that_crosses_it() -> None:
    second = text("b", 2, "a")
    state = Negotiation.replay([*IN_FORCE, propose(QA, second), sign(QA, "b"), suspend(DE, "a"), sign(DE, "b")])
    assert (state.in_force, state.suspended_by) == ("b", ("DE",))


def test_earliest_notice_of_end_counts() -> None:
    state = Negotiation.replay([*IN_FORCE, end(DE, "a", NOW + 10), end(QA, "a", NOW + 5)])
    assert state.ended_at == NOW + 5
    assert state.view.ended_by == ("DE", "QA")
    with pytest.raises(WrongStateError, match="ended"):
        state.check_new(suspend(DE, "a"), now=UnixMs(NOW + 5))


def test_nothing_can_be_suspended_or_ended_before_a_text_is_in_force() -> None:
    state = Negotiation.replay(IN_FORCE[:1])
    for act in (suspend(DE, "a"), end(DE, "a", NOW)):
        with pytest.raises(WrongStateError, match="in force"):
            state.check_new(act, now=NOW)
    assert Negotiation.replay([*IN_FORCE[:1], suspend(DE, "a"), end(DE, "a", NOW)]).view.suspended_by == ()


def test_only_the_first_node_of_a_party_signs_for_it() -> None:
    state = Negotiation.replay([propose(DE, A), sign(DE, "a"), sign("QA.wakrah", "a")])
    assert state.in_force is None
    with pytest.raises(WrongStateError, match=r"Only QA\.doha"):
        Negotiation.replay(IN_FORCE[:2]).check_new(sign("QA.wakrah", "a"), now=NOW)


def test_version_in_force_later_does_not_govern_before_its_date() -> None:
    later = Proposal("b", 2, "a", dict(A.first_nodes), UnixMs(NOW + 1000))
    state = Negotiation.replay([*IN_FORCE, propose(DE, later), sign(DE, "b"), sign(QA, "b")])
    assert state.in_force == "b"
    assert state.standing(NOW).in_force == "a"
    assert state.standing(UnixMs(NOW + 1000)).in_force == "b"


def test_act_is_read_from_the_record_that_carries_it() -> None:
    document = write_agreement(texts.agreement())
    act = act_of(DE, "agreement.proposed/1", AgreementProposed(text=document.decode()))
    assert act.proposal is not None
    assert act.proposal.first_nodes == {"DE": DE, "QA": QA}
    other = Disposition(journal=DE, start=0, end=1, time="2026-01-01T00:00:00.000Z")
    with pytest.raises(WrongStateError, match="no acts"):
        act_of(DE, "channel.disposition/1", other)


def _merge(journals: list[list[Act]], chance: random.Random) -> list[Act]:
    """Interleave journals at random; each keeps its own order."""
    rest = [list(journal) for journal in journals if journal]
    merged: list[Act] = []
    while rest:
        journal = chance.choice(rest)
        merged.append(journal.pop(0))
        rest = [one for one in rest if one]
    return merged


@st.composite
def _journals(draw: st.DrawFn, parties: tuple[str, ...]) -> list[list[Act]]:
    """Make journals of nodes that do anything at all, sensible or not."""
    known = [
        text("a", 1, None, parties),
        text("b", 1, None, parties),
        text("c", 2, "a", parties),
        text("d", 2, "a", parties),
        text("e", 3, "c", parties),
        text("f", 2, "b", parties),
    ]
    nodes = [texts.NODES[party] for party in parties] + ["DE.bonn"]
    kinds = [ActKind.PROPOSED, ActKind.SIGNED, ActKind.SIGNED, ActKind.SIGNED, *ActKind]
    step = st.tuples(st.sampled_from(kinds), st.sampled_from(known), st.integers(0, 9))
    return [
        [
            Act(
                node,
                kind,
                one.digest,
                UnixMs(NOW + number) if kind is ActKind.ENDED else None,
                one if kind is ActKind.PROPOSED else None,
            )
            for kind, one, number in draw(st.lists(step, max_size=14))
        ]
        for node in nodes
    ]


@settings(max_examples=80, deadline=None)
@given(
    journals=st.sampled_from([("DE", "QA"), ("DE", "QA", "FR")]).flatmap(_journals),
    seeds=st.tuples(st.integers(0, 2**32), st.integers(0, 2**32)),
)
def test_state_is_the_same_whatever_the_interleaving(journals: list[list[Act]], seeds: tuple[int, int]) -> None:
    first, second = (Negotiation.replay(_merge(journals, random.Random(seed))) for seed in seeds)
    assert first.view == second.view


@settings(max_examples=80, deadline=None)
@given(
    journals=st.sampled_from([("DE", "QA"), ("DE", "QA", "FR")]).flatmap(_journals),
    seed=st.integers(0, 2**32),
)
def test_text_in_force_stays_in_the_chain_whatever_arrives_later(journals: list[list[Act]], seed: int) -> None:
    merged = _merge(journals, random.Random(seed))
    before: tuple[str, ...] = ()
    for length in range(len(merged) + 1):
        chain = Negotiation.replay(merged[:length]).view.chain
        assert chain[: len(before)] == before
        before = chain


@settings(max_examples=60, deadline=None)
@given(journals=_journals(("DE", "QA", "FR")), seed=st.integers(0, 2**32))
def test_two_rival_texts_never_both_come_into_force(journals: list[list[Act]], seed: int) -> None:
    view = Negotiation.replay(_merge(journals, random.Random(seed))).view
    agreed = [one for one in view.texts.values() if set(one.signed_by) == set(one.signers)]
    ancestors = [one.proposal.previous for one in agreed]
    assert len(ancestors) == len(set(ancestors))


@settings(max_examples=60, deadline=None)
@given(journals=_journals(("DE", "QA", "FR")), seed=st.integers(0, 2**32))
def test_every_node_refuses_the_same_acts(journals: list[list[Act]], seed: int) -> None:
    def refused(acts: list[Act]) -> dict[str, list[int]]:
        state, out, counts = Negotiation(), cast(dict[str, list[int]], {}), cast(dict[str, int], {})
        for act in acts:
            number = counts[act.author] = counts.get(act.author, -1) + 1
            try:
                state = state.take(act)
            except WrongStateError:
                out.setdefault(act.author, []).append(number)
        return out

    assert refused(_merge(journals, random.Random(seed))) == refused([act for one in journals for act in one])


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 2**32), parties=st.sampled_from([("DE", "QA"), ("DE", "QA", "FR")]))
def test_honest_nodes_that_act_on_partial_knowledge_end_alike(seed: int, parties: tuple[str, ...]) -> None:
    chance = random.Random(seed)
    nodes = [texts.NODES[party] for party in parties]
    journals: dict[str, list[Act]] = {node: [] for node in nodes}
    seen = {node: dict.fromkeys(nodes, 0) for node in nodes}
    for step in range(60):
        node = chance.choice(nodes)
        for other in nodes:
            most = len(journals[other])
            seen[node][other] = most if other == node else chance.randint(seen[node][other], most)
        state = Negotiation.replay([act for other in nodes for act in journals[other][: seen[node][other]]])
        act = _honest(chance, state, node, parties, step)
        try:
            state.check_new(act, now=NOW)
        except WrongStateError:
            continue
        journals[node].append(act)
        seen[node][node] += 1
    everything = [act for one in journals.values() for act in one]
    state = Negotiation()
    for act in everything:
        state = state.take(act)  # what an honest node wrote is refused nowhere
    assert state.view == Negotiation.replay(_merge(list(journals.values()), chance)).view


def _honest(chance: random.Random, state: Negotiation, node: str, parties: tuple[str, ...], step: int) -> Act:
    known = [*state.proposals, "nothing"]
    kind = chance.choice([ActKind.PROPOSED, ActKind.SIGNED, ActKind.SIGNED, ActKind.SIGNED, *ActKind])
    if kind is ActKind.PROPOSED:
        last = state.view.in_force
        version = state.proposals[last].version + 1 if last else 1
        return propose(node, text(f"t{step:02}", version, last, parties))
    if kind is ActKind.ENDED:
        return end(node, state.in_force or "nothing", NOW + 1)
    target = chance.choice(known) if kind in (ActKind.SIGNED, ActKind.DECLINED) else state.in_force or "nothing"
    return Act(node, kind, target)
