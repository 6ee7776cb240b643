"""Show texts in several languages, times of two sides, and the words of meetings, minutes and decisions."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django import template
from django.utils import formats
from django.utils.functional import Promise
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from comity.concurrence.access import ProposalView, SignerView
from comity.concurrence.differences import Difference
from comity.concurrence.reckoning import Status
from comity.concurrence.stances import StanceKind
from comity.desk.roles import Permission
from comity.desk.seat import Seat, language
from comity.plan import meeting_words as words
from comity.plan.calendar_days import Clash
from comity.plan.kinds.meeting import Course, Mark, Said, State
from comity.plan.kinds.minutes import Decision, Item, Minutes, Sort, Stage, Standing, ordered
from comity.plan.kinds.series import Series
from comity.plan.meeting_access import Room, SeriesRow
from comity.plan.meeting_draft import PointDraft
from comity.plan.minutes_draft import DecisionDraft, ItemDraft
from comity.plan.proposal_words import Waiting, waiting_of

register = template.Library()

_TONES = {
    State.INVITED: "due", State.NOT_AGREED: "refused", State.OPEN: "accepted", State.IN_PROGRESS: "due",
    State.CLOSED: "later", State.CALLED_OFF: "refused",
    Standing.OPEN: "later", Standing.UNDER_WAY: "due", Standing.HELD_UP: "due", Standing.DONE_CLAIMED: "due",
    Standing.DONE_CONFIRMED: "accepted", Standing.DISPUTED: "refused",
}  # fmt: skip


@register.simple_tag
def said(text: Mapping[str, str] | None) -> SafeString:
    """Return a text in the officer's language, else in another one, set off with its language."""
    if not text:
        return format_html("")
    wanted = language()
    chosen = next((one for one in (wanted, "en", *text) if text.get(one)), "")
    return format_html('<bdi lang="{}">{}</bdi>', chosen, text.get(chosen, ""))


@register.filter
def in_language(text: Mapping[str, str] | None, chosen: str) -> str:
    """Return a text in one language, empty where it is missing."""
    return (text or {}).get(chosen, "")


@register.filter
def get(held: Mapping[str, Any] | None, key: str) -> Any:  # noqa: ANN401  # whatever is held
    """Return what is held under a key."""
    return (held or {}).get(key)


@register.filter
def right_to_left(chosen: str) -> str:
    """Return the direction of a language."""
    return "rtl" if chosen == "ar" else "ltr"


@register.simple_tag
def hours(local: words.Local) -> SafeString:
    """Return when a meeting is, in one side's own time: ``Tue 19 Jan 2027, 09:00 - 12:00``."""
    day = formats.date_format(local.begins, "D j M Y")
    same = local.begins.date() == local.ends.date()
    ends = local.ends.strftime("%H:%M") if same else f"{formats.date_format(local.ends, 'D j M Y')}, {local.ends:%H:%M}"
    return format_html(
        '<time datetime="{}">{}, <bdi dir="ltr">{} – {}</bdi></time>',
        local.begins.isoformat(timespec="minutes"), day, local.begins.strftime("%H:%M"), ends,
    )  # fmt: skip


@register.simple_tag
def clock_time(instant: str, local: words.Local | None) -> SafeString:
    """Return the time of day at which a line was written, in our own time."""
    when = datetime.fromisoformat(instant)
    shown = when.astimezone(local.begins.tzinfo) if local else when
    return format_html('<time datetime="{}" dir="ltr">{}</time>', instant, shown.strftime("%H:%M"))


@register.simple_tag
def state_mark(state: State | Standing) -> SafeString:
    """Return a state as a mark: a colour and a word."""
    word: Promise = words.STATES[state] if isinstance(state, State) else words.STANDINGS[state]
    return format_html('<span class="mark mark-{}">{}</span>', _TONES[state], word)


@register.filter
def said_word(one: Said) -> Promise:
    """Return what a line holds."""
    return words.SAID[Said(one)]


@register.filter
def mark_word(one: Mark) -> Promise:
    """Return what a side makes of a point."""
    return words.MARKS[Mark(one)]


@register.filter
def course_word(one: Course) -> Promise:
    """Return a word on the course."""
    return words.COURSES[Course(one)]


@register.filter
def sort_word(one: Sort) -> Promise:
    """Return whether it is a decision or an action."""
    return words.SORTS[Sort(one)]


@register.filter
def stage_word(one: Stage) -> Promise:
    """Return how far a side says that something is."""
    return words.STAGES[Stage(one)]


@register.filter
def language_word(one: str) -> str:
    """Return what a language is called."""
    found = words.LANGUAGE_NAMES.get(one)
    return str(found) if found else one


@register.simple_tag
def clash_words(clash: Clash, seat: Seat) -> str:
    """Say what speaks against the time of a meeting."""
    terms = seat.terms
    party = terms.words(terms.parties[clash.party].title, seat.language) if terms else clash.party
    about = {"party": party, "day": formats.date_format(clash.day, "D j M Y")}
    if clash.at_night:
        return _("%(party)s: %(day)s is early or late in the day there.") % about
    if clash.holiday:
        return _("%(party)s: %(day)s is a holiday.") % about
    return _("%(party)s: %(day)s is no working day.") % about


