"""Write progress reports: propose ratings by the rule, tell our account, dispute, and file with both signatures."""

from collections.abc import Container, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

import msgspec
from django.utils.translation import gettext as _

from comity.concurrence.access import ProposalView
from comity.concurrence.documents import read
from comity.concurrence.measures import Figure
from comity.desk.roles import Permission
from comity.desk.seat import Seat
from comity.plan import access, indicator_access
from comity.plan import meeting_joint as joint
from comity.plan.indicator_access import Counter
from comity.plan.kinds.indicators import Period
from comity.plan.kinds.plan import Text
from comity.plan.kinds.report import REPORT, Dispute, Light, Rating, Report, proposed
from comity.plan.meeting_joint import Found, UnfitError
from comity.plan.states import State

MEASURES = ("requests-received", "requests-answered", "requests-refused", "answered-in-time", "median-answer-time")
"""What the page of reciprocity shows of each area and each side that was asked."""


@dataclass(frozen=True, slots=True)
class ReportShown:
    """Show a report, filed, open, or only proposed."""

    found: Found
    body: Report

    @property
    def uuid(self) -> str:
        """Return the identifier of the document."""
        return self.found.uuid

    @property
    def waiting(self) -> tuple[ProposalView, ...]:
        """Return the proposals that wait for an answer."""
        if self.found.agreed:
            return self.found.open_changes
        return (self.found.opening,) if self.found.opening else ()

    def disputes(self, area: str) -> Iterator[tuple[str, Dispute]]:
        """Yield who would rate an area otherwise, and how."""
        for party, held in self.body.disputes.items():
            if area in held:
                yield party, held[area]


@dataclass(frozen=True, slots=True)
class Given:
    """Show how one side answers in one area: a figure for each of `MEASURES`."""

    area: str
    party: str
    figures: tuple[Figure | None, ...]


def reports(seat: Seat) -> list[ReportShown]:
    """Return all reports, the latest period first."""
    seat.require(Permission.READ_PLAN)
    found = []
    for one in joint.every(seat, REPORT):
        dead = not one.agreed and (one.opening is None or one.opening.status in joint.DEAD)
        if isinstance(one.body, Report) and not dead:
            found.append(ReportShown(one, one.body))
    return sorted(found, key=lambda one: (one.body.last, one.found.opened_ms), reverse=True)


def report(seat: Seat, uuid: str) -> ReportShown | None:
    """Return one report."""
    seat.require(Permission.READ_PLAN)
    found = joint.find(seat, uuid, REPORT)
    return ReportShown(found, found.body) if found and isinstance(found.body, Report) else None


def by_rule(seat: Seat, period: Period) -> dict[str, Light]:
    """Return how the rule rates every area whose plan is in force, at the end of a period."""
    seat.require(Permission.READ_PLAN)
    counter = Counter(seat)
    missed = {one.body.area: _missed(seat, counter, one, period) for one in indicator_access.areas(seat)}
    found = {}
    for one in access.areas(seat):
        if one.found.agreed:
            open_ = [each for each in one.actions if each.state not in (*access.ENDED, State.DONE_CLAIMED)]
            late = sum(each.action.due <= period.last and each.late for each in open_)
            found[one.body.area] = proposed(late=late, open_=len(open_), missed=missed.get(one.body.area, 0))
    return found


def _missed(seat: Seat, counter: Counter, area: indicator_access.IndicatorArea, period: Period) -> int:
    """Return how many of a hundred indicators with a target and a figure miss it in the period that ends with this."""
    name = area.period_at(period.last)
    rated = [indicator_access.shown(seat, counter, area, key, name).met for key in area.body.indicators]
    known = [one for one in rated if one is not None]
    return 100 * known.count(False) // len(known) if known else 0


def propose(seat: Seat, title: Text, first: date, last: date) -> str:
    """Propose a report of a period with the ratings of the rule; return its identifier.  Raises `UnfitError`."""
    seat.require(Permission.WRITE_PLAN)
    if last < first or not title:
        raise UnfitError(_("A report has a title, a first and a last day."))
    ratings = {
        area: Rating(proposed=light, stated=light)
        for area, light in by_rule(seat, Period(first=first, last=last)).items()
    }
    if not ratings:
        raise UnfitError(_("No area has a plan in force that could be reported on."))
    disputes = {party: dict[str, Dispute]() for party in joint.parties(seat)}
    made = Report(title=title, first=first, last=last, ratings=ratings, accounts={}, disputes=disputes)
    return joint.open_document(seat, REPORT, made)


