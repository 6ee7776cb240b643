"""Change the action plan: propose, sign, object, take back, and say how far an action is.  The only way to write.

What a side proposes to change about an area gathers in one open proposal: a second change is laid upon the first, so
that the other side answers once.
"""

from collections.abc import Mapping
from datetime import date
from typing import Final

import msgspec
from django.utils.translation import gettext as _

from comity.concurrence import services
from comity.concurrence.documents import apply, read
from comity.desk.roles import Permission
from comity.desk.seat import Seat
from comity.plan import meeting_joint as joint
from comity.plan.kinds.plan import AREA_PLAN, Action, AreaPlan, Milestone, Objective, Risk, Text
from comity.plan.meeting_joint import Found, UnfitError
from comity.plan.states import Outcome, Progress, State, led_to, signed_to

Part = Action | Objective | Milestone | Risk
SORTS: Final[Mapping[type[Part], str]] = {
    Action: "actions", Objective: "objectives", Milestone: "milestones", Risk: "risks",
}  # fmt: skip


def propose_area(seat: Seat, area: str, first: date, last: date, *, note: str = "") -> str:
    """Propose a plan for an area that has none; return its identifier.  Raises `UnfitError`, or what `post` raises."""
    seat.require(Permission.WRITE_PLAN)
    named = {one.id for one in seat.terms.agreement.areas} if seat.terms else set()
    if area not in named:
        raise UnfitError(_("The agreement has no such area."))
    if last < first:
        raise UnfitError(_("The plan ends before it begins."))
    if any(_open_or_agreed(one) and _body(one).area == area for one in joint.every(seat, AREA_PLAN)):
        raise UnfitError(_("This area has a plan already."), _("Propose to change it."))
    return joint.open_document(seat, AREA_PLAN, AreaPlan(area=area, first=first, last=last), note=note)


def put_part(seat: Seat, uuid: str, part: Part, key: str = "", *, note: str = "") -> str:
    """Propose a part of a plan, or that the one under ``key`` reads so; return its key.

    What its lead and both sides have said about an action stays as it is.  Raises `UnfitError`, or what concurrence
    raises.
    """
    found, body = _open(seat, uuid)
    sort = SORTS[type(part)]
    held: Mapping[str, Part] = getattr(body, sort)
    key = key or joint.new_key(seat)
    before = held.get(key)
    if isinstance(part, Action) and isinstance(before, Action):
        said = {"progress": before.progress, "remark": before.remark, "outcome": before.outcome}
        part = msgspec.structs.replace(part, **said)
    elif isinstance(part, Risk) and isinstance(before, Risk):
        part = msgspec.structs.replace(part, now=before.now)
    _amend(seat, found, body, {sort: {**held, key: part}}, note)
    return key


def drop_part(seat: Seat, uuid: str, sort: str, key: str, *, note: str = "") -> None:
    """Propose to take a part out of a plan.  Raises `UnfitError`, or what concurrence raises."""
    found, body = _open(seat, uuid)
    held: Mapping[str, Part] = getattr(body, sort) if sort in SORTS.values() else {}
    if key not in held:
        raise joint.NotHereError(_("There is no such part of the plan."))
    _amend(seat, found, body, {sort: {name: one for name, one in held.items() if name != key}}, note)


def replace_areas(seat: Seat, bodies: Mapping[str, AreaPlan], *, note: str = "") -> int:
    """Propose that areas read as ``bodies``, by area; areas without a plan get one.  Return how many proposals left.

    What leads and both sides have said about actions that stay is kept.
    """
    seat.require(Permission.WRITE_PLAN)
    known = {_body(one).area: one for one in joint.every(seat, AREA_PLAN) if _open_or_agreed(one)}
    sent = 0
    for area, body in bodies.items():
        found = known.get(area)
        if found is None:
            joint.open_document(seat, AREA_PLAN, body, note=note)
            sent += 1
        elif found.agreed and body != _agreed(found):
            joint.amend(seat, found, body, note=note)
            sent += 1
    return sent


def end_action(seat: Seat, uuid: str, key: str, outcome: Outcome | None, *, note: str = "") -> None:
    """Propose that an action is done, is cancelled, or goes on after all.  Raises what `put_part` raises."""
    found, body = _open(seat, uuid)
    action = _action(body, key)
    shown = _action(_body(found), key)
    wanted = State(outcome) if outcome else None
    if wanted and wanted not in signed_to(shown.state):
        raise UnfitError(_("From where this action stands, that cannot be signed."), _("Let its lead say how it is."))
    # What both sign as done is what its lead calls done now, also where that was said after the version in force.
    changed = msgspec.structs.replace(action, outcome=outcome, progress=shown.progress)
    _amend(seat, found, body, {"actions": {**body.actions, key: changed}}, note)


