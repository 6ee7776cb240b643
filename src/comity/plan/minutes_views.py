"""Answer for minutes: the list, the draft, the page with both signatures, the papers."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from comity.desk.frame import page
from comity.desk.roles import Permission
from comity.desk.seat import Seat, for_officers
from comity.desk.words import say_error
from comity.plan import meeting_joint as joint
from comity.plan import meeting_services, minutes_access, minutes_draft, minutes_services, paper_services
from comity.plan.exchange import LANGUAGES
from comity.plan.kinds.minutes import Sort, ordered
from comity.plan.meeting_acts import act
from comity.plan.meeting_draft import number_of
from comity.plan.meeting_joint import NotHereError
from comity.plan.meeting_views import seat_in, text_of
from comity.plan.meeting_words import LANGUAGE_NAMES
from comity.plan.minutes_draft import DecisionDraft, ItemDraft, MinutesDraft
from comity.plan.paper_services import PAPERS
from comity.protocol.errors import ComityError

BLANKS = 1


@require_safe
@for_officers(Permission.READ_PLAN)
def every(request: HttpRequest, seat: Seat) -> HttpResponseBase:
    """Show all minutes of the group."""
    may_write = seat.may(Permission.WRITE_PLAN)
    context = {
        "minutes": minutes_access.every(seat),
        "drafts": minutes_access.own_drafts(seat) if may_write else [],
        "channel": seat.channel,
        "lang": seat.language,
    }
    return page(request, seat, "plan/meetings/minutes_list.html", context)


@for_officers(Permission.WRITE_PLAN)
def draft(request: HttpRequest, seat: Seat, uid: UUID) -> HttpResponseBase:
    """Write minutes, each language beside the other, and propose them."""
    found = minutes_access.draft(seat, str(uid))
    if found is None:
        raise Http404
    if request.method == "POST":
        answer = _keep_or_propose(request, seat, str(uid), found[1])
        if answer is not None:
            return answer
        found = minutes_access.draft(seat, str(uid)) or found
    kept, written = found
    context = {
        "kept": kept,
        "draft": written,
        "missing": list(minutes_draft.lacking(written)),
        "languages": LANGUAGES,
        "names": LANGUAGE_NAMES,
        "authorities": meeting_services.authorities(seat),
        "sorts": [Sort.DECISION, Sort.ACTION],
        "channel": seat.channel,
    }
    return page(request, seat, "plan/meetings/minutes_draft.html", context)


def _keep_or_propose(request: HttpRequest, seat: Seat, uid: str, old: MinutesDraft) -> HttpResponseBase | None:
    version = number_of(request.POST.get("version", ""), 10**8) or 0
    try:
        if "discard" in request.POST:
            minutes_services.discard(seat, uid, version)
            messages.success(request, _("The draft is gone."))
            return redirect("plan:meeting", joint.channel_of(seat).uuid, old.meeting)
        minutes_services.change(seat, uid, read_form(request, seat, old), version)
        if "propose" not in request.POST:
            messages.success(request, _("The draft is kept."))
            return redirect("plan:minutes-draft", uid)
        document = minutes_services.propose(seat, uid, version + 1, request.POST.get("note", "")[:2000])
    except ComityError as error:
        messages.error(request, say_error(error))
        return None
    messages.success(request, _("The minutes are signed for this side and proposed to the other."))
    return redirect("plan:minutes", joint.channel_of(seat).uuid, document)


def read_form(request: HttpRequest, seat: Seat, old: MinutesDraft) -> MinutesDraft:
    """Return the minutes that the form says; what it does not ask for stays as it was."""
    authentic = request.POST.get("authentic", "")
    items = []
    for at, item in enumerate(old.items):
        decisions = [_decision(request, f"d-{at}-{n}", one) for n, one in enumerate(item.decisions)]
        made = [one for one in decisions if one is not None]
        added = _decision(
            request, f"d-{at}-{len(item.decisions)}", DecisionDraft(joint.new_key(seat), "", Sort.DECISION, {})
        )
        items.append(
            ItemDraft(
                key=item.key, order=item.order, title=text_of(request, f"title-{at}"),
                discussion=text_of(request, f"said-{at}"), decisions=[*made, *([added] if added else [])],
            )
        )  # fmt: skip
    return MinutesDraft(
        meeting=old.meeting, title=text_of(request, "title"), place=old.place, zone=old.zone, began=old.began,
        ended=old.ended, authentic=authentic if authentic in LANGUAGES else old.authentic, items=items,
        attendance=old.attendance, replaces=old.replaces,
    )  # fmt: skip


def _decision(request: HttpRequest, name: str, old: DecisionDraft) -> DecisionDraft | None:
    """Return a decision of the form; nothing where all its words were taken away."""
    text, post = text_of(request, name), request.POST
    if not text:
        return None
    sort = post.get(f"{name}-sort", "")
    return DecisionDraft(
        key=old.key,
        number=post.get(f"{name}-number", "").strip()[:30],
        sort=Sort(sort) if sort in {one.value for one in Sort} else old.sort,
        text=text,
        lead=post.get(f"{name}-lead", "")[:40],
        due=post.get(f"{name}-due", "")[:10],
    )


@require_safe
@for_officers(Permission.READ_PLAN)
def minutes(request: HttpRequest, seat: Seat, channel: UUID, uuid: UUID) -> HttpResponseBase:
    """Show minutes in all their languages, who has signed, and what differs from what was proposed before."""
    here = seat_in(seat, channel)
    found = minutes_access.minutes(here, str(uuid))
    if found is None:
        raise Http404
    body = found.body
    written = [one for one in LANGUAGES if any(one in item.title for item in ordered(body)) or one in body.title]
    shown = [body.authentic, *(one for one in written if one != body.authentic)]
    context: dict[str, Any] = {
        "page": found,
        "body": body,
        "items": ordered(body),
        "shown": shown,
        "names": LANGUAGE_NAMES,
        "awaits_us": found.opening is not None and found.opening.awaits(here.node.name),
        "ours": found.opening is not None and found.opening.author == here.node.name,
        "channel": here.channel,
        "lang": here.language,
        "may_write": here.may(Permission.WRITE_PLAN),
        "now": here.node.clock(),
    }
    return page(request, here, "plan/meetings/minutes.html", context)


@require_POST
@for_officers(Permission.WRITE_PLAN)
def answer(request: HttpRequest, seat: Seat, channel: UUID, uuid: UUID) -> HttpResponseBase:
    """Sign minutes, object to them, take own ones back, or write them anew."""
    here = seat_in(seat, channel)
    words = request.POST.get("words", "").strip()[:4000]
    back = redirect("plan:minutes", str(channel), str(uuid))
    if "again" in request.POST:
        try:
            uid = minutes_services.begin_again(here, str(uuid))
        except ComityError as error:
            messages.error(request, say_error(error))
            return back
        return redirect("plan:minutes-draft", uid)
    if "withdraw" in request.POST:
        return act(
            request, back, lambda: minutes_services.withdraw(here, str(uuid), words), _("It is taken back.")
        )  # fmt: skip
    concurs = "concur" in request.POST
    said = _("Signed for this side.") if concurs else _("The other side reads your reason.")
    return act(
        request, back, lambda: minutes_services.answer(here, str(uuid), concurs=concurs, words=words), said
    )  # fmt: skip


@require_safe
@for_officers(Permission.READ_PLAN)
def pdf(request: HttpRequest, seat: Seat, channel: UUID, uuid: UUID) -> HttpResponseBase:
    """Hand out minutes as PDF, the languages in columns beside each other."""
    return _file(request, seat_in(seat, channel), str(uuid), "pdf")


@require_safe
@for_officers(Permission.READ_PLAN)
def docx(request: HttpRequest, seat: Seat, channel: UUID, uuid: UUID) -> HttpResponseBase:
    """Hand out minutes as DOCX, to go on working on."""
    return _file(request, seat_in(seat, channel), str(uuid), "docx")


def _file(request: HttpRequest, seat: Seat, uuid: str, form: str) -> HttpResponseBase:
    asked = request.GET.get("language", "")
    leading = asked if asked in LANGUAGES else ""
    try:
        content = paper_services.minutes_file(seat, uuid, form, leading, [request.GET.get("beside", "")])
    except NotHereError:
        raise Http404 from None
    response = HttpResponse(content, content_type=PAPERS[form])
    response["Content-Disposition"] = f'attachment; filename="comity-minutes-{uuid[:13]}.{form}"'
    return response
