"""Show what only cases know: grounds, evaluations, clocks, items, and what the agreement says about a field."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from babel.languages import get_official_languages
from django import template
from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import override

from comity.cases import vocabulary as v
from comity.cases.clocks import Timed
from comity.cases.items import Item
from comity.cases.kinds import NAMES, Kind
from comity.cases.policy import Rule, Verdict
from comity.cases.preflight import Preflight
from comity.cases.records import Notice, Reply
from comity.cases.written import WrittenItem
from comity.concurrence.clocks import ClockState
from comity.desk.seat import language
from comity.desk.templatetags.desk import amount, due_mark, moment, sign
from comity.desk.words import Said
from comity.protocol.agreement.model import OnExpiry
from comity.protocol.agreement.phrases import LANGUAGES
from comity.protocol.agreement.terms import Terms

register = template.Library()

_LANGUAGES: Final = ("en", "de", "ar")


@register.simple_tag
def kind_name(kind: Kind) -> Promise:
    """Return what a kind of record is called."""
    return NAMES[Kind(kind)]


@register.simple_tag
def refusal_ground(ground: str) -> str | Promise:
    """Return a ground for refusing in words; one this node does not know speaks for itself."""
    return v.REFUSAL_GROUNDS.get(ground, ground)


@register.simple_tag
def use_name(use: str) -> str | Promise:
    """Return a use in words."""
    return v.USES.get(str(use), use)


@register.simple_tag
def outcome_name(outcome: str) -> str | Promise:
    """Return an outcome in words."""
    return v.OUTCOMES.get(str(outcome), outcome)


@register.simple_tag
def evaluation(body: Reply | Notice) -> str:
    """Return how far a content can be trusted, in words."""
    return f"{v.SOURCES[body.source]}; {v.INFORMATION[body.information]}"


@register.simple_tag
def said_about(look: Preflight, field: str) -> Sequence[Said]:
    """Return what the agreement says about one field."""
    return look.by_field.get(field, ())


@register.simple_tag
def clock_mark(clock: Timed | None, now_ms: int) -> SafeString:
    """Return how the clock of an open question stands: time left, standing still, or late, and what then follows."""
    if clock is None:
        return mark_safe("")  # constant
    state = clock.state(now_ms)  # type: ignore[arg-type]  # the template hands on the node's clock
    if state is ClockState.PAUSED:
        left = _("stands still, %(amount)s left") % {"amount": amount(clock.left(now_ms))}  # type: ignore[arg-type]  # the same
        return format_html('<span class="mark mark-later">{} {}</span>', sign("paused"), left)
    if clock.due is None:
        return format_html('<span class="mark mark-later">{}</span>', _("without an end"))
    return due_mark(clock.due, now_ms)


@register.simple_tag
def clock_line(clock: Timed, now_ms: int) -> SafeString:
    """Return a clock in a sentence: when it began, what was added, when it ends and what follows then."""
    begun = moment(clock.received) if clock.received else _("not received yet")
    parts = [format_html("{} {}", _("received"), begun)]
    if clock.granted_ms:
        parts.append(format_html("{}", _("extended by %(amount)s") % {"amount": amount(clock.granted_ms)}))
    if clock.due is not None:
        parts.append(format_html("{} {}", _("answer due"), moment(clock.due)))
    elif clock.state(now_ms) is ClockState.PAUSED:  # type: ignore[arg-type]  # the template hands on the node's clock
        parts.append(format_html("{}", _("stands still until the clarification is answered")))
    parts.append(format_html("{}", _EXPIRY[clock.on_expiry]))
    joined = parts[0]
    for part in parts[1:]:
        joined = format_html("{}; {}", joined, part)
    return joined


class _Expiry:
    """Say what follows when the time is up, in the language of the screen when it is asked."""

    def __getitem__(self, what: OnExpiry) -> str:
        if what is OnExpiry.LAPSE:
            return _("then it lapses")
        return (
            _("then silence agrees") if what is OnExpiry.DEEMED_AGREED else _("then it is passed on to the supervisors")
        )


_EXPIRY: Final = _Expiry()


@register.simple_tag
def item_title(item: Item) -> Promise:
    """Return what an item is: person, document, ..."""
    return v.ITEMS[str(item.__struct_config__.tag)]


@register.simple_tag
def item_rows(item: Item) -> list[tuple[str | Promise, str, str]]:
    """Return what an item says, as label, field and text; the first is what it cannot lack."""
    fields = v.ITEM_FIELDS[str(item.__struct_config__.tag)]
    return [(v.ITEM_LABELS[name], name, str(getattr(item, name))) for name in fields if getattr(item, name)]


@register.simple_tag
def item_evaluation(item: Item) -> str:
    """Return the evaluation of an item where it has its own."""
    parts = [str(v.SOURCES[item.source])] if item.source else []
    parts += [str(v.INFORMATION[item.information])] if item.information else []
    return "; ".join(parts)


@register.simple_tag
def rule_mark(verdict: Verdict) -> SafeString:
    """Return whether a use is allowed, as sign and word."""
    level = {Rule.FREE: "accepted", Rule.CONSENT: "due", Rule.NEVER: "refused"}[verdict.rule]
    word = _("by consent given") if verdict.allowed and verdict.consents else v.RULES[verdict.rule]
    return format_html('<span class="mark mark-{}">{} {}</span>', level, sign(level), word)


@register.filter
def items_of(verdicts: Mapping[Any, Verdict]) -> Iterator[tuple[Any, Verdict]]:
    """Go through uses and what is said of them."""
    return iter(verdicts.items())


@register.simple_tag
def item_name(item: Item) -> str:
    """Return what an item cannot lack: the name, number, plate or address."""
    return str(getattr(item, v.ITEM_FIELDS[str(item.__struct_config__.tag)][0]))


@register.simple_tag
def item_heading(kind: str) -> Promise:
    """Return what a kind of item is called."""
    return v.ITEMS[kind]


@register.filter
def item_fields(item: WrittenItem) -> Sequence[str]:
    """Return the fields that this kind of item has."""
    return v.ITEM_FIELDS[item.kind]


@register.simple_tag
def language_name(code: str | None) -> str:
    """Return what a language is called; one without a name here is shown by its code."""
    return LANGUAGES[language()].get(code, code) if code else ""


@register.simple_tag(takes_context=True)
def label(context: Mapping[str, Any], name: str, *, item: bool = False) -> SafeString:
    """Return a label in the officer's language with the partner's beside it, each in its own script."""
    text = (v.ITEM_LABELS if item else v.LABELS)[name]
    return _both(text, partner_language(context))


@register.simple_tag(takes_context=True)
def in_both(context: Mapping[str, Any], text: str | Promise) -> SafeString:
    """Return a text of ours in the officer's language with the partner's beside it."""
    return _both(text, partner_language(context))


def _both(text: str | Promise, other: str) -> SafeString:
    if not other:
        return format_html("{}", text)
    with override(other):
        theirs = str(text)
    direction = "rtl" if other == "ar" else "ltr"
    return format_html('{} <span class="theirs" lang="{}" dir="{}">{}</span>', text, other, direction, theirs)


def partner_language(context: Mapping[str, Any]) -> str:
    """Return the partner's official language where the screens speak it and the officer reads another."""
    seat = context.get("seat")
    partners = seat.partners() if seat is not None else ()
    spoken = get_official_languages(partners[0][:2]) if partners else ()
    return next((one for one in spoken if one in _LANGUAGES and one != language()), "")


