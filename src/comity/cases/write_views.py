"""Answer for writing: the form with its live preflight, the look before sending, release by a second person."""

from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from comity.cases import access, draft_access, preflight, services
from comity.cases import vocabulary as v
from comity.cases import written as w
from comity.cases.items import Item
from comity.cases.kinds import ANSWERS, KIND_OF, NAMES, Kind
from comity.cases.records import Clarified, ConsentAsked, MoreTime, Notice, Reply, Request
from comity.cases.views import seat_in
from comity.cases.written import Written, unpack
from comity.channel import reading
from comity.desk.access import names_of
from comity.desk.drafts import Kept
from comity.desk.frame import page
from comity.desk.models import DraftState, Officer
from comity.desk.roles import Permission
from comity.desk.seat import Seat, for_officers
from comity.desk.words import say_error
from comity.protocol.errors import ComityError
from comity.protocol.records import Reality, Relation


@require_POST
@for_officers(Permission.WRITE_CASES)
def new(request: HttpRequest, seat: Seat) -> HttpResponseBase:
    """Begin a request or a notice, in a case of its own or in the one that the form names."""
    if seat.channel is None:
        raise Http404
    case = request.POST.get("case", "")
    if case and access.opening(seat, case) is None:
        raise Http404
    kind = Kind.NOTICE if request.POST.get("kind") == Kind.NOTICE else Kind.REQUEST
    kept = services.begin(seat, kind, case=case)
    return redirect("cases:write", kept.channel, kept.uid)


@require_POST
@for_officers(Permission.WRITE_CASES)
def answer(request: HttpRequest, seat: Seat, channel: UUID, case: UUID, uid: UUID, kind: str) -> HttpResponseBase:
    """Begin what answers a question of the partner, or asks something about it."""
    here = seat_in(seat, channel)
    if kind not in {*ANSWERS, Kind.CLARIFICATION, Kind.MORE_TIME}:
        raise Http404
    chosen = Kind(kind)
    try:
        if chosen in ANSWERS:
            kept = services.begin(here, chosen, answers=str(uid))
        else:
            kept = services.begin(here, chosen, concerns=str(uid))
    except ComityError as error:
        messages.error(request, say_error(error))
        return redirect("cases:thread", str(channel), str(case))
    return redirect("cases:write", kept.channel, kept.uid)


@require_safe
@for_officers(Permission.WRITE_CASES)
def own(request: HttpRequest, seat: Seat) -> HttpResponseBase:
    """Show the officer's drafts."""
    drafts = [(one, unpack(one.content), NAMES[KIND_OF[one.type]]) for one in draft_access.own_drafts(seat)]
    return page(request, seat, "cases/drafts.html", {"drafts": drafts, "now": seat.node.clock()})


@require_safe
@for_officers(Permission.RELEASE)
def release_list(request: HttpRequest, seat: Seat) -> HttpResponseBase:
    """Show what waits for a second person."""
    waiting = draft_access.to_release(seat)
    names = names_of([one.owner for one in waiting])
    rows = [(one, unpack(one.content), NAMES[KIND_OF[one.type]], names.get(one.owner, one.owner)) for one in waiting]
    return page(request, seat, "cases/release.html", {"drafts": rows, "now": seat.node.clock()})


@for_officers(Permission.WRITE_CASES)
def write(request: HttpRequest, seat: Seat, channel: UUID, uid: UUID) -> HttpResponseBase:
    """Show the form; on sending it, keep what is written and do what the button says."""
    here = seat_in(seat, channel)
    kept = _draft(here, uid)
    if kept.owner != seat.officer.pseudonym:
        raise Http404
    if request.method == "POST":
        try:
            return _act(request, here, kept)
        except ComityError as error:
            messages.error(request, say_error(error))
            return redirect("cases:write", kept.channel, kept.uid)
    if kept.state is DraftState.WAITING:
        return redirect("cases:review", kept.channel, kept.uid)
    return page(request, here, "cases/write.html", _form(here, kept, unpack(kept.content)))


def _act(request: HttpRequest, seat: Seat, kept: Kept) -> HttpResponseBase:
    if "discard" in request.POST:
        services.discard(seat, kept.uid)
        messages.info(request, _("The draft is deleted."))
        return redirect("cases:drafts")
    services.write(seat, kept.uid, request.POST.dict(), request.POST.getlist("grounds"))
    if "detach" in request.POST:
        services.detach(seat, kept.uid, request.POST["detach"])
    if "add-item" in request.POST:
        services.add_item(seat, kept.uid, request.POST["add-item"])
    dropped = request.POST.get("drop-item", "")
    if dropped.isdecimal() and len(dropped) < 4:
        services.drop_item(seat, kept.uid, int(dropped))
    for upload in request.FILES.getlist("upload"):
        services.attach(seat, kept.uid, upload.chunks(), upload.name or "")
    if "review" in request.POST:
        return redirect("cases:review", kept.channel, kept.uid)
    if "keep" in request.POST:
        messages.info(request, _("The draft is kept."))
        return redirect("cases:drafts")
    response = redirect("cases:write", kept.channel, kept.uid)
    about_items = dropped or "add-item" in request.POST
    response["Location"] += "#preflight" if "check" in request.POST else "#items" if about_items else "#attachments"
    return response


