"""Show what only cases know: grounds, evaluations, what the agreement says about a field."""

from collections.abc import Sequence

from django import template
from django.utils.functional import Promise

from comity.cases.preflight import Preflight
from comity.cases.records import Reply
from comity.cases.written import INFORMATION, REFUSAL_GROUNDS, SOURCES
from comity.desk.words import Said

register = template.Library()


@register.simple_tag
def refusal_ground(ground: str) -> str | Promise:
    """Return a ground for refusing in words; one this node does not know speaks for itself."""
    return REFUSAL_GROUNDS.get(ground, ground)


@register.simple_tag
def evaluation(body: Reply) -> str:
    """Return how far a reply can be trusted, in words."""
    return f"{SOURCES[body.source]}; {INFORMATION[body.information]}"


@register.simple_tag
def said_about(look: Preflight, field: str) -> Sequence[Said]:
    """Return what the agreement says about one field."""
    return look.by_field.get(field, ())
