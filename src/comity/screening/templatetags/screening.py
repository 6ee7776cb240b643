"""Show persons, rules, states and counts of screening alike on every page."""

from typing import Final

from django import template
from django.utils import formats
from django.utils.functional import Promise
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from comity.desk.seat import language
from comity.desk.templatetags.desk import sign
from comity.matching import BirthDate, Mrz, Rule
from comity.screening import words
from comity.screening.access import RuleShown
from comity.screening.budgets import UNBOUNDED
from comity.screening.imports import Loss
from comity.screening.models import CheckState, HitState, PublicationState
from comity.screening.records import Finding
from comity.screening.subjects import Subject

register = template.Library()

_LEVELS: Final = {
    CheckState.DONE: "accepted",
    CheckState.RUNNING: "delivered",
    CheckState.WAITING: "due",
    CheckState.PAUSED: "due",
    CheckState.STOPPED: "refused",
    HitState.OPEN: "due",
    HitState.REQUESTED: "delivered",
    HitState.REVIEWED: "accepted",
    HitState.CLEARED: "accepted",
    PublicationState.WAITING: "due",
    PublicationState.RUNNING: "delivered",
    PublicationState.DONE: "accepted",
    PublicationState.FAILED: "refused",
}


def _mark(state: CheckState | HitState | PublicationState, word: Promise) -> SafeString:
    level = _LEVELS[state]
    return format_html('<span class="mark mark-{}">{} {}</span>', level, sign(level), word)


@register.simple_tag
def check_state(value: CheckState) -> SafeString:
    """Return how far a check is."""
    return _mark(value, words.CHECKS[value])


@register.simple_tag
def hit_state(value: HitState) -> SafeString:
    """Return what became of a hit."""
    return _mark(value, words.HITS[value])


@register.simple_tag
def publication_state(value: PublicationState) -> SafeString:
    """Return how far a publication is."""
    return _mark(value, words.PUBLICATIONS[value])


@register.simple_tag
def finding(value: Finding) -> Promise:
    """Return what a person found."""
    return words.FINDINGS[value]


@register.simple_tag
def rule_words(value: Rule) -> Promise:
    """Return a rule as a sentence."""
    return words.RULES[value]


@register.simple_tag
def measured(rule: RuleShown) -> str:
    """Return what reviews measured of a rule so far."""
    if rule.precision is None:
        return _("not measured yet")
    total = rule.same + rule.different
    share = round(rule.precision * 100)
    return _("%(share)s%% of %(total)s reviewed were the same person") % {"share": share, "total": total}


@register.simple_tag
def own_words(sentence: str) -> SafeString:
    """Return a sentence of the program in the officer's language; where it has none there, marked as English."""
    said = _(sentence)
    plain = said == sentence and language() != "en"
    return format_html('<bdi lang="en" dir="ltr">{}</bdi>' if plain else "<bdi>{}</bdi>", said)


@register.simple_tag
def digits_of(zone: Mrz) -> SafeString:
    """Return each check digit of a zone: what it covers and whether it holds."""
    rows = ((_digit(one.holds), words.DIGITS.get(one.name, one.name)) for one in zone.checks)
    return format_html_join("", "<li>{} {}</li>", rows)


def _digit(holds: bool) -> SafeString:  # one word of two
    level, word = ("accepted", _("holds")) if holds else ("refused", _("does not hold"))
    return format_html('<span class="mark mark-{}">{} {}</span>', level, sign(level), word)


@register.filter
def budget(count: int) -> str:
    """Return how many questions are left."""
    return _("no limit") if count >= UNBOUNDED else str(formats.number_format(count, use_l10n=True))


@register.simple_tag
def loss(value: Loss) -> Promise:
    """Return what a fault cost."""
    return words.LOSSES[value]


@register.filter
def person_names(subject: Subject | None) -> SafeString:
    """Return the names of a person, each isolated; without any, the documents."""
    if subject is None:
        return format_html('<span class="muted">{}</span>', _("erased"))
    names = subject.person.names or tuple(one.number for one in subject.documents)
    return format_html_join(_(", "), "<bdi>{}</bdi>", ((one,) for one in names[:6]))


@register.filter
def born(subject: Subject) -> SafeString:
    """Return the dates of birth of a person."""
    return format_html_join(_(", "), '<bdi dir="ltr">{}</bdi>', ((_date(one),) for one in subject.person.births))


def _date(birth: BirthDate) -> str:
    parts = [f"{birth.year:04}", *(f"{one:02}" for one in (birth.month, birth.day) if one)]
    return "-".join(parts)


@register.filter
def papers(subject: Subject) -> SafeString:
    """Return the documents of a person."""
    rows = ((words.DOCUMENTS[one.kind], one.state, one.number) for one in subject.documents)
    return format_html_join(_(", "), '{} <bdi dir="ltr">{} {}</bdi>', rows)