@require_POST
@for_officers(Permission.WRITE_CASES)
def check(request: HttpRequest, seat: Seat, channel: UUID, uid: UUID) -> HttpResponseBase:
    """Keep what is written so far and return what the agreement says about it: the live preflight."""
    here = seat_in(seat, channel)
    kept = _draft(here, uid)
    try:
        before, written = services.write(here, kept.uid, request.POST.dict(), request.POST.getlist("grounds"))
    except ComityError as error:
        return HttpResponse(say_error(error), status=409, content_type="text/plain; charset=utf-8")
    # Another clause offers other purposes, urgencies and codes; then these choices are drawn anew.
    narrow = unpack(before.content).clause != written.clause
    context = _form(here, kept, written) | {"seat": here, "narrow": narrow}
    return render(request, "cases/preflight_swap.html", context)


@for_officers(Permission.READ_CASES)
def review(request: HttpRequest, seat: Seat, channel: UUID, uid: UUID) -> HttpResponseBase:
    """Show a draft as it will go and what will happen; on a second look, send it, release it or return it."""
    here = seat_in(seat, channel)
    kept = _draft(here, uid)
    if request.method == "POST":
        try:
            return _decide(request, here, kept)
        except ComityError as error:
            messages.error(request, say_error(error))
            return redirect("cases:review", kept.channel, kept.uid)
    written = unpack(kept.content)
    context = _form(here, kept, written)
    mine = kept.owner == seat.officer.pseudonym
    context |= {
        "mine": mine,
        "waiting": kept.state is DraftState.WAITING,
        "writer": names_of([kept.owner]).get(kept.owner, kept.owner),
        "grounds": [v.GROUNDS[one] for one in written.grounds if one in v.GROUNDS],
        "source": v.SOURCES.get(written.source, ""),
        "information": v.INFORMATION.get(written.information, ""),
        "ground": v.REFUSAL_GROUNDS.get(written.ground, written.ground),
        "prose": [name for name in PROSE if name in w.FIELDS[KIND_OF[kept.type]]],
        "body": w.body(KIND_OF[kept.type], written),
    }
    return page(request, here, "cases/review.html", context)


def _decide(request: HttpRequest, seat: Seat, kept: Kept) -> HttpResponseBase:
    asked = request.POST.get("version", "")
    version = int(asked) if asked.isdecimal() and len(asked) < 10 else 0
    if "send" in request.POST:
        return _sent(request, kept, services.send(seat, kept.uid, version))
    if "release" in request.POST:
        return _sent(request, kept, services.release(seat, kept.uid, version))
    if "hand-over" in request.POST:
        services.hand_over(seat, kept.uid, version)
        messages.success(request, _("It waits for a second person."))
        return redirect("cases:drafts")
    if "return" in request.POST:
        services.give_back(seat, kept.uid, version, request.POST.get("note", ""))
        messages.success(request, _("It went back to the writer."))
        return redirect("cases:release")
    if "take-back" in request.POST:
        services.take_back(seat, kept.uid)
    return redirect("cases:write", kept.channel, kept.uid)


def _sent(request: HttpRequest, kept: Kept, case: str) -> HttpResponseBase:
    messages.success(request, _("It stands in our journal and is on its way."))
    return redirect("cases:thread", kept.channel, case)


def _draft(seat: Seat, uid: UUID) -> Kept:
    kept = draft_access.draft(seat, str(uid))
    if kept is None:
        raise Http404
    return kept


def _form(seat: Seat, kept: Kept, written: Written) -> dict[str, Any]:
    author = seat.officer if kept.owner == seat.officer.pseudonym else None
    if author is None:
        author = Officer.objects.filter(pseudonym=kept.owner).first()
    kind = KIND_OF[kept.type]
    about, about_items = _about(seat, kept, written)
    return {
        "kept": kept,
        "kind": kind,
        "name": NAMES[kind],
        "written": written,
        "fields": w.FIELDS[kind],
        "terms": seat.terms,
        "choices": preflight.choices(seat, kept, written),
        "look": preflight.look(seat, kept, written, author.authority if author else ""),
        "all_grounds": v.GROUNDS.items(),
        "sources": v.SOURCES.items(),
        "informations": v.INFORMATION.items(),
        "refusal_grounds": v.REFUSAL_GROUNDS.items(),
        "uses": v.USES.items(),
        "outcomes": v.OUTCOMES.items(),
        "item_kinds": v.ITEMS.items(),
        "partners": seat.partners(),
        "about": about,
        "about_items": about_items,
        "other_reality": Reality(kept.reality) is not seat.reality,
        "now": seat.node.clock(),
    }


PROSE: Final = ("question", "text", "reason", "conditions", "note")
"""Fields of running text, in the order in which they are read."""


@dataclass(frozen=True, slots=True)
class About:
    """Show what a draft answers or concerns."""

    title: Promise
    subject: str
    text: str
    language: str
    facts: tuple[str, ...]


def _about(seat: Seat, kept: Kept, written: Written) -> tuple[About | None, tuple[Item, ...]]:
    """Return what a draft refers to, to be read beside it, and the items that it can name."""
    record = access.referred(seat, kept.answers or written.concerns)
    if record is None:
        return None, ()
    body = reading.opened(seat.node, record)
    asked = access.referred(seat, record.header.reference(Relation.CONCERNS) or "")
    facts = [str(v.USES[body.use.value]), body.recipient] if isinstance(body, ConsentAsked) else []
    if isinstance(body, MoreTime):
        facts.append(ngettext("%(count)s hour", "%(count)s hours", body.hours) % {"count": body.hours})
    subject = access.subject_of(seat, record) or (access.subject_of(seat, asked) if asked else "")
    text = next((str(getattr(body, name)) for name in PROSE if getattr(body, name, "")), "")
    about = About(NAMES[KIND_OF[record.header.type]], subject, text, record.header.language or "", tuple(facts))
    return about, body.items if isinstance(body, Request | Reply | Notice | Clarified) else ()
