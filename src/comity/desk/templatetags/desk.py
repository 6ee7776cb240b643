"""Show instants, names, sizes, signs and receipt marks alike on every page."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Final

from django import template
from django.utils import formats, timezone
from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from hijridate import Gregorian

from comity.channel.reading import Held, Mark
from comity.desk import words
from comity.desk.rail import Place, places_in_case
from comity.desk.role_words import role_title
from comity.desk.roles import Permission
from comity.desk.seat import Seat, language
from comity.protocol.agreement.model import Clause
from comity.protocol.agreement.phrases import type_name as name_of_type
from comity.protocol.agreement.terms import Terms
from comity.protocol.names import parse_instant
from comity.protocol.records import Header, Reality

register = template.Library()

_HIJRI_YEARS: Final = (1925, 2076)
"""Whole Gregorian years for which the tables of Umm al-Qura are known."""
_SOON_MS: Final = 24 * 3600 * 1000

_PATHS: Final = {
    "today": "M3 3h10v10H3z M3 6h10 M6 1.5v3 M10 1.5v3",
    "cases": "M2 4h5l1.5 2H14v7H2z",
    "agreement": "M4 2h6l3 3v9H4z M6 7h5 M6 9.5h5 M6 12h3",
    "journal": "M3 2h9a1 1 0 0 1 1 1v11H4a1 1 0 0 1-1-1z M3 12h10 M6 5h4",
    "alarm": "M8 2l6.5 11.5h-13z M8 6.5v3 M8 11.4v.2",
    "node": "M2 3h12v4H2z M2 9h12v4H2z M4.5 5h.1 M4.5 11h.1",
    "write": "M3 13l.7-3L10.5 3.2l2.3 2.3L6 12.3z M9 5l2 2",
    "queued": "M8 2.5a5.5 5.5 0 1 0 0 11 5.5 5.5 0 1 0 0-11 M8 5v3.2l2 1.3",
    "delivered": "M2.5 8.5l3.5 3.5 7.5-8",
    "accepted": "M1.2 8.5l3.4 3.5 6.6-8 M8 11.4l.6.6 6.4-8",
    "refused": "M4 4l8 8 M12 4l-8 8",
    "due": "M8 2.5a5.5 5.5 0 1 0 0 11 5.5 5.5 0 1 0 0-11 M8 5v3.2l2 1.3",
    "overdue": "M8 2l6.5 11.5h-13z M8 6.5v3 M8 11.4v.2",
    "erased": "M2.5 8h11",
    "paused": "M5.5 3.5v9 M10.5 3.5v9",
    "search": "M7 2.5a4.5 4.5 0 1 1 0 9a4.5 4.5 0 0 1 0-9 M10.5 10.5l3 3",
    "statistics": "M2.5 2.5v11h11 M5 11V8 M8 11V5 M11 11V7",
    "plan": "M2 3.5h7v2.5H2z M6 7h6v2.5H6z M9 10.5h5V13H9z",
    "plus": "M8 3v10 M3 8h10",
    "clip": "M5 8.5l4-4a2 2 0 0 1 2.9 2.9l-5 5a3.2 3.2 0 0 1-4.6-4.5L7 3.2",
    "person": "M8 2.5a2.6 2.6 0 1 0 0 5.2 2.6 2.6 0 1 0 0-5.2 M3 13.5c.5-2.7 2.4-4 5-4s4.5 1.3 5 4",
    "release": "M8 13V3.5 M4.2 7L8 3.2 11.8 7",
    "eye": "M1.5 8c4-6 9-6 13 0-4 6-9 6-13 0z M8 6a2 2 0 1 0 0 4 2 2 0 1 0 0-4",
    "screening": "M6.5 2a4.5 4.5 0 1 0 0 9 4.5 4.5 0 1 0 0-9 M10 10l4 4 M4.5 6.5h4",
    "info": "M8 2.5a5.5 5.5 0 1 0 0 11 5.5 5.5 0 1 0 0-11 M8 7.2v3.6 M8 5v.2",
}


@register.simple_tag
def sign(name: str) -> SafeString:
    """Return a small drawn sign; the word beside it carries the meaning for those who do not see it."""
    return format_html(
        '<svg class="sign" viewBox="0 0 16 16" width="16" height="16" aria-hidden="true" focusable="false">'
        '<path d="{}"/></svg>',
        _PATHS.get(name, ""),
    )


@register.simple_tag
def mark(value: Mark | None) -> SafeString:
    """Return a receipt mark: sign and word."""
    if value is None:
        return mark_safe("")  # constant
    return format_html('<span class="mark mark-{}">{} {}</span>', value.value, sign(value.value), words.MARKS[value])


@register.simple_tag
def reality(value: Reality) -> Promise:
    """Return the word for a reality."""
    return words.REALITIES[Reality(value)]


@register.simple_tag
def role(value: str) -> str:
    """Return what a role is called."""
    return role_title(value)


@register.simple_tag
def indent(depth: int) -> str:
    """Return what sets a unit off below the one it belongs to; read out as nothing."""
    return "\u2003" * depth


@register.filter
def may(seat: Seat, permission: str) -> bool:
    """Say whether the table allows it to the officer; it only hides what the service would refuse."""
    return seat.may(Permission(permission))


@register.simple_tag
def in_case(seat: Seat) -> Sequence[Place]:
    """Return what other areas let an officer begin from a case."""
    return places_in_case(seat)


def _local(ms: int) -> datetime:
    return timezone.localtime(datetime.fromtimestamp(ms / 1000, UTC))


@register.filter
def moment(ms: int | None) -> SafeString:
    """Return an instant as date and time in the officer's zone and language."""
    if not ms:
        return format_html("<span>{}</span>", _("never"))
    when = _local(ms)
    shown = f"{formats.date_format(when, 'j M Y')}, {formats.date_format(when, 'H:i')}"
    return format_html('<time datetime="{}">{}{}</time>', when.isoformat(timespec="seconds"), shown, _hijri(when))