@register.simple_tag(takes_context=True)
def value(context: Mapping[str, Any], name: str) -> str:
    """Return what is written in a field of the draft so far."""
    return str(getattr(context["written"], name))


@register.simple_tag
def entry(item: object, name: str) -> str:
    """Return what is written in a field of an item so far."""
    return str(getattr(item, name))


@register.inclusion_tag("cases/fields/line.html", takes_context=True)
def field_line(
    context: dict[str, Any], name: str, most: int = 200, hint: str = "", sort: str = "text"
) -> dict[str, Any]:
    """Ask for a line of text."""
    return _field(context, name, hint) | {"most": most, "sort": sort}


@register.inclusion_tag("cases/fields/area.html", takes_context=True)
def field_area(
    context: dict[str, Any], name: str, rows: int = 5, hint: str = "", most: int = 100_000
) -> dict[str, Any]:
    """Ask for a text of several lines."""
    return _field(context, name, hint) | {"rows": rows, "most": most}


@register.inclusion_tag("cases/fields/choice.html", takes_context=True)
def field_choice(
    context: dict[str, Any], name: str, options: Sequence[tuple[str, str]], hint: str = ""
) -> dict[str, Any]:
    """Ask for one of several."""
    return _field(context, name, hint) | {"options": list(options)}


def _field(context: Mapping[str, Any], name: str, hint: str) -> dict[str, Any]:
    kept = {one: context.get(one) for one in ("seat", "written", "look")}
    return kept | {"name": name, "value": getattr(context["written"], name), "hint": hint}


@register.simple_tag
def area_named(area: str, terms: Terms | None) -> str:
    """Return what the agreement calls an area."""
    found = next((one for one in terms.agreement.areas if one.id == area), None) if terms else None
    return terms.words(found.title, language()) if terms and found else area


@register.simple_tag
def party_named(party: str, terms: Terms | None) -> str:
    """Return what the agreement calls a party."""
    found = terms.parties.get(party) if terms else None
    return terms.words(found.title, language()) if terms and found else party


@register.simple_tag
def ground_named(ground: str) -> str:
    """Return what the ground of a refusal is called."""
    return str(v.REFUSAL_GROUNDS.get(ground, ground))
