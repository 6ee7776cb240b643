"""Draft minutes from what both sides wrote in a meeting, as plain values that a form shows and a draft keeps.

Nothing is made up: a language in which nobody wrote stays empty, and the form says what the authentic one still lacks.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Final

import msgspec
from django.utils.translation import gettext as _

from comity.plan.exchange import LANGUAGES
from comity.plan.kinds.meeting import Course, Line, Meeting, Said, agenda, unreached, written
from comity.plan.kinds.minutes import Decision, Item, Minutes, Sort
from comity.plan.kinds.parts import Present
from comity.plan.meeting_joint import UnfitError

_SORTS: Final = {Said.DECISION: Sort.DECISION, Said.ACTION: Sort.ACTION}


class DecisionDraft(msgspec.Struct, frozen=True):
    """Hold a decision as it is being written."""

    key: str
    number: str
    sort: Sort
    text: dict[str, str]
    lead: str = ""
    due: str = ""


class ItemDraft(msgspec.Struct, frozen=True):
    """Hold a point as it is being written."""

    key: str
    order: int
    title: dict[str, str]
    discussion: dict[str, str]
    decisions: list[DecisionDraft]


class MinutesDraft(msgspec.Struct, frozen=True):
    """Hold minutes as they are being written."""

    meeting: str
    title: dict[str, str]
    place: dict[str, str]
    zone: str
    began: str
    ended: str
    authentic: str
    items: list[ItemDraft]
    attendance: dict[str, dict[str, Present]]
    replaces: str = ""


def draft_of(meeting: str, body: Meeting, number: int, authentic: str, began: str, ended: str) -> MinutesDraft:
    """Return minutes drafted from a meeting; ``number`` is which meeting of the group it is."""
    lines = written(body)
    left = {key for _party, key, _point in unreached(body)}
    made: list[ItemDraft] = []
    counted = Counter[str]()
    for _party, key, point in agenda(body):
        about = [(party, name, line) for party, name, line in lines if line.point == key]
        if key in left and not about:
            continue
        made.append(_item(key, point.order, dict(point.title), about, number, counted))
    known = {one.key for one in made}
    loose = [one for one in lines if one[2].point not in known]
    if loose:
        title = {"en": "Other business", "de": "Verschiedenes", "ar": "ما يستجد من أعمال"}
        made.append(_item("other", 10_000, title, loose, number, counted))
    return MinutesDraft(
        meeting=meeting,
        title=dict(body.title),
        place=dict(body.place),
        zone=body.zone,
        began=began,
        ended=ended,
        authentic=authentic,
        items=made,
        attendance={party: dict(held) for party, held in body.attendance.items()},
    )


def _item(
    key: str,
    order: int,
    title: dict[str, str],
    about: list[tuple[str, str, Line]],
    number: int,
    counted: Counter[str],
) -> ItemDraft:
    notes: dict[str, list[str]] = {}
    decisions = []
    for party, name, line in about:
        if line.said is Said.NOTE:
            notes.setdefault(line.language, []).append(f"{party}: {line.text}")
            continue
        counted["all"] += 1
        due = line.due.isoformat() if line.due else ""
        decisions.append(
            DecisionDraft(
                name, f"{number}/{counted['all']}", _SORTS[line.said], {line.language: line.text}, line.lead or "", due
            )
        )
    return ItemDraft(key, order, title, {language: "\n".join(said) for language, said in notes.items()}, decisions)


def hours(body: Meeting, begins: str, ends: str) -> tuple[str, str]:
    """Return when a meeting began and ended, as both sides said; where nobody did, when it was to."""
    began = [word.at for word in body.course.values() if word.said is Course.BEGUN]
    ended = [word.at for word in body.course.values() if word.said is Course.ENDED]
    first = min(began, default=begins)
    return first, max((one for one in (max(ended, default=ends),) if one >= first), default=first)


def most_written(body: Meeting, otherwise: str) -> str:
    """Return the language in which most lines of a meeting are."""
    counted = Counter(line.language for _party, _key, line in written(body))
    return max(counted, key=lambda one: (counted[one], one), default=otherwise)


def lacking(draft: MinutesDraft) -> Iterator[str]:
    """Go through what a draft still lacks, in words."""
    language = draft.authentic
    if not _text(draft.title).get(language):
        yield _("The title is missing in the authentic language.")
    for at, item in enumerate(draft.items, 1):
        about = {"point": at}
        if not _text(item.title).get(language):
            yield _("Point %(point)s: the title is missing in the authentic language.") % about
        if _text(item.discussion) and not _text(item.discussion).get(language):
            yield _("Point %(point)s: the discussion is missing in the authentic language.") % about
        for one in item.decisions:
            if not _text(one.text).get(language):
                yield _("Decision %(number)s is missing in the authentic language.") % {"number": one.number}
            if one.due and not _day(one.due):
                yield _("Decision %(number)s: the date is none.") % {"number": one.number}
    numbers = Counter(one.number.strip() for item in draft.items for one in item.decisions)
    if any(count > 1 for count in numbers.values()) or "" in numbers:
        yield _("Each decision needs a number of its own.")


def completed(draft: MinutesDraft, parties: tuple[str, ...]) -> Minutes:
    """Return the minutes that a draft says.  Raises `UnfitError` with the first thing that it lacks."""
    missing = next(lacking(draft), None)
    if missing is not None:
        raise UnfitError(missing, _("Fill in what is missing."))
    try:
        return Minutes(
            meeting=draft.meeting,
            title=_text(draft.title),
            place=_text(draft.place) or _text(draft.title),
            zone=draft.zone,
            began=draft.began,
            ended=draft.ended,
            authentic=draft.authentic,
            items={one.key: _made(one) for one in draft.items},
            attendance=draft.attendance,
            follow={party: {} for party in parties},
            replaces=draft.replaces or None,
        )
    except ValueError as error:
        raise UnfitError(_("The minutes cannot be proposed as they stand.")) from error


def again(uuid: str, minutes: Minutes) -> MinutesDraft:
    """Return a draft of minutes that replace those of ``uuid``."""
    items = [
        ItemDraft(
            key=key,
            order=item.order,
            title=dict(item.title),
            discussion=dict(item.discussion or {}),
            decisions=[
                DecisionDraft(
                    name, one.number, one.sort, dict(one.text), one.lead or "", one.due.isoformat() if one.due else ""
                )
                for name, one in sorted(item.decisions.items(), key=lambda pair: pair[1].number)
            ],
        )
        for key, item in sorted(minutes.items.items(), key=lambda pair: (pair[1].order, pair[0]))
    ]
    return MinutesDraft(
        meeting=minutes.meeting,
        title=dict(minutes.title),
        place=dict(minutes.place),
        zone=minutes.zone,
        began=minutes.began,
        ended=minutes.ended,
        authentic=minutes.authentic,
        items=items,
        attendance={party: dict(held) for party, held in minutes.attendance.items()},
        replaces=uuid,
    )


def _made(draft: ItemDraft) -> Item:
    decisions = {
        one.key: Decision(
            number=one.number.strip(), sort=one.sort, text=_text(one.text), lead=one.lead or None, due=_day(one.due)
        )
        for one in draft.decisions
    }
    return Item(
        title=_text(draft.title), order=draft.order, discussion=_text(draft.discussion) or None, decisions=decisions
    )


def _text(given: Mapping[str, str]) -> dict[str, str]:
    """Return a text without the languages in which nothing was written."""
    return {language: given[language].strip() for language in LANGUAGES if given.get(language, "").strip()}


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        return None
