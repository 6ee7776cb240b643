"""Put minutes on paper: what was said and decided, each language beside the other, one of them authentic."""

from dataclasses import dataclass
from datetime import date, datetime

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from comity.desk.paper.values import Block, Column, Facts, Heading, Paper, Prose, Signatures, Table, Words
from comity.plan.exchange import Said
from comity.plan.papers.frame import Frame

_LANGUAGES: dict[str, Promise] = {"en": _("English"), "de": _("German"), "ar": _("Arabic")}


@dataclass(frozen=True, slots=True)
class Present:
    """Say who took part, by function and authority; names stay with each side."""

    authority: str
    function: Said
    present: bool = True


@dataclass(frozen=True, slots=True)
class Decision:
    """Hold a decision, with who carries it out by when."""

    number: str
    text: Said
    lead: str = ""
    due: date | None = None


@dataclass(frozen=True, slots=True)
class Item:
    """Hold an item of the agenda and what was said on it."""

    title: Said
    discussion: Said
    decisions: tuple[Decision, ...] = ()


@dataclass(frozen=True, slots=True)
class Minutes:
    """Hold the minutes of one meeting; ``begins`` and ``ends`` are aware, in the place's own time."""

    title: Said
    place: Said
    begins: datetime
    ends: datetime
    authentic: str
    items: tuple[Item, ...]
    attendance: tuple[Present, ...] = ()
    apart: tuple[datetime, datetime] | None = None
    """The same hours at the other side's place, where they differ."""


def minutes_paper(minutes: Minutes, frame: Frame) -> Paper:
    """Return the minutes as a paper."""
    blocks: list[Block] = [_about(minutes, frame)]
    if minutes.attendance:
        blocks += [Heading(frame.label(_("Attendance"))), _attendance(minutes, frame)]
    for number, item in enumerate(minutes.items, 1):
        blocks += _item(number, item, frame)
    decided = tuple(decision for item in minutes.items for decision in item.decisions)
    if decided:
        blocks.append(Heading(frame.label(_("Decisions and tasks"))))
        blocks.append(_decisions(decided, frame))
    if frame.signatures:
        blocks += [Heading(frame.label(_("Adoption"))), Signatures(frame.signatures)]
    return Paper(
        languages=frame.languages,
        title=frame.words(minutes.title),
        subtitle=frame.label(_("Minutes")),
        blocks=tuple(blocks),
        made=frame.made,
        reality=frame.reality,
        handling=frame.handling,
        references=frame.references,
    )


def _about(minutes: Minutes, frame: Frame) -> Facts:
    facts = [
        frame.fact(_("Place"), frame.words(minutes.place)),
        frame.fact(_("Time"), frame.plain(_hours(minutes.begins, minutes.ends))),
    ]
    if minutes.apart:
        facts.append(frame.fact(_("Time at the other side"), frame.plain(_hours(*minutes.apart))))
    authentic = _LANGUAGES.get(minutes.authentic)
    facts.append(frame.fact(_("Authentic language"), frame.label(authentic or minutes.authentic)))
    return Facts(tuple(facts))


def _hours(begins: datetime, ends: datetime) -> str:
    zone = begins.strftime("%z")
    return f"{begins:%Y-%m-%d %H:%M} \u2013 {ends:%H:%M} (UTC{zone[:3]}:{zone[3:5]})"


def _attendance(minutes: Minutes, frame: Frame) -> Table:
    columns = (
        Column(frame.label(_("Authority")), 2),
        Column(frame.label(_("Function")), 4),
        Column(frame.label(_("Present")), 2),
    )
    rows = tuple(
        (frame.plain(one.authority), frame.words(one.function), frame.label(_("yes") if one.present else _("no")))
        for one in minutes.attendance
    )
    return Table((), columns, rows)


def _item(number: int, item: Item, frame: Frame) -> list[Block]:
    title = frame.words(item.title)
    numbered: Words = tuple(type(one)(one.language, f"{number}. {one.words}") for one in title)
    blocks: list[Block] = [Heading(numbered)]
    if item.discussion.texts:
        blocks.append(Prose(frame.words(item.discussion)))
    for decision in item.decisions:
        label = frame.label(_("Decision {number}"))
        said = {one.language: one.words for one in frame.words(decision.text)}
        blocks.append(
            Prose(
                tuple(
                    type(one)(one.language, f"{one.words.format(number=decision.number)}: {said[one.language]}")
                    for one in label
                    if one.language in said
                )
                or frame.words(decision.text)
            )
        )
    return blocks


def _decisions(decisions: tuple[Decision, ...], frame: Frame) -> Table:
    columns = (
        Column(frame.label(_("No.")), 1),
        Column(frame.label(_("Decision")), 6),
        Column(frame.label(_("Lead")), 2),
        Column(frame.label(_("Due")), 2, number=True),
    )
    rows = tuple(
        (frame.plain(one.number), frame.words(one.text), frame.plain(one.lead), frame.plain(one.due))
        for one in decisions
    )
    return Table((), columns, rows)