@register.filter
def day(ms: int | None) -> SafeString:
    """Return an instant as a date."""
    if not ms:
        return format_html("<span>{}</span>", _("never"))
    when = _local(ms)
    shown = formats.date_format(when, "j M Y")
    return format_html('<time datetime="{}">{}{}</time>', when.date().isoformat(), shown, _hijri(when))


def _hijri(when: datetime) -> SafeString:
    """Return the day in the calendar of Umm al-Qura as well, on screens in Arabic and for the years that it knows."""
    if language() != "ar" or not _HIJRI_YEARS[0] <= when.year <= _HIJRI_YEARS[1]:
        return mark_safe("")  # constant
    day_ = Gregorian(when.year, when.month, when.day).to_hijri()
    shown = f"{day_.day} {day_.month_name('ar')} {day_.year} {day_.notation('ar')}"
    return format_html(' <span class="hijri">({})</span>', shown)


@register.simple_tag
def remaining(when_ms: int, now_ms: int) -> str:
    """Return how long until an instant, or since: "5 hours left", "2 days overdue"."""
    left = when_ms - now_ms
    said = {"amount": amount(abs(left))}
    return _("%(amount)s left") % said if left >= 0 else _("%(amount)s overdue") % said


@register.simple_tag
def ago(when_ms: int, now_ms: int) -> str:
    """Return how long ago an instant was."""
    if not when_ms:
        return _("never")
    if now_ms - when_ms < 60_000:
        return _("just now")
    return _("%(amount)s ago") % {"amount": amount(max(0, now_ms - when_ms))}


def amount(ms: int) -> str:
    """Return a length of time in the unit in which people say it."""
    minutes = ms // 60_000
    if minutes < 90:
        return ngettext("%(count)s minute", "%(count)s minutes", minutes) % {"count": minutes}
    hours = minutes // 60
    if hours < 48:
        return ngettext("%(count)s hour", "%(count)s hours", hours) % {"count": hours}
    return ngettext("%(count)s day", "%(count)s days", hours // 24) % {"count": hours // 24}


@register.filter
def unlocal(value: int) -> str:
    """Return a number as programs read it."""
    return str(value)


@register.filter
def size(count: int) -> str:
    """Return a number of bytes as people say it."""
    value, unit = float(count), "B"
    for larger in ("kB", "MB", "GB", "TB"):
        if value < 1000:
            break
        value, unit = value / 1000, larger
    places = 0 if unit == "B" or value >= 100 else 1
    shown = formats.number_format(round(value, places), places, use_l10n=True)
    return f"\u2068{shown}\u00a0{unit}\u2069"


@register.filter
def type_name(tag: str) -> str:
    """Return what people call the records of a type."""
    return name_of_type(tag, language())


@register.filter
def short(digest: str) -> str:
    """Return the first digits of a digest, enough to compare at a glance."""
    return digest.removeprefix("sha256:")[:12]


@register.filter
def ltr(value: str) -> str:
    """Return a number or name isolated from left to right, where no markup can do it (options of a choice)."""
    return f"\u2066{value}\u2069"


@register.filter
def grouped(value: str) -> str:
    """Return hexadecimal digits in groups of eight, to be read out."""
    digits = value.removeprefix("sha256:")
    return " ".join(digits[at : at + 8] for at in range(0, len(digits), 8))


@register.simple_tag
def words_of(line: Mapping[str, str], terms: Terms) -> str:
    """Return a text of the agreement in the officer's language."""
    return terms.words(line, language())


@register.simple_tag
def purposes_of(clause: Clause, terms: Terms) -> str:
    """Return the purposes of a clause as the agreement names them."""
    return _(", ").join(words.purpose_title(terms, one) for one in clause.purposes)


@register.simple_tag
def purpose_of(purpose: str | None, terms: Terms | None) -> str:
    """Return what the agreement calls a purpose."""
    return words.purpose_title(terms, purpose) if terms and purpose else purpose or ""


@register.simple_tag
def handling_of(handling: str | None, terms: Terms | None) -> str:
    """Return what the agreement calls a handling code."""
    return words.handling_title(terms, handling) if terms and handling else handling or ""


@register.simple_tag
def urgency_of(header: Header, terms: Terms | None) -> str:
    """Return what the agreement calls the urgency of a record."""
    urgency = header.urgency or ""
    return words.urgency_title(terms, header.clause or "", header.type, urgency) if terms else urgency


@register.simple_tag
def due_mark(when_ms: int, now_ms: int) -> SafeString:
    """Return by when something is due, as sign and words; amber from a day before, red once it is late."""
    left = when_ms - now_ms
    level = "overdue" if left < 0 else "due" if left < _SOON_MS else "later"
    title = moment(when_ms)
    return format_html(
        '<span class="mark mark-{}">{} {} <span class="visually-hidden">{}</span></span>',
        level,
        sign("overdue" if left < 0 else "due"),
        remaining(when_ms, now_ms),
        title,
    )


@register.filter
def written_at(record: Held) -> int:
    """Return when a record says it was written."""
    return parse_instant(record.header.time)
