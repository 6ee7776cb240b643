"""Change indicators: propose them, and write a side's own figures.  The only way to write them."""

from collections.abc import Container, Mapping
from datetime import date, timedelta

import msgspec
from django.utils.translation import gettext as _

from comity.concurrence import measures
from comity.concurrence.documents import apply, read
from comity.desk.roles import Permission
from comity.desk.seat import Seat
from comity.plan import meeting_joint as joint
from comity.plan.kinds.indicators import INDICATORS, Actual, AreaIndicators, Indicator, Period
from comity.plan.kinds.plan import Text
from comity.plan.meeting_joint import Found, UnfitError


def propose_area(
    seat: Seat, area: str, periods: Mapping[str, Period], indicators: Mapping[str, Indicator], *, note: str = ""
) -> str:
    """Propose the indicators of an area that has none; return the identifier.  Raises `UnfitError`."""
    seat.require(Permission.WRITE_PLAN)
    if area not in ({one.id for one in seat.terms.agreement.areas} if seat.terms else set()):
        raise UnfitError(_("The agreement has no such area."))
    if _of_area(seat, area) is not None:
        raise UnfitError(_("This area has indicators already."), _("Propose to change them."))
    indicators = {key: _placed(seat, one, None) for key, one in indicators.items()}
    return joint.open_document(seat, INDICATORS, _made(area, periods, indicators), note=note)


def put(seat: Seat, uuid: str, indicator: Indicator, key: str = "", *, note: str = "") -> str:
    """Propose an indicator, or that the one under ``key`` reads so; return its key.  Raises `UnfitError`."""
    seat.require(Permission.WRITE_PLAN)
    found = joint.get(seat, uuid, INDICATORS)
    if not found.agreed:
        raise UnfitError(_("The indicators are only proposed yet."))
    if indicator.measure and indicator.measure not in measures.catalogue():
        raise UnfitError(_("There is no such measure in the catalogue."))
    body = proposed_body(seat, found)
    key = key or joint.new_key(seat)
    before = body.indicators.get(key)
    indicator = _placed(seat, indicator, before)
    made = _made(body.area, body.periods, {**body.indicators, key: indicator})
    joint.amend(seat, found, made, note=note)
    return key


def replace_area(seat: Seat, made: AreaIndicators, *, note: str = "") -> bool:
    """Propose that the indicators of an area read so, with the figures that are there; say whether anything left."""
    seat.require(Permission.WRITE_PLAN)
    found = _of_area(seat, made.area)
    if found is None:
        propose_area(seat, made.area, made.periods, made.indicators, note=note)
        return True
    if not found.agreed:
        raise UnfitError(_("The indicators are only proposed yet."))
    held = _agreed(found).indicators
    kept = {key: _placed(seat, one, held.get(key)) for key, one in made.indicators.items()}
    body = _made(made.area, made.periods, kept)
    if body == _agreed(found):
        return False
    joint.amend(seat, found, body, note=note)
    return True


def tell(seat: Seat, uuid: str, key: str, period: str, value: str, evidence: Text) -> None:
    """Write this side's figure of a period, with where it comes from.  Raises `UnfitError`."""
    seat.require(Permission.WRITE_PLAN)
    found = joint.get(seat, uuid, INDICATORS)
    body = _body(found)
    one = body.indicators.get(key)
    if one is None or period not in body.periods:
        raise joint.NotHereError(_("There is no such indicator."))
    if one.measure:
        raise UnfitError(_("This indicator is computed from the journals and takes no figure by hand."))
    if not evidence:
        raise UnfitError(_("A figure needs its evidence."), _("Say where it comes from."))
    try:
        actual = msgspec.convert(
            {"value": value.strip(), "by": seat.officer.authority, "on": joint.today(seat), "evidence": evidence},
            Actual,
        )
    except msgspec.ValidationError as error:
        raise UnfitError(_("Write the figure in digits, with a point before decimals.")) from error
    joint.put(seat, uuid, {f"/indicators/{key}/actuals/{joint.own_party(seat)}/{period}": actual})


def answer(seat: Seat, uuid: str, proposal: str, said: Container[str], words: str) -> None:
    """Sign a proposal about indicators (``concur``), take an own one back (``withdraw``), or object."""
    seat.require(Permission.WRITE_PLAN)
    joint.get(seat, uuid, INDICATORS)
    if "withdraw" in said:
        joint.withdraw(seat, uuid, proposal, words)
    else:
        joint.answer(seat, uuid, proposal, concurs="concur" in said, words=words)


def proposed_body(seat: Seat, found: Found) -> AreaIndicators:
    """Return the indicators as this side's open proposal would have them; without one, as they were signed."""
    seat.require(Permission.READ_PLAN)
    mine = next((one for one in found.open_changes if one.author == seat.node.name), None)
    if mine is None or mine.edits is None or found.view.agreed is None:
        return _agreed(found)
    made = read(INDICATORS, apply(INDICATORS, found.view.agreed, mine.edits))
    return made if isinstance(made, AreaIndicators) else _agreed(found)


def half_years(first: date, last: date) -> dict[str, Period]:
    """Return the half-years of a plan, cut to its first and last day: ``2027-h1``."""
    found = {}
    day = first
    while day <= last:
        half = 1 if day.month <= 6 else 2
        end = date(day.year, 6, 30) if half == 1 else date(day.year, 12, 31)
        found[f"{day.year}-h{half}"] = Period(first=day, last=min(end, last))
        day = end + timedelta(days=1)
    return found


def _placed(seat: Seat, one: Indicator, before: Indicator | None) -> Indicator:
    """Return an indicator with a place for the figures of each side, and those that are there; none if computed."""
    held = before.actuals if before is not None else {}
    places = {} if one.measure else {party: held.get(party, {}) for party in joint.parties(seat)}
    return msgspec.structs.replace(one, actuals=places)


def _of_area(seat: Seat, area: str) -> Found | None:
    for one in joint.every(seat, INDICATORS):
        live = one.agreed or (one.opening is not None and one.opening.status not in joint.DEAD)
        if live and _body(one).area == area:
            return one
    return None


def _made(area: str, periods: Mapping[str, Period], indicators: Mapping[str, Indicator]) -> AreaIndicators:
    try:
        return AreaIndicators(area=area, periods=periods, indicators=indicators)
    except ValueError as error:
        raise UnfitError(_("A figure belongs to a period that is not there.")) from error


def _body(found: Found) -> AreaIndicators:
    assert isinstance(found.body, AreaIndicators)  # noqa: S101  # the kind says so
    return found.body


def _agreed(found: Found) -> AreaIndicators:
    body = read(INDICATORS, found.view.agreed) if found.view.agreed is not None else found.body
    assert isinstance(body, AreaIndicators)  # noqa: S101  # the kind says so
    return body
