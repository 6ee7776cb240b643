"""Take what officers write about the plan: new parts, changes, progress, and answers to proposals."""

from collections.abc import Callable
from typing import Any, Final
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from comity.desk.frame import page
from comity.desk.roles import Permission
from comity.desk.seat import Seat, for_officers
from comity.desk.words import say_error
from comity.plan import access, services, words
from comity.plan.access import AreaShown
from comity.plan.forms import ActionForm, AreaForm, MilestoneForm, ObjectiveForm, PartForm, RiskForm, spread
from comity.plan.kinds.plan import Milestone, Objective, Risk
from comity.plan.states import Outcome, Progress
from comity.protocol.errors import ComityError

HEADINGS: Final[dict[str, tuple[Promise, Promise]]] = {
    "actions": (gettext_lazy("New action"), gettext_lazy("Change an action")),
    "objectives": (gettext_lazy("New objective"), gettext_lazy("Change an objective")),
    "milestones": (gettext_lazy("New milestone"), gettext_lazy("Change a milestone")),
    "risks": (gettext_lazy("New risk"), gettext_lazy("Change a risk")),
}


@for_officers(Permission.WRITE_PLAN)
def new_area(request: HttpRequest, seat: Seat) -> HttpResponseBase:
    """Propose a plan for an area that has none."""
    planned = {one.body.area for one in access.areas(seat)}
    every = seat.terms.agreement.areas if seat.terms else ()
    open_ = [(one.id, words.area_title(seat.terms, one.id, seat.language)) for one in every if one.id not in planned]
    form = AreaForm(open_, request.POST if request.method == "POST" else None)
    if form.is_valid():
        given = form.cleaned_data
        made = _try(
            request,
            lambda: services.propose_area(seat, given["area"], given["first"], given["last"], note=given["note"]),
        )
        if made:
            messages.success(request, _("Proposed. The plan begins when the other side has signed it."))
            return redirect("plan:area", made)
    return page(request, seat, "plan/new_area.html", {"form": form, "areas": open_, "tab": "board"})


@for_officers(Permission.WRITE_PLAN)
def part(request: HttpRequest, seat: Seat, uuid: UUID, sort: str, key: str = "") -> HttpResponseBase:
    """Propose a part of a plan, or to change one."""
    shown = _area(seat, uuid)
    body = services.proposed_body(seat, shown.found) if shown.found.agreed else shown.body
    if sort not in HEADINGS or (key and key not in getattr(body, sort)):
        raise Http404
    form = _form(request, seat, body, sort, key)
    if form.is_valid():
        made = _try(
            request, lambda: services.put_part(seat, str(uuid), form.part(), key, note=form.cleaned_data["note"])
        )
        if made:
            messages.success(request, _("Proposed. It counts when the other side has signed it."))
            return redirect("plan:area", uuid)
    context = {"area": shown, "form": form, "heading": HEADINGS[sort][bool(key)], "sort": sort, "key": key}
    return page(request, seat, "plan/part.html", context | {"terms": seat.terms, "tab": "board"})


def _form(request: HttpRequest, seat: Seat, body: Any, sort: str, key: str) -> Any:  # noqa: ANN401  # one of four forms
    given = request.POST if request.method == "POST" else None
    here = getattr(body, sort).get(key) if key else None
    if sort == "actions":
        return ActionForm(seat, body, key, given, initial=ActionForm.first(here, seat.language) if here else None)
    first = _first(here) if here else None
    if sort == "risks":
        return RiskForm(seat, given, initial=first)
    forms: dict[str, type[PartForm]] = {"objectives": ObjectiveForm, "milestones": MilestoneForm}
    return forms[sort](given, initial=first)


def _first(one: Objective | Milestone | Risk) -> dict[str, Any]:
    """Return the initial values for a part that is there."""
    found: dict[str, Any] = spread("title", one.title)
    if isinstance(one, Objective):
        return found | spread("verified_by", one.verified_by)
    if isinstance(one, Milestone):
        return found | {"due": one.due}
    return found | spread("answer", one.answer) | {
        "likelihood": one.likelihood, "impact": one.impact, "owner": one.owner,
    }  # fmt: skip


@require_POST
@for_officers(Permission.WRITE_PLAN)
def drop(request: HttpRequest, seat: Seat, uuid: UUID, sort: str, key: str) -> HttpResponseBase:
    """Propose to take a part out of a plan."""
    _try(request, lambda: services.drop_part(seat, str(uuid), sort, key, note=_note(request)))
    return redirect("plan:area", uuid)


@require_POST
@for_officers(Permission.WRITE_PLAN)
def end(request: HttpRequest, seat: Seat, uuid: UUID, key: str) -> HttpResponseBase:
    """Propose that an action is done, is cancelled, or goes on after all."""
    wanted = request.POST.get("outcome", "")
    outcome = Outcome(wanted) if wanted in set(Outcome) else None
    _try(request, lambda: services.end_action(seat, str(uuid), key, outcome, note=_note(request)))
    return redirect("plan:action", uuid, key)


@require_POST
@for_officers(Permission.WRITE_PLAN)
def tell(request: HttpRequest, seat: Seat, uuid: UUID, key: str) -> HttpResponseBase:
    """Say how far an action is."""
    chosen = request.POST.get("progress", "")
    progress = Progress(chosen) if chosen in set(Progress) else None
    remark = _remark(request, seat)
    _try(request, lambda: services.tell(seat, str(uuid), key, progress, remark))
    return redirect("plan:action", uuid, key)


@require_POST
@for_officers(Permission.WRITE_PLAN)
def tell_risk(request: HttpRequest, seat: Seat, uuid: UUID, key: str) -> HttpResponseBase:
    """Say how a risk stands."""
    now = _remark(request, seat)
    _try(request, lambda: services.tell_risk(seat, str(uuid), key, now))
    return redirect("plan:risks")


def _remark(request: HttpRequest, seat: Seat) -> dict[str, str] | None:
    text = request.POST.get("remark", "").strip()[:4000]
    return {seat.language: text} if text else None


@require_POST
@for_officers(Permission.WRITE_PLAN)
def answer(request: HttpRequest, seat: Seat, uuid: UUID, proposal: UUID) -> HttpResponseBase:
    """Sign a proposal, object to it, take it back, or propose it again."""
    said, at = request.POST, (seat, str(uuid), str(proposal))
    text = said.get("words", "").strip()[:2000]
    if "withdraw" in said:
        _try(request, lambda: services.withdraw(*at, text))
    elif "again" in said:
        _try(request, lambda: services.propose_again(*at, note=text))
    else:
        _try(request, lambda: services.answer(*at, concurs="concur" in said, words=text))
    return redirect("plan:area", uuid)


def _note(request: HttpRequest) -> str:
    return request.POST.get("note", "").strip()[:2000]


def _try(request: HttpRequest, work: Callable[[], str | None]) -> str:
    """Do something and return what it made, or say on the next page why it cannot be."""
    try:
        return work() or "done"
    except ComityError as error:
        messages.error(request, say_error(error))
        return ""


def _area(seat: Seat, uuid: UUID) -> AreaShown:
    found = access.area(seat, str(uuid))
    if found is None:
        raise Http404
    return found