def tell(seat: Seat, uuid: str, key: str, progress: Progress | None, remark: Text | None) -> None:
    """Say for the side that leads an action how far it is.  Raises `UnfitError`, or what concurrence raises."""
    seat.require(Permission.WRITE_PLAN)
    found = joint.get(seat, uuid, AREA_PLAN)
    action = _action(_body(found), key)
    if action.lead.partition("/")[0] != joint.own_party(seat):
        raise UnfitError(
            _("Whoever leads an action says how far it is."), _("Ask the other side, or propose a change.")
        )
    if progress is not None and progress != action.progress and State(progress) not in led_to(action.state):
        raise UnfitError(_("An action does not go there from where it stands."))
    places: dict[str, object] = {}
    if progress is not None and progress != action.progress:
        places[f"/actions/{key}/progress"] = progress
    if remark != action.remark:
        places[f"/actions/{key}/remark"] = remark
    if not places:
        raise UnfitError(_("This changes nothing."))
    joint.put(seat, uuid, places)


def tell_risk(seat: Seat, uuid: str, key: str, now: Text | None) -> None:
    """Say for the side that looks after a risk how it stands.  Raises `UnfitError`, or what concurrence raises."""
    seat.require(Permission.WRITE_PLAN)
    risk = _body(joint.get(seat, uuid, AREA_PLAN)).risks.get(key)
    if risk is None:
        raise joint.NotHereError(_("There is no such part of the plan."))
    if risk.owner.partition("/")[0] != joint.own_party(seat):
        raise UnfitError(_("Whoever looks after a risk says how it stands."))
    joint.put(seat, uuid, {f"/risks/{key}/now": now})


def answer(seat: Seat, uuid: str, proposal: str, *, concurs: bool, words: str) -> None:
    """Sign a proposal about a plan, or object to it.  Of crossing proposals, ours is taken back in the same act."""
    seat.require(Permission.WRITE_PLAN)
    found = joint.get(seat, uuid, AREA_PLAN)
    mine = next((one for one in found.open_changes if one.author == seat.node.name and one.uid != proposal), None)
    at = (seat.node, joint.channel_of(seat), uuid, proposal, joint.hand(seat))
    if concurs:
        services.concur(*at, note=words, giving_up=mine.uid if mine else "")
    else:
        services.object_to(*at, reason=words)


def withdraw(seat: Seat, uuid: str, proposal: str, reason: str) -> None:
    """Take back an own proposal.  Raises what concurrence raises."""
    seat.require(Permission.WRITE_PLAN)
    joint.withdraw(seat, joint.get(seat, uuid, AREA_PLAN).uuid, proposal, reason)


def propose_again(seat: Seat, uuid: str, proposal: str, *, note: str = "") -> None:
    """Propose an earlier change again, against the version in force.  Raises what concurrence raises."""
    seat.require(Permission.WRITE_PLAN)
    joint.get(seat, uuid, AREA_PLAN)
    at = (seat.node, joint.channel_of(seat), uuid, proposal, joint.hand(seat))
    services.propose_again(*at, note=note)


def proposed_body(seat: Seat, found: Found) -> AreaPlan:
    """Return the plan as this side's open proposal would have it; without one, as it was signed."""
    seat.require(Permission.READ_PLAN)
    body = _agreed(found)
    mine = next((one for one in found.open_changes if one.author == seat.node.name), None)
    if mine is None or mine.edits is None or found.view.agreed is None:
        return body
    read_back = read(AREA_PLAN, apply(AREA_PLAN, found.view.agreed, mine.edits))
    return read_back if isinstance(read_back, AreaPlan) else body


def _open(seat: Seat, uuid: str) -> tuple[Found, AreaPlan]:
    """Return a plan in force, and what a further change of this side starts from."""
    seat.require(Permission.WRITE_PLAN)
    found = joint.get(seat, uuid, AREA_PLAN)
    if not found.agreed:
        raise UnfitError(
            _("The plan is only proposed yet."), _("Wait until both sides have signed it, then change it.")
        )
    return found, proposed_body(seat, found)


def _amend(seat: Seat, found: Found, body: AreaPlan, changed: Mapping[str, object], note: str) -> None:
    try:
        new = msgspec.structs.replace(body, **changed)
    except ValueError as error:
        raise UnfitError(_("The plan would not hold together: %(why)s.") % {"why": _why(str(error))}) from error
    joint.amend(seat, found, new, note=note)


def _why(fault: str) -> str:
    said = {
        "an action is due before it starts": _("an action is due before it starts"),
        "only what its lead calls done can be confirmed": _("only what its lead calls done can be confirmed"),
        "an action serves an objective that is not in the plan": _("an action serves an objective that is not there"),
        "an action waits for one that is not in the plan": _("an action waits for one that is not there"),
        "actions wait for each other in a circle": _("actions wait for each other in a circle"),
    }
    return said.get(fault, _("a value does not fit"))


def _action(body: AreaPlan, key: str) -> Action:
    if key not in body.actions:
        raise joint.NotHereError(_("There is no such action."))
    return body.actions[key]


def _body(found: Found) -> AreaPlan:
    assert isinstance(found.body, AreaPlan)  # noqa: S101  # the kind says so
    return found.body


def _agreed(found: Found) -> AreaPlan:
    if found.view.agreed is None:
        return _body(found)
    body = read(AREA_PLAN, found.view.agreed)
    assert isinstance(body, AreaPlan)  # noqa: S101  # the kind says so
    return body


def _open_or_agreed(found: Found) -> bool:
    return found.agreed or (found.opening is not None and found.opening.status not in joint.DEAD)
