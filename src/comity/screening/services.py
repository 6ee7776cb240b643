"""Do what an officer may do in screening: check, review, ask, clear, keep lists.  The only way to write."""

from collections.abc import Iterable

from comity.channel.models import Channel
from comity.desk.drafts import Kept
from comity.desk.errors import NotAllowedError
from comity.desk.roles import Permission
from comity.desk.seat import Seat
from comity.screening import building, checks, indexes, lists, publishing, reviewing, work
from comity.screening.acting import Actor
from comity.screening.checks import Wanted
from comity.screening.engine import THREADS, engine
from comity.screening.imports.values import Entry, RowError
from comity.screening.lists import Imported, ListTerms
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
    channel = _may(seat, Permission.WRITE_CASES)
    known = indexes.find(seat.node, channel, holder, list_id)
    if known.reality != seat.reality.value:
        raise NotAllowedError("The list belongs to another reality.", "Choose its reality at the top of the page.")
    wanted = Wanted(known=known, actor=_actor(seat), clause=clause, purpose=purpose, case=case)
    begun = checks.begin(seat.node, channel, wanted, subjects)
    work.wake(seat.node)
    return begun.uid


def release(seat: Seat, uid: str) -> None:
    """Release a colleague's check, where the clause asks for a second person."""
    _may(seat, Permission.RELEASE)
    checks.release(seat.node, _check(seat, uid), seat.officer.pseudonym)
    work.wake(seat.node)


def stop(seat: Seat, uid: str) -> None:
    """Ask nothing more in a check."""
    _may(seat, Permission.WRITE_CASES)
    checks.stop(seat.node, _check(seat, uid))


def resume(seat: Seat, uid: str) -> None:
    """Go on with a check where it stopped; nothing is asked twice."""
    _may(seat, Permission.WRITE_CASES)
    checks.resume(seat.node, _check(seat, uid))
    work.wake(seat.node)


def erase(seat: Seat, uid: str) -> None:
    """Delete a check with whom it was about, its secrets and its hits."""
    _may(seat, Permission.WRITE_CASES)
    checks.erase(seat.node, _check(seat, uid))


def request(seat: Seat, hit_id: int) -> Kept:
    """Begin a draft of a request about a hit in the case of its check; the draft names the reference alone."""
    channel = _may(seat, Permission.WRITE_CASES)
    return reviewing.request(seat.node, channel, _hit(seat, hit_id), _actor(seat), seat.language)


def decide(seat: Seat, hit_id: int, finding: Finding, reason: str) -> int:
    """Note what a person found about a hit; return by how many marks a cleared person is known again.

    Where the partner was asked, the outcome is told at once, together with those that waited.
    """
    channel = _may(seat, Permission.WRITE_CASES)
    hit = _hit(seat, hit_id)
    marks = reviewing.decide(seat.node, hit, finding, reason, seat.officer.pseudonym)
    if hit.case:
        held = hit.batch.check_of
        reviewing.tell(seat.node, channel, held.holder, held.list_id, _actor(seat))
    return marks


def reopen(seat: Seat, hit_id: int) -> None:
    """Let a hit wait for a person again, and end the clearance that covered it."""
    _may(seat, Permission.WRITE_CASES)
    reviewing.reopen(seat.node, _hit(seat, hit_id))


def tell(seat: Seat, holder: str, list_id: str) -> str | None:
    """Tell the partner what reviews of its list found, as counts by rule; return the record's identifier."""
    channel = _may(seat, Permission.WRITE_CASES)
    return reviewing.tell(seat.node, channel, holder, list_id, _actor(seat))


def keep_list(seat: Seat, terms: ListTerms, items: Iterable[Entry | RowError], *, whole: bool = True) -> Imported:
    """Begin or change a list of this node and store the entries of a file."""
    _may(seat, Permission.WRITE_CASES)
    return lists.take_in(seat.node, lists.keep(seat.node, terms), items, whole=whole)


def review_entry(seat: Seat, list_id: str, entry_id: int, *, stays: bool) -> None:
    """Note that a person looked at an entry: it stays until its next review, or goes with the next version."""
    _may(seat, Permission.WRITE_CASES)
    row = lists.register(seat.node, list_id)
    if stays:
        lists.reviewed(seat.node, row, entry_id)
    else:
        lists.remove(seat.node, row, entry_id)


def publish(seat: Seat, list_id: str, *, rotate: bool = False, scheduler: str = THREADS) -> list[str]:
    """Bring a list's index under this agreement up to date and publish it; ``rotate`` begins a new key."""
    channel = _may(seat, Permission.WRITE_CASES)
    row = lists.register(seat.node, list_id)
    generation = None if rotate else building.current(seat.node, row, channel)
    with engine(scheduler) as opened:
        building.build(
            seat.node, row, generation or building.begin(seat.node, row, channel), opened, lambda _done, _all: None
        )
    return publishing.publish(seat.node, row, channel, _actor(seat))


def _may(seat: Seat, permission: Permission) -> Channel:
    if not seat.may(permission):
        raise NotAllowedError("Your role does not allow this.")
    if seat.channel is None:
        raise NotAllowedError("There is no agreement yet.", "The operator proposes one: comity agreement propose.")
    return seat.channel


def _actor(seat: Seat) -> Actor:
    return Actor(officer=seat.officer.pseudonym, authority=seat.officer.authority)


def _check(seat: Seat, uid: str) -> Check:
    found = checks.find(seat.node, uid)
    if seat.channel is None or found.channel != seat.channel.uuid or found.reality != seat.reality.value:
        raise NotAllowedError("There is no such check.")
    return found


def _hit(seat: Seat, hit_id: int) -> Hit:
    hit = reviewing.find(seat.node, hit_id, seat.channel.uuid if seat.channel else "")
    _check(seat, hit.batch.check_of.uid)
    return hit