def account(seat: Seat, uuid: str, text: Text) -> None:
    """Tell our side's account of the period.  Raises `UnfitError`, or what concurrence raises."""
    found, _body = _open(seat, uuid)
    joint.put(seat, found.uuid, {f"/accounts/{joint.own_party(seat)}": text or None})


def dispute(seat: Seat, uuid: str, area: str, stated: Light | None, reason: Text) -> None:
    """Say how our side would rate an area instead, and why; nothing: take the dispute back.  Raises `UnfitError`."""
    found, body = _open(seat, uuid)
    if area not in body.ratings:
        raise joint.NotHereError(_("There is no such rating."))
    if stated is not None and not reason:
        raise UnfitError(_("A dispute needs a reason."))
    value = Dispute(stated=stated, reason=reason) if stated else None
    joint.put(seat, found.uuid, {f"/disputes/{joint.own_party(seat)}/{area}": value})


def rate(seat: Seat, uuid: str, area: str, stated: Light, reason: Text) -> None:
    """Propose that an area is rated otherwise than by the rule, with a reason.  Raises `UnfitError`."""
    found, _body = _open(seat, uuid)
    agreed = _agreed(found)
    if area not in agreed.ratings:
        raise joint.NotHereError(_("There is no such rating."))
    try:
        rated = Rating(proposed=agreed.ratings[area].proposed, stated=stated, reason=reason or None)
    except ValueError as error:
        raise UnfitError(_("A rating that departs from the rule needs a reason.")) from error
    joint.amend(seat, found, msgspec.structs.replace(agreed, ratings={**agreed.ratings, area: rated}))


def file(seat: Seat, uuid: str) -> None:
    """Propose to file the report: from then on nobody writes in it.  Raises `UnfitError`."""
    found, body = _open(seat, uuid)
    if set(joint.parties(seat)) - body.accounts.keys():
        raise UnfitError(_("Each side tells its account first."))
    joint.amend(seat, found, msgspec.structs.replace(body, filed=True))


def answer(seat: Seat, uuid: str, proposal: str, said: Container[str], words: str) -> None:
    """Sign a proposal about a report (``concur``), take an own one back (``withdraw``), or object."""
    seat.require(Permission.WRITE_PLAN)
    joint.get(seat, uuid, REPORT)
    if "withdraw" in said:
        joint.withdraw(seat, uuid, proposal, words)
    else:
        joint.answer(seat, uuid, proposal, concurs="concur" in said, words=words)


def reciprocity(seat: Seat, period: Period) -> list[Given]:
    """Return how each side answered in each area: who was asked, how often, and how fast."""
    seat.require(Permission.READ_PLAN)
    counter = Counter(seat)
    every = [one.id for one in seat.terms.agreement.areas] if seat.terms else []
    found = []
    for area in (indicator_access.WHOLE, *(one for one in every if one != indicator_access.WHOLE)):
        for party in joint.parties(seat):
            figures = tuple(counter.count(name, area, period, party) for name in MEASURES)
            if area == indicator_access.WHOLE or (figures[0] and figures[0].value):
                found.append(Given(area, party, figures))
    return found


def _open(seat: Seat, uuid: str) -> tuple[Found, Report]:
    seat.require(Permission.WRITE_PLAN)
    found = joint.get(seat, uuid, REPORT)
    assert isinstance(found.body, Report)  # noqa: S101  # the kind says so
    if not found.agreed:
        raise UnfitError(_("The report is only proposed yet."))
    if found.body.filed:
        raise UnfitError(_("The report is filed; both sides have signed it."))
    return found, found.body


def _agreed(found: Found) -> Report:
    body: Mapping[str, object] | object = read(REPORT, found.view.agreed) if found.view.agreed else found.body
    assert isinstance(body, Report)  # noqa: S101  # the kind says so
    return body
