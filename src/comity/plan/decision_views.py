"""Answer for the register of decisions: the list, one decision, its follow-up, and decisions in writing."""

from datetime import date
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from comity.desk.frame import page
from comity.desk.lists import page_number, query_of, table
from comity.desk.roles import Permission
from comity.desk.seat import Seat, for_officers
from comity.plan import meeting_joint as joint
from comity.plan import meeting_services, minutes_access, minutes_services
from comity.plan.exchange import LANGUAGES
from comity.plan.kinds.minutes import Stage, Standing
from comity.plan.meeting_acts import act
from comity.plan.meeting_draft import day_of
from comity.plan.meeting_views import seat_in, text_of
from comity.plan.meeting_words import LANGUAGE_NAMES, SORTS, STAGES, STANDINGS, said_in
from comity.plan.minutes_access import UNFINISHED, Filter


def _narrowed(request: HttpRequest, seat: Seat) -> Filter:
    state, party = request.GET.get("state", ""), request.GET.get("party", "")
    known = {UNFINISHED, "overdue", *(one.value for one in Standing)}
    return Filter(
        state=state if state in known else "",
        party=party if party in joint.parties(seat) else "",
        words=request.GET.get("words", "").strip()[:100],
    )


@require_safe
@for_officers(Permission.READ_PLAN)
def register(request: HttpRequest, seat: Seat) -> HttpResponseBase:
    """Show what both sides decided, and how far it is carried out."""
    narrowed, number = _narrowed(request, seat), page_number(request)
    rows, more = minutes_access.register(seat, narrowed, number)
    terms = seat.terms
    titles = {one.id: terms.words(one.title, seat.language) for one in terms.agreement.parties} if terms else {}
    context = {
        "rows": rows,
        "more": more,
        "number": number,
        "narrowed": narrowed,
        "is_narrowed": bool(narrowed.state or narrowed.party or narrowed.words),
        "query": query_of(request),
        "parties": titles.items(),
        "standings": STANDINGS.items(),
        "proposed": minutes_access.proposed_decisions(seat),
        "channel": seat.channel,
        "lang": seat.language,
    }
    return page(request, seat, "plan/meetings/decisions.html", context)


@require_safe
@for_officers(Permission.READ_PLAN)
def export(request: HttpRequest, seat: Seat) -> HttpResponseBase:
    """Hand out the register as a table, as it is narrowed."""
    headings = (
        _("No."), _("What it is"), _("Decision"), _("Lead"), _("Due"), _("Decided on"), _("State"), _("Remarks"),
    )  # fmt: skip
    rows = (
        (
            row.decision.number,
            str(SORTS[row.decision.sort]),
            said_in(row.decision.text, seat.language),
            row.decision.lead or "",
            row.due.isoformat() if row.due else "",
            row.on.isoformat(),
            str(STANDINGS[row.standing]),
            " / ".join(f"{party}: {STAGES[one.stage]} {one.remark or ''}".strip() for party, one in row.said),
        )
        for row in minutes_access.decisions(seat, _narrowed(request, seat))
    )
    return table("comity-decisions.csv", headings, rows)


@require_safe
@for_officers(Permission.READ_PLAN)
def decision(request: HttpRequest, seat: Seat, channel: UUID, uuid: UUID, key: str) -> HttpResponseBase:
    """Show one decision in all its languages, and what each side says about it."""
    here = seat_in(seat, channel)
    row = minutes_access.decision(here, str(uuid), key)
    if row is None:
        raise Http404
    own = joint.own_party(here)
    context = {
        "row": row,
        "shown": [row.authentic, *(one for one in row.decision.text if one != row.authentic)],
        "names": LANGUAGE_NAMES,
        "stages": STAGES.items(),
        "mine": dict(row.said).get(own),
        "awaits_us": not row.adopted and row.view is not None and row.view.awaits(here.node.name),
        "channel": here.channel,
        "lang": here.language,
        "may_write": here.may(Permission.WRITE_PLAN),
    }
    return page(request, here, "plan/meetings/decision.html", context)


@require_POST
@for_officers(Permission.WRITE_PLAN)
def follow(request: HttpRequest, seat: Seat, channel: UUID, uuid: UUID, key: str) -> HttpResponseBase:
    """Say for this side how far a decision is carried out."""
    here = seat_in(seat, channel)
    stage = request.POST.get("stage", "")
    if stage not in {one.value for one in Stage}:
        raise Http404
    back = redirect("plan:decision", str(channel), str(uuid), key)
    due, remark = day_of(request.POST.get("due", "")), request.POST.get("remark", "")
    return act(
        request, back,
        lambda: minutes_services.follow_up(here, str(uuid), key, Stage(stage), due=due, remark=remark),
        _("The other side reads it."),
    )  # fmt: skip


@require_POST
@for_officers(Permission.WRITE_PLAN)
def answer(request: HttpRequest, seat: Seat, channel: UUID, uuid: UUID) -> HttpResponseBase:
    """Sign a decision in writing, or object to it."""
    here = seat_in(seat, channel)
    concurs, words = "concur" in request.POST, request.POST.get("words", "").strip()[:4000]
    said = _("Signed for this side.") if concurs else _("The other side reads your reason.")
    return act(
        request, redirect("plan:decision", str(channel), str(uuid), "decision"),
        lambda: minutes_services.answer_decision(here, str(uuid), concurs=concurs, words=words), said,
    )  # fmt: skip


@for_officers(Permission.WRITE_PLAN)
def new(request: HttpRequest, seat: Seat) -> HttpResponseBase:
    """Propose a decision in writing, between meetings."""
    if request.method == "POST":
        answer_ = _proposed(request, seat)
        if answer_ is not None:
            return answer_
    context = {
        "languages": LANGUAGES,
        "names": LANGUAGE_NAMES,
        "authorities": meeting_services.authorities(seat),
        "posted": request.POST,
    }
    return page(request, seat, "plan/meetings/decision_form.html", context)


def _proposed(request: HttpRequest, seat: Seat) -> HttpResponseBase | None:
    post = request.POST
    authentic = post.get("authentic", "")
    done: list[str] = []
    due: date | None = day_of(post.get("due", ""))
    number = post.get("number", "").strip()[:30]
    if not number or authentic not in LANGUAGES:
        messages.error(request, _("Each decision needs a number of its own."))
        return None

    def propose() -> None:
        done.append(
            minutes_services.decide(
                seat, number=number, text=text_of(request, "text"), authentic=authentic,
                lead=post.get("lead", "")[:40], due=due, reason=text_of(request, "reason"),
            )
        )  # fmt: skip

    said = _("It is proposed; it counts when the other side has signed it.")
    answer_ = act(request, redirect("plan:decisions"), propose, said)
    return answer_ if done else None
