"""Do what an officer may do with checks and hits: ask, release, review, request, clear.  The only way to write.

What is done with this node's own lists stands in `list_services`.
"""

from collections.abc import Iterable

from comity.channel.models import Channel
from comity.desk.drafts import Kept
from comity.desk.errors import NotAllowedError
from comity.desk.roles import Permission
from comity.desk.seat import Seat
from comity.screening import checks, indexes, openings, reviewing, work
from comity.screening.acting import Actor, actor_at
from comity.screening.checks import Wanted
from comity.screening.errors import CheckError
from comity.screening.models import Check, Hit
from comity.screening.records import Finding
from comity.screening.subjects import Subject


def check(
    seat: Seat,
    holder: str,
    list_id: str,
    subjects: Iterable[Subject],
    *,
    purpose: str = "",
    clause: str = "",
    case: str = "",
) -> str:
    """Begin a check of one subject or many; return its identifier.  It goes on by itself.

    Raises `CheckError`, `NoAgreementError` or `NotAllowedError`.
    """
    channel = _may(seat, Permission.SCREEN)
    known = indexes.find(seat.node, channel, holder, list_id)
    if known.reality != seat.reality.value:
        raise NotAllowedError("The list belongs to another reality.", "Choose its reality at the top of the page.")
    unit = seat.units(Permission.SCREEN).first
    wanted = Wanted(known=known, actor=actor_at(seat), clause=clause, purpose=purpose, case=case, unit=unit)
    begun = checks.begin(seat.node, channel, wanted, subjects)
    work.wake_once_kept(seat.node)
    return begun.uid


def release(seat: Seat, uid: str) -> None:
    """Release a colleague's check, where the clause asks for a second person."""
    _may(seat, Permission.RELEASE)
    checks.release(seat.node, _check(seat, uid, Permission.RELEASE), seat.officer.pseudonym)
    work.wake_once_kept(seat.node)


def stop(seat: Seat, uid: str) -> None:
    """Ask nothing more in a check."""
    _may(seat, Permission.SCREEN)
    checks.stop(seat.node, _check(seat, uid))


def resume(seat: Seat, uid: str) -> None:
    """Go on with a check where it stopped; nothing is asked twice."""
    _may(seat, Permission.SCREEN)
    checks.resume(seat.node, _check(seat, uid))
    work.wake_once_kept(seat.node)


def erase(seat: Seat, uid: str) -> None:
    """Delete a check with whom it was about, its secrets and its hits."""
    _may(seat, Permission.SCREEN)
    checks.erase(seat.node, _check(seat, uid))


def request(seat: Seat, hit_id: int) -> Kept:
    """Begin a draft of a request about a hit in the case of its check; the draft names the reference alone."""
    channel = _may(seat, Permission.WRITE_CASES)
    return reviewing.request(seat.node, channel, _hit(seat, hit_id), actor_at(seat), seat.language)


def decide(seat: Seat, hit_id: int, finding: Finding, reason: str) -> int:
    """Note what a person found about a hit; return by how many marks a cleared person is known again.

    Where the partner was asked, the outcome is told at once, together with those that waited.
    """
    channel = _may(seat, Permission.SCREEN)
    hit = _hit(seat, hit_id)
    marks = reviewing.decide(seat.node, hit, finding, reason, seat.officer.pseudonym)
    if hit.case:
        held = hit.batch.check_of
        reviewing.tell(seat.node, channel, held.holder, held.list_id, _both(actor_at(seat), held))
    return marks


def reopen(seat: Seat, hit_id: int) -> None:
    """Let a hit wait for a person again, and end the clearance that covered it."""
    _may(seat, Permission.SCREEN)
    reviewing.reopen(seat.node, _hit(seat, hit_id))


def tell(seat: Seat, holder: str, list_id: str) -> str | None:
    """Tell the partner what reviews of its list found, as counts by rule; return the record's identifier."""
    channel = _may(seat, Permission.SCREEN)
    return reviewing.tell(seat.node, channel, holder, list_id, actor_at(seat))


def opening(seat: Seat, uid: str) -> bytes:
    """Return what opens the commitments of a check to an auditor, as JSON; it names whom the check was about."""
    channel = _may(seat, Permission.SCREEN)
    return openings.write(seat.node, channel, _check(seat, uid))


def _both(deciding: Actor, check: Check) -> Actor:
    """Return who stands for an outcome: who decided, and the other of the two persons of the check, if it had two."""
    other = check.released_by if check.released_by != deciding.officer else check.officer
    return Actor(deciding.officer, deciding.authority, other or None) if check.released_by else deciding


def _may(seat: Seat, permission: Permission) -> Channel:
    if not seat.may(permission):
        raise NotAllowedError("Your role does not allow this.")
    if seat.channel is None:
        raise NotAllowedError("There is no agreement yet.", "The operator proposes one: comity agreement propose.")
    return seat.channel


def _check(seat: Seat, uid: str, permission: Permission = Permission.SCREEN) -> Check:
    found = checks.find(seat.node, uid)
    here = seat.channel is not None and found.channel == seat.channel.uuid and found.reality == seat.reality.value
    if not here or not seat.units(permission).covers(found.unit):
        raise CheckError("There is no such check.")
    return found


def _hit(seat: Seat, hit_id: int) -> Hit:
    hit = reviewing.find(seat.node, hit_id, seat.channel.uuid if seat.channel else "")
    try:
        _check(seat, hit.batch.check_of.uid)
    except CheckError:
        raise CheckError("There is no such hit.") from None
    return hit
