"""Answer for the board of the plan, its areas, actions, timeline, versions and risks."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date, timedelta
from typing import Any, Final
from uuid import UUID

import msgspec
from django.http import Http404, HttpRequest, HttpResponseBase
from django.urls import reverse
from django.utils.translation import get_language_bidi
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from comity.concurrence.access import ProposalView
from comity.concurrence.differences import Difference, differences
from comity.concurrence.documents import Label, apply
from comity.concurrence.errors import NotFittingError
from comity.desk import lists
from comity.desk.frame import page
from comity.desk.lists import page_number
from comity.desk.plots.canvas import Plot
from comity.desk.plots.gantt import Row, Words, gantt
from comity.desk.roles import Permission
from comity.desk.seat import Seat, for_officers
from comity.plan import access, words
from comity.plan import meeting_joint as joint
from comity.plan.access import ActionShown, AreaShown, Narrowed
from comity.plan.forms import ProgressForm, said
from comity.plan.kinds.indicators import INDICATORS
from comity.plan.kinds.plan import AREA_PLAN
from comity.plan.kinds.report import REPORT
from comity.plan.meeting_joint import Found
from comity.plan.states import STATES, State, led_to, signed_to

ANSWERS: Final = {
    AREA_PLAN.name: "plan:answer",
    INDICATORS.name: "plan:answer-indicators",
    REPORT.name: "plan:answer-report",
}
"""Where proposals about each kind of document are answered."""
ROWS: Final = 60
"""Lines of a timeline on one page."""


@require_safe
@for_officers(Permission.READ_PLAN)
def board(request: HttpRequest, seat: Seat) -> HttpResponseBase:
    """Show every area with how far its actions are, and the actions that the list is narrowed to."""
    shown, by, number = access.areas(seat), _narrowed(request), page_number(request)
    found = access.narrowed(shown, by)
    start = (number - 1) * access.PAGE
    return page(request, seat, "plan/board.html", _lists(seat, shown, by) | {
        "areas": shown,
        "rows": found[start : start + access.PAGE],
        "found": len(found),
        "number": number,
        "more": len(found) > start + access.PAGE,
        "query": lists.query_of(request),
        "tab": "board",
    })  # fmt: skip


def _lists(seat: Seat, shown: list[AreaShown], by: Narrowed) -> dict[str, Any]:
    parties = seat.terms.agreement.parties if seat.terms else ()
    return {
        "by": by,
        "choices": [(one.body.area, words.area_title(seat.terms, one.body.area, seat.language)) for one in shown],
        "states": STATES.items(),
        "parties": [(one.id, words.party_title(seat.terms, one.id, seat.language)) for one in parties],
        "terms": seat.terms,
    }


def _narrowed(request: HttpRequest) -> Narrowed:
    state = request.GET.get("state", "")
    return Narrowed(
        area=request.GET.get("area", "")[:80],
        state=state if state in STATES else "",
        party=request.GET.get("party", "")[:8],
        text=request.GET.get("q", "")[:200].strip(),
        late="late" in request.GET,
    )


@require_safe
@for_officers(Permission.READ_PLAN)
def actions_table(request: HttpRequest, seat: Seat) -> HttpResponseBase:
    """Hand out the actions that the list is narrowed to."""
    found = access.narrowed(access.areas(seat), _narrowed(request))
    heads = [_("Area"), _("Key"), _("Action"), _("Lead"), _("Start"), _("Due"), _("State"), _("Clause")]
    rows = (
        [one.area, one.key, said(one.action.title, seat), one.action.lead, one.action.start.isoformat(),
         one.action.due.isoformat(), str(STATES[one.state]), one.action.clause]
        for one in found
    )  # fmt: skip
    return lists.table("actions.csv", heads, rows)


@require_safe
@for_officers(Permission.READ_PLAN)
def area(request: HttpRequest, seat: Seat, uuid: UUID) -> HttpResponseBase:
    """Show the plan of one area: what is in force, what waits for an answer, and its versions."""
    shown = _area(seat, uuid)
    number = page_number(request)
    start = (number - 1) * access.PAGE
    rows = sorted(shown.actions, key=lambda one: (one.action.due, one.key))
    return page(request, seat, "plan/area.html", {
        "area": shown,
        "rows": rows[start : start + access.PAGE],
        "number": number,
        "more": len(rows) > start + access.PAGE,
        "query": lists.query_of(request),
        "waiting": [proposal_shown(seat, shown.found, one) for one in shown.waiting],
        "disagreed": [proposal_shown(seat, shown.found, one) for one in shown.disagreements],
        "versions": _versions(shown),
        "terms": seat.terms,
        "now": seat.node.clock(),
        "tab": "board",
    })  # fmt: skip


def proposal_shown(seat: Seat, found: Found, view: ProposalView) -> dict[str, Any]:
    """Return a proposal with its readable difference and what this node may do about it."""
    mine = view.author == seat.node.name
    return {
        "view": view,
        "answer": reverse(ANSWERS[found.view.kind.name], args=[found.uuid, view.uid]),
        "differences": _changes(found, view),
        "mine": mine,
        "answerable": view.awaits(seat.node.name) and seat.may(Permission.WRITE_PLAN),
        "withdrawable": mine and seat.may(Permission.WRITE_PLAN) and not view.technical,
        "mark": access.mark_of(seat, view),
        "crossing": any(one.author == seat.node.name for one in found.open_changes) and not mine,
    }


def _changes(found: Found, view: ProposalView) -> tuple[Difference, ...]:
    """Return what a proposal changes against the version in force; nothing where it no longer fits."""
    kind, before = found.view.kind, found.view.agreed
    if view.edits is None:
        return ()
    try:
        after = apply(kind, before, view.edits)
    except NotFittingError:
        return ()
    return named(differences(kind, before, after), (before, after))


def named(found: Iterable[Difference], contents: Iterable[bytes | None]) -> tuple[Difference, ...]:
    """Return differences in whose places parts are called by their titles, not by their keys."""
    titles: dict[str, Label] = {}
    for content in contents:
        for held in (msgspec.json.decode(content) if content else {}).values():
            parts = held.items() if isinstance(held, dict) else ()
            titles |= {key: one["title"] for key, one in parts if isinstance(one, dict) and "title" in one}
    return tuple(
        replace(one, labels=tuple(titles.get(label.get("", ""), label) for label in one.labels)) for one in found
    )


def _versions(shown: AreaShown) -> list[tuple[int, ProposalView]]:
    found = [(at, shown.found.view.proposal(uid)) for at, uid in enumerate(shown.found.view.chain, 1)]
    return [(at, view) for at, view in reversed(found) if view is not None]


@require_safe
@for_officers(Permission.READ_PLAN)
def action(request: HttpRequest, seat: Seat, uuid: UUID, key: str) -> HttpResponseBase:
    """Show one action: what is agreed, how far it is, what waits for it, and everything that was said about it."""
    shown = _area(seat, uuid)
    found = next((one for one in shown.actions if one.key == key), None)
    if found is None:
        raise Http404
    return page(request, seat, "plan/action.html", {
        "area": shown,
        "one": found,
        "objective": shown.body.objectives.get(found.action.objective or ""),
        "before": [(name, shown.body.actions[name]) for name in found.action.waits_for],
        "after": [(name, each) for name, each in shown.body.actions.items() if key in each.waits_for],
        "history": [proposal_shown(seat, shown.found, one) for one in access.history(shown, f"/actions/{key}")[:30]],
        "progress": _progress(seat, found),
        "ends": sorted(signed_to(found.state)) if shown.found.agreed and seat.may(Permission.WRITE_PLAN) else [],
        "reopens": found.state in access.ENDED and seat.may(Permission.WRITE_PLAN),
        "terms": seat.terms,
        "now": seat.node.clock(),
        "tab": "board",
    })  # fmt: skip


def _progress(seat: Seat, found: ActionShown) -> ProgressForm | None:
    leads = found.party == joint.own_party(seat) and seat.may(Permission.WRITE_PLAN)
    if not leads or found.state in (*access.ENDED, State.PROPOSED):
        return None
    states = [found.state, *sorted(led_to(found.state))]
    remark = said(found.action.remark or {}, seat)
    return ProgressForm(states, initial={"progress": found.action.progress or "", "remark": remark})


@require_safe
@for_officers(Permission.READ_PLAN)
def timeline(request: HttpRequest, seat: Seat) -> HttpResponseBase:
    """Draw actions and milestones over time, with what was agreed before; one area, or all, page by page."""
    shown = [one for one in access.areas(seat) if request.GET.get("area", "") in ("", one.body.area)]
    number = page_number(request)
    version = request.GET.get("before", "")
    before = int(version) if version.isdecimal() and len(version) < 6 else None
    part = list(_part(seat, shown, (number - 1) * ROWS, before))
    every = sum(len(one.actions) + len(one.body.milestones) for one in shown)
    return page(request, seat, "plan/timeline.html", _lists(seat, access.areas(seat), _narrowed(request)) | {
        "plot": _plot(seat, part) if part else None,
        "number": number,
        "more": every > number * ROWS,
        "query": lists.query_of(request),
        "tab": "timeline",
    })  # fmt: skip


def _part(seat: Seat, shown: Iterable[AreaShown], start: int, version: int | None) -> Iterator[Row]:
    """Yield the lines of one page; areas that have none on it are not drawn."""
    left, wanted = start, ROWS
    for one in shown:
        size = len(one.actions) + len(one.body.milestones)
        if left >= size:
            left -= size
            continue
        some = list(_lines(seat, one, version))[left : left + wanted]
        yield from some
        wanted, left = wanted - len(some), 0
        if not wanted:
            return


def _lines(seat: Seat, shown: AreaShown, version: int | None) -> Iterator[Row]:
    """Yield the lines of an area: its actions by start, then its milestones."""
    before = _before(seat, shown, version)
    for one in sorted(shown.actions, key=lambda one: (one.action.start, one.action.due, one.key)):
        earlier = before.get(one.key)
        now = (one.action.start, one.action.due)
        yield Row(
            key=one.key,
            name=said(one.action.title, seat),
            start=one.action.start,
            due=one.action.due,
            tone=_tone(one),
            state=str(STATES[one.state]),
            before=earlier if earlier != now else None,
            waits_for=one.action.waits_for,
        )
    for key, milestone in sorted(shown.body.milestones.items(), key=lambda pair: pair[1].due):
        yield Row(key=key, name=said(milestone.title, seat), due=milestone.due)


def _before(seat: Seat, shown: AreaShown, version: int | None) -> dict[str, tuple[date, date]]:
    """Return the days of actions in an earlier version; in the one before where none is named."""
    number = version or shown.found.view.version - 1
    if seat.channel is None or not 0 < number < shown.found.view.version:
        return {}
    body = access.version_of(seat, shown, number)
    return {key: (one.start, one.due) for key, one in body.actions.items()} if body else {}


def _tone(one: ActionShown) -> str:
    if one.late:
        return "late"
    return {State.DONE_CONFIRMED: "done", State.DONE_CLAIMED: "done", State.CANCELLED: "off"}.get(one.state, "open")


def _plot(seat: Seat, rows: list[Row]) -> Plot:
    first = min(one.start or one.due for one in rows)
    last = max(one.due for one in rows)
    title = _("Timeline of the plan")
    labels = Words(
        title=title, name=_("Action"), start=_("Start"), due=_("Due"), state=_("State"), before=_("Planned before"),
        waits_for=_("Waits for"), today=_("today"),
    )  # fmt: skip
    days = (first, last + timedelta(days=7))
    return gantt(rows, days, joint.today(seat), labels, rtl=get_language_bidi())


@require_safe
@for_officers(Permission.READ_PLAN)
def versions(request: HttpRequest, seat: Seat, uuid: UUID) -> HttpResponseBase:
    """Compare any two versions of the plan of an area that both sides have signed."""
    shown = _area(seat, uuid)
    newest = shown.found.view.version
    one, other = (_number(request, name, default, newest) for name, default in (("one", newest - 1), ("other", newest)))
    kind = shown.found.view.kind
    before, after = (access.content_of(seat, shown, number) for number in (one, other))
    found = named(differences(kind, before, after), (before, after)) if after is not None else ()
    context = {"area": shown, "one": one, "other": other, "versions": _versions(shown), "differences": found}
    return page(request, seat, "plan/versions.html", context | {"terms": seat.terms, "tab": "board"})


def _number(request: HttpRequest, name: str, default: int, newest: int) -> int:
    given = request.GET.get(name, "")
    return min(newest, max(0, int(given) if given.isdecimal() and len(given) < 6 else default))


@require_safe
@for_officers(Permission.READ_PLAN)
def risks(request: HttpRequest, seat: Seat) -> HttpResponseBase:
    """Show the risks of all areas, the gravest first."""
    shown, by, number = access.areas(seat), _narrowed(request), page_number(request)
    found = [one for one in access.risks(shown) if by.area in ("", one.area)]
    start = (number - 1) * access.PAGE
    return page(request, seat, "plan/risks.html", _lists(seat, shown, by) | {
        "rows": found[start : start + access.PAGE],
        "own": joint.own_party(seat),
        "number": number,
        "more": len(found) > start + access.PAGE,
        "query": lists.query_of(request),
        "areas": shown,
        "tab": "risks",
    })  # fmt: skip


@require_safe
@for_officers(Permission.READ_PLAN)
def risks_table(request: HttpRequest, seat: Seat) -> HttpResponseBase:
    """Hand out the risks."""
    by = _narrowed(request)
    heads = [_("Area"), _("Risk"), _("Likelihood"), _("Impact"), _("Looked after by"), _("Answer"), _("How it stands")]
    rows = (
        [one.area, said(one.risk.title, seat), str(one.risk.likelihood), str(one.risk.impact), one.risk.owner,
         said(one.risk.answer, seat), said(one.risk.now or {}, seat)]
        for one in access.risks(access.areas(seat)) if by.area in ("", one.area)
    )  # fmt: skip
    return lists.table("risks.csv", heads, rows)


def _area(seat: Seat, uuid: UUID) -> AreaShown:
    found = access.area(seat, str(uuid))
    if found is None:
        raise Http404
    return found
