"""Answer for the page of the working group: what it is, who belongs to it, what is proposed."""

from datetime import date
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from comity.desk.frame import page
from comity.desk.roles import Permission
from comity.desk.seat import Seat, for_officers
from comity.plan import group_access, group_services, meeting_services
from comity.plan import meeting_joint as joint
from comity.plan.exchange import LANGUAGES
from comity.plan.kinds.group import Member
from comity.plan.meeting_acts import act
from comity.plan.meeting_draft import day_of
from comity.plan.meeting_views import seat_in, text_of
from comity.plan.proposal_words import Waiting, waiting_of


@require_safe
@for_officers(Permission.READ_PLAN)
def group(request: HttpRequest, seat: Seat) -> HttpResponseBase:
    """Show the working group."""
    found = group_access.group(seat)
    waiting: list[Waiting] = []
    if found is not None:
        waiting = [waiting_of(seat, found.found, one) for one in found.waiting]
    own = joint.own_party(seat)
    context = {
        "group": found,
        "waiting": waiting,
        "channel": seat.channel,
        "lang": seat.language,
        "own": own,
        "parties": joint.parties(seat),
        "titles": {one.id: seat.terms.words(one.title, seat.language) for one in seat.terms.agreement.parties}
        if seat.terms
        else {},
        "own_authorities": [one for one in meeting_services.authorities(seat) if one.startswith(own + "/")],
        "may_write": seat.may(Permission.WRITE_PLAN),
    }
    return page(request, seat, "plan/meetings/group.html", context)


@for_officers(Permission.WRITE_PLAN)
def propose(request: HttpRequest, seat: Seat) -> HttpResponseBase:
    """Propose the group, or another mandate, term or chair."""
    found = group_access.group(seat)
    parties = joint.parties(seat)
    if request.method == "POST":
        answer = _proposed(request, seat, parties)
        if answer is not None:
            return answer
    names = meeting_services.authorities(seat)
    chairs = [
        (
            party,
            seat.terms.words(seat.terms.parties[party].title, seat.language) if seat.terms else party,
            [one for one in names if one.startswith(party + "/")],
            found.body.chairs.get(party) if found else None,
        )
        for party in parties
    ]
    context = {
        "group": found,
        "chairs": chairs,
        "languages": LANGUAGES,
        "posted": request.POST,
        "today": date.fromtimestamp(seat.node.clock() / 1000),  # noqa: DTZ012  # the officer's day
    }
    return page(request, seat, "plan/meetings/group_form.html", context)


def _proposed(request: HttpRequest, seat: Seat, parties: tuple[str, ...]) -> HttpResponseBase | None:
    post = request.POST
    first = day_of(post.get("first", ""))
    if first is None:
        messages.error(request, _("Name the first day."))
        return None
    chairs = {
        party: Member(
            authority=post.get(f"chair-{party}", "")[:40], function=text_of(request, f"chair-{party}"), contact=True
        )
        for party in parties
        if post.get(f"chair-{party}") and text_of(request, f"chair-{party}")
    }
    done: list[str] = []
    back = redirect("plan:group")

    def propose_it() -> None:
        done.append(
            group_services.propose(
                seat, title=text_of(request, "title"), mandate=text_of(request, "mandate"), first=first,
                last=day_of(post.get("last", "")), chairs=chairs, note=post.get("note", "")[:2000],
            )
        )  # fmt: skip

    answer = act(request, back, propose_it, _("It is proposed; it counts when the other side has signed it."))
    return answer if done else None


@require_POST
@for_officers(Permission.WRITE_PLAN)
def answer(request: HttpRequest, seat: Seat, channel: UUID, uuid: UUID, proposal: UUID) -> HttpResponseBase:
    """Sign a proposal about the group, object to it, or take an own one back."""
    here = seat_in(seat, channel)
    words = request.POST.get("words", "").strip()[:4000]
    back = redirect("plan:group")
    if "withdraw" in request.POST:
        return act(
            request, back, lambda: group_services.withdraw(here, str(uuid), str(proposal), words),
            _("It is taken back."),
        )  # fmt: skip
    concurs = "concur" in request.POST
    said = _("Signed for this side.") if concurs else _("The other side reads your reason.")
    return act(
        request, back,
        lambda: group_services.answer(here, str(uuid), str(proposal), concurs=concurs, words=words), said,
    )  # fmt: skip


@require_POST
@for_officers(Permission.WRITE_PLAN)
def member(request: HttpRequest, seat: Seat, channel: UUID, uuid: UUID) -> HttpResponseBase:
    """Name a member of this side, or take one away."""
    here = seat_in(seat, channel)
    post = request.POST
    back = redirect("plan:group")
    drop = post.get("drop", "")[:40]
    if drop:
        return act(request, back, lambda: group_services.drop_member(here, str(uuid), drop), _("The list is changed."))
    function = post.get("function", "").strip()[:300]
    if not function:
        messages.error(request, _("Name the function."))
        return back
    made = Member(
        authority=post.get("authority", "")[:40],
        function={here.language: function},
        contact="contact" in post,
        reach=post.get("reach", "").strip()[:200] or None,
    )
    return act(request, back, lambda: group_services.seat_member(here, str(uuid), made), _("The list is changed."))
