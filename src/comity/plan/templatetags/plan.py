"""Show states, texts, proposals and days of the plan alike on every page."""

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from django import template
from django.utils import formats
from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from comity.concurrence.access import ProposalView
from comity.concurrence.differences import Difference
from comity.desk.seat import language
from comity.desk.templatetags.desk import sign
from comity.plan import words
from comity.plan.indicator_access import Shown
from comity.plan.kinds.report import Light
from comity.plan.states import STATES, State
from comity.protocol.agreement.terms import Terms

register = template.Library()

_LEVELS: Final[Mapping[State, str]] = {
    State.PROPOSED: "queued",
    State.AGREED: "queued",
    State.IN_PROGRESS: "delivered",
    State.DELAYED: "due",
    State.BLOCKED: "refused",
    State.DONE_CLAIMED: "delivered",
    State.DONE_CONFIRMED: "accepted",
    State.CANCELLED: "erased",
}


@register.simple_tag
def action_state(value: State, late: bool = False) -> SafeString:  # a tag's arguments stand in order
    """Return how far an action is, as sign and word; ``late`` is said beside it."""
    level = _LEVELS[value]
    mark = format_html('<span class="mark mark-{}">{} {}</span>', level, sign(level), STATES[value])
    if not late:
        return mark
    return format_html('{} <span class="mark mark-overdue">{} {}</span>', mark, sign("overdue"), _("late"))


@register.simple_tag
def proposal_state(view: ProposalView) -> SafeString:
    """Return how a proposal stands."""
    level, said = words.STATUSES[view.status]
    return format_html('<span class="mark mark-{}">{} {}</span>', level, sign(level), said)


@register.filter
def said(text: Mapping[str, str] | None) -> SafeString:
    """Return a text in the language of the screen, else as it is there, marked with its language."""
    if not text:
        return SafeString("")
    here = language()
    chosen = here if here in text else next(iter(text))
    return format_html('<span lang="{}" dir="auto">{}</span>', chosen, text[chosen])


@register.filter
def day(value: date | None) -> SafeString:
    """Return a day as people of the language write it, isolated."""
    if value is None:
        return SafeString("")
    shown = formats.date_format(value, "DATE_FORMAT")
    return format_html('<time datetime="{}" class="nowrap"><bdi>{}</bdi></time>', value.isoformat(), shown)


@register.filter
def place(one: Difference) -> str:
    """Return what the place of a difference is called."""
    return one.title(language())


@register.filter
def stance(one: Any) -> str:  # noqa: ANN401  # a signer of a proposal; templates know no types
    """Return where a signer stands."""
    return str(words.STANCES[one.stance])


@register.simple_tag
def area_of(area: str, terms: Terms | None) -> str:
    """Return what the agreement calls an area."""
    return words.area_title(terms, area, language())


@register.simple_tag
def party_of(party: str, terms: Terms | None) -> str:
    """Return what the agreement calls a party."""
    return words.party_title(terms, party, language())


@register.simple_tag
def light(value: Light) -> SafeString:
    """Return a rating as sign and word."""
    level = {Light.GREEN: "accepted", Light.AMBER: "due", Light.RED: "refused"}[value]
    return format_html('<span class="mark mark-{}">{} {}</span>', level, sign(level), words.LIGHTS[value])


@register.simple_tag
def unit_of(one: Shown) -> Any:  # noqa: ANN401  # a text in its language, or what the catalogue calls the unit
    """Return the unit of an indicator: that of its measure, else as it was agreed."""
    return one.measure.unit if one.measure else said(one.indicator.unit)


@register.simple_tag
def rating_rule() -> Promise:
    """Return the rule by which areas are rated, in words."""
    return words.RULE