@register.filter
def party_title(party: str, seat: Seat) -> str:
    """Return what a party is called."""
    terms = seat.terms
    return terms.words(terms.parties[party].title, seat.language) if terms and party in terms.parties else party


@register.simple_tag
def rule_words(series: Series) -> str:
    """Say how a series repeats."""
    rule = series.rule
    if rule is None:
        return _("on single days")
    last = _("on the last such weekday of the month")
    said_ = last if rule.last_weekday else str(words.FREQUENCIES[rule.frequency])
    if rule.every > 1:
        said_ = _("%(how)s, each %(every)s. time") % {"how": said_, "every": rule.every}
    if rule.until is not None:
        return _("%(how)s, until %(day)s") % {"how": said_, "day": formats.date_format(rule.until, "j M Y")}
    return _("%(how)s, %(count)s times") % {"how": said_, "count": rule.count} if rule.count else said_


@register.simple_tag
def lines_of(values: tuple[str, ...]) -> SafeString:
    """Return the lines of a value that differs."""
    return format_html_join("", "<div>{}</div>", ((one,) for one in values))


@register.filter
def stance_word(one: SignerView) -> str:
    """Say what a signer has said so far."""
    known = {
        StanceKind.WAITING: _("has not answered yet"),
        StanceKind.PENDING: _("has answered; the receipt is on its way"),
        StanceKind.SIGNED: _("has signed"),
        StanceKind.DEEMED: _("has let its time run out, which agrees"),
        StanceKind.OBJECTED: _("objects"),
        StanceKind.LAPSED: _("has let its time run out"),
    }
    return known.get(one.stance, "")


@register.filter
def fate(one: ProposalView) -> str:
    """Say what became of a proposal that is no longer open."""
    known = {
        Status.OBJECTED: _("objected to"),
        Status.WITHDRAWN: _("taken back"),
        Status.LAPSED: _("lapsed"),
        Status.REFUSED: _("refused by the other node"),
        Status.STALE: _("overtaken by another change"),
        Status.VOID: _("without effect"),
        Status.IN_FORCE: _("in force"),
        Status.SUPERSEDED: _("in force until it was changed"),
    }
    return known.get(one.status, "") if isinstance(one.status, Status) else ""


@register.simple_tag
def moment_of(when: datetime) -> SafeString:
    """Return an instant in the zone it bears: day, time, and the difference to UTC."""
    shown = f"{formats.date_format(when, 'D j M Y')}, {when:%H:%M}"
    zone = when.strftime("%z")
    return format_html(
        '<time datetime="{}">{}</time> <span class="muted" dir="ltr">UTC{}:{}</span>',
        when.isoformat(timespec="minutes"), shown, zone[:3], zone[3:5],
    )  # fmt: skip


@register.simple_tag
def difference_title(one: Difference, body: object = None) -> str:
    """Return the labels on the way to a field that differs; parts by what they are called, not by their keys."""
    names = _names(body)
    found = []
    for label in one.labels:
        key = label.get("", "")
        said_ = label.get(language()) or label.get("en") or names.get(key, "")
        if said_:
            found.append(said_)
    return " / ".join(found)


def _names(body: object) -> dict[str, str]:
    if not isinstance(body, Minutes):
        return {}
    items = ordered(body)
    keys = {id(item): key for key, item in body.items.items()}
    names = {keys[id(item)]: f"{at}. {words.said_in(item.title, language())}" for at, item in enumerate(items, 1)}
    return names | {key: one.number for item in items for key, one in item.decisions.items()}


@register.filter
def by_number(item: Item) -> list[tuple[str, Decision]]:
    """Return the decisions of a point in the order of their numbers."""
    return sorted(item.decisions.items(), key=lambda one: (len(one[1].number), one[1].number))


@register.simple_tag
def proposals(shown: Room | SeriesRow, seat: Seat) -> list[Waiting]:
    """Return what waits for an answer, as a page shows it."""
    return [waiting_of(seat, shown.found, one) for one in shown.waiting]


@register.simple_tag
def has_any(attendance: tuple[tuple[str, str, Any], ...], party: str) -> bool:
    """Say whether anybody of a side is named."""
    return any(side == party for side, _key, _one in attendance)


@register.filter
def may_write(seat: Seat) -> bool:
    """Say whether the officer writes in the working group."""
    return seat.may(Permission.WRITE_PLAN)


@register.inclusion_tag("plan/meetings/multi.html")
def point_fields(at: int, one: PointDraft | None, languages: tuple[str, ...]) -> dict[str, Any]:
    """Return the fields for the title of a point."""
    return {"name": f"point-{at}", "text": one.title if one else {}, "languages": languages, "label": _("Title")}


@register.inclusion_tag("plan/meetings/item_fields.html")
def item_fields(
    at: int, item: ItemDraft, languages: tuple[str, ...], authorities: list[str], sorts: list[Sort]
) -> dict[str, Any]:
    """Return the fields for a point of minutes: its title, what was said, its decisions and room for one more."""
    blank = DecisionDraft("", "", Sort.DECISION, {})
    decisions = [(f"d-{at}-{n}", one, one.number) for n, one in enumerate([*item.decisions, blank])]
    return {
        "item": item, "title_name": f"title-{at}", "said_name": f"said-{at}", "decisions": decisions,
        "languages": languages, "authorities": authorities, "sorts": sorts,
    }  # fmt: skip
