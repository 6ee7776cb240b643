"""Found and change the working group: mandate, term and chairs together, members each side for itself."""

from datetime import date

import msgspec
from django.utils.translation import gettext as _

from comity.desk.roles import Permission
from comity.desk.seat import Seat
from comity.plan import meeting_joint as joint
from comity.plan.kinds.group import GROUP, Group, Member
from comity.plan.kinds.plan import Text
from comity.plan.meeting_joint import UnfitError


def propose(
    seat: Seat, *, title: Text, mandate: Text, first: date, last: date | None, chairs: dict[str, Member], note: str = ""
) -> str:
    """Propose a group, or that the present one reads so; return the identifier of the document or proposal.

    Raises `UnfitError`, or what concurrence raises.
    """
    seat.require(Permission.WRITE_PLAN)
    if not title or not mandate:
        raise UnfitError(_("A group has a title and a mandate."))
    present = next((one for one in joint.every(seat, GROUP) if one.agreed), None)
    if present is None:
        members = {party: dict[str, Member]() for party in joint.parties(seat)}
        body = _made(title=title, mandate=mandate, first=first, last=last, chairs=chairs, members=members)
        return joint.open_document(seat, GROUP, body, note=note)
    agreed = msgspec.json.decode(present.view.agreed or b"", type=Group)
    body = _made(title=title, mandate=mandate, first=first, last=last, chairs=chairs, members=agreed.members)
    return joint.amend(seat, present, body, note=note)


def _made(**fields: object) -> Group:
    try:
        return Group(**fields)  # type: ignore[arg-type]  # the fields of a group, by name
    except ValueError as error:
        raise UnfitError(_("This can be no group: the term, or a chair of another side, does not fit.")) from error


def answer(seat: Seat, document: str, proposal: str, *, concurs: bool, words: str) -> None:
    """Sign a proposal about the group, or object to it.  Raises what concurrence raises."""
    seat.require(Permission.WRITE_PLAN)
    joint.answer(seat, joint.get(seat, document, GROUP).uuid, proposal, concurs=concurs, words=words)


def withdraw(seat: Seat, document: str, proposal: str, reason: str) -> None:
    """Take back an own proposal about the group.  Raises what concurrence raises."""
    seat.require(Permission.WRITE_PLAN)
    joint.withdraw(seat, joint.get(seat, document, GROUP).uuid, proposal, reason)


def seat_member(seat: Seat, document: str, member: Member, key: str = "") -> str:
    """Give this side a member, or change one; return its key.  Raises what concurrence raises."""
    seat.require(Permission.WRITE_PLAN)
    if not member.authority.startswith(joint.own_party(seat) + "/"):
        raise UnfitError(_("Each side names its own members."))
    body = joint.get(seat, document, GROUP).body
    assert isinstance(body, Group)  # noqa: S101  # the kind says so
    own = body.members.get(joint.own_party(seat), {})
    key = key if key in own else joint.new_key(seat)
    joint.put(seat, document, {f"/members/{joint.own_party(seat)}/{key}": member})
    return key


def drop_member(seat: Seat, document: str, key: str) -> None:
    """Take away a member of this side.  Raises what concurrence raises."""
    seat.require(Permission.WRITE_PLAN)
    body = joint.get(seat, document, GROUP).body
    assert isinstance(body, Group)  # noqa: S101  # the kind says so
    if key not in body.members.get(joint.own_party(seat), {}):
        raise joint.NotHereError(_("There is no such member."))
    joint.put(seat, document, {f"/members/{joint.own_party(seat)}/{key}": None})
