"""The plan of an area is one document on two nodes: adopted by both, moved on by its leads, ended by both."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from comity.concurrence import access, measures, services
from comity.concurrence.differences import differences
from comity.concurrence.documents import DocumentKind, read
from comity.concurrence.errors import NotFittingError
from comity.concurrence.measures import Window
from comity.concurrence.reckoning import Status
from comity.concurrence.records import TECHNICAL
from comity.plan.kinds.plan import AREA_PLAN, Action, AreaPlan, Objective, Risk
from comity.plan.projections import AREA
from comity.plan.states import Outcome, Progress, State
from comity.protocol.canonical import encode
from comity.protocol.records import PAYLOAD_LIMIT
from tests.concurrence.kinds import HAND, Table, agreement, make_world
from tests.support import worlds

START, DUE = date(2027, 1, 1), date(2027, 6, 30)


def action(*waits_for: str, due: date = DUE) -> Action:
    title = {"en": "Exchange of points of contact", "de": "Austausch der Kontaktstellen", "ar": "تبادل نقاط الاتصال"}
    return Action(title=title, lead="DE/BKA", start=START, due=due, clause="4(1)", waits_for=waits_for)


def plan(**actions: Action) -> AreaPlan:
    return AreaPlan(area="cyber", first=START, last=date(2028, 12, 31), actions=actions)


def with_action(body: AreaPlan, key: str, **changes: object) -> AreaPlan:
    changed = msgspec.structs.replace(body.actions[key], **changes)
    return msgspec.structs.replace(body, actions={**body.actions, key: changed})


def test_dates_in_the_wrong_order_make_no_plan() -> None:
    good = encode(plan(a=action()))
    assert read(AREA_PLAN, good) == plan(a=action())
    for day in (b'"due":"2026-06-30"', b'"last":"2026-12-31"'):
        name = day.split(b":")[0]
        start = good.index(name)
        with pytest.raises(NotFittingError):
            read(AREA_PLAN, good[:start] + day + good[start + len(day) :])


def test_nothing_is_written_in_one_way_only() -> None:
    body = b'"area":"cyber","first":"2027-01-01","last":"2027-12-31"'
    assert read(AREA_PLAN, b"{" + body + b"}") == read(AREA_PLAN, encode(read(AREA_PLAN, b"{" + body + b"}")))
    with pytest.raises(NotFittingError):
        read(AREA_PLAN, b'{"actions":{},' + body + b"}")


def test_references_must_lead_somewhere() -> None:
    with pytest.raises(ValueError, match="waits for one that is not"):
        plan(a=action("b"))
    with pytest.raises(ValueError, match="objective that is not"):
        plan(a=msgspec.structs.replace(action(), objective="none"))


@settings(deadline=None)
@given(st.dictionaries(st.integers(0, 9), st.sets(st.integers(0, 9), max_size=4), max_size=10))
def test_actions_never_wait_in_a_circle(graph: dict[int, set[int]]) -> None:
    known = {f"a{key}": action(*sorted(f"a{one}" for one in before & graph.keys())) for key, before in graph.items()}

    def reaches(key: str, goal: str, seen: frozenset[str] = frozenset()) -> bool:
        waits = [one for one in known[key].waits_for if one not in seen]
        return goal in known[key].waits_for or any(reaches(one, goal, seen | {key}) for one in waits)

    if any(reaches(key, key) for key in known):
        with pytest.raises(ValueError, match="in a circle"):
            plan(**known)
    else:
        assert plan(**known).actions.keys() == known.keys()


def test_only_what_its_lead_calls_done_can_be_confirmed() -> None:
    with pytest.raises(ValueError, match="calls done"):
        with_action(plan(a=action()), "a", outcome=Outcome.DONE_CONFIRMED)


def test_no_place_that_ends_an_action_is_technical() -> None:
    assert [name for name in Action.__struct_encode_fields__ if AREA_PLAN.is_technical(f"/actions/x/{name}")] == [
        "progress",
        "remark",
    ]


def test_every_field_of_a_plan_has_a_label_in_three_languages() -> None:
    kind: DocumentKind = AREA_PLAN
    places = [f"/{name}" for name in AreaPlan.__struct_fields__]
    for part, type_ in (("objectives", Objective), ("actions", Action), ("risks", Risk)):
        places += [f"/{part}/x/{name}" for name in type_.__struct_encode_fields__]
    for place in places:
        assert kind.label(place).keys() == {"en", "de", "ar"}, place


def test_an_area_of_seven_hundred_actions_opens_in_one_record() -> None:
    body = plan(**{f"a{at}": action(*([f"a{at - 1}"] if at else [])) for at in range(700)})
    assert len(encode(body)) < PAYLOAD_LIMIT // 2


@pytest.mark.django_db(databases=["default", "second"], transaction=True)
def test_plan_is_adopted_claimed_and_confirmed_by_both_and_every_version_stays(tmp_path: Path) -> None:
    world = make_world(2, tmp_path, (AREA,))
    table = Table(world, worlds.agree(world, agreement(world)))
    first = plan(a=action(), b=action("a"))
    uuid = services.open_document(*table.at("doha"), AREA_PLAN.name, first, ["DE.berlin"], HAND)
    world.settle()
    services.concur(*table.at("berlin"), uuid, uuid, HAND)
    world.settle()

    claimed = with_action(first, "a", progress=Progress.DONE_CLAIMED)
    hand = replace(HAND, urgency=TECHNICAL)
    services.update(*table.at("berlin"), uuid, claimed, hand)
    world.settle()
    seen = [table.view(name, uuid).body for name in ("doha", "berlin")]
    assert seen == [claimed, claimed]
    assert claimed.actions["a"].state is State.DONE_CLAIMED
    with pytest.raises(NotFittingError):
        services.update(*table.at("berlin"), uuid, with_action(claimed, "a", outcome=Outcome.CANCELLED), hand)

    later = with_action(with_action(claimed, "a", outcome=Outcome.DONE_CONFIRMED), "b", due=date(2027, 9, 30))
    proposal = services.propose(*table.at("berlin"), uuid, later, HAND, note="Done, and b takes longer")
    world.settle()
    assert table.view("doha", uuid).body == claimed
    services.concur(*table.at("doha"), uuid, proposal, HAND)
    world.settle()
    views = table.views(uuid)
    assert [one.version for one in views] == [2, 2]
    assert [one.body for one in views] == [later, later]
    stood = views[0].proposal(proposal)
    assert stood is not None
    assert stood.status is Status.IN_FORCE

    for name in ("doha", "berlin"):
        counting = measures.catalogue()["actions-confirmed"].open_at(*table.at(name), "actual")
        until_a, until_b = (counting(Window(date(2027, 1, 1), day)) for day in (DUE, date(2027, 9, 30)))
        assert until_a.value == 100
        assert until_b.value == 50
        assert until_a.records == until_b.records == (uuid,)

    evidence = access.find(*table.at("doha"), uuid)
    assert evidence is not None
    old, new = (access.version(evidence, number) for number in (1, 2))
    assert old == encode(first)
    assert new is not None
    changed = {one.path for one in differences(AREA_PLAN, old, new)}
    assert "/actions/b/due" in changed
