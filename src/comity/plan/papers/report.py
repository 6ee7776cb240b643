"""Put a progress report on paper: both sides' words, ratings with who proposed and who disputes them."""

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from comity.desk.paper.values import Block, Column, Facts, Heading, Paper, Prose, Signatures, Table, Text, Words
from comity.plan.exchange import Results, Said
from comity.plan.papers.frame import NOTHING, Frame
from comity.plan.papers.plan import indicator_table


class Rating(StrEnum):
    """Rate an area: on course, in need of attention, off course."""

    GREEN = "green"
    AMBER = "amber"
    RED = "red"


RATINGS: Final[dict[Rating, Promise]] = {
    Rating.GREEN: _("green: on course"),
    Rating.AMBER: _("amber: needs attention"),
    Rating.RED: _("red: off course"),
}


@dataclass(frozen=True, slots=True)
class Rated:
    """Hold the rating of an area: what the rule proposes, what a side says instead and why, and who disputes it."""

    area: Said
    proposed: Rating
    stated: Rating | None = None
    reason: Said = field(default_factory=Said)
    disputed_by: str = ""
    disputed: Rating | None = None
    objection: Said = field(default_factory=Said)


@dataclass(frozen=True, slots=True)
class Narrative:
    """Hold what one side says on the period."""

    party: Said
    words: Said


@dataclass(frozen=True, slots=True)
class Report:
    """Hold a progress report; ``rule`` says in words how a rating is proposed."""

    title: Said
    first: date
    last: date
    rule: Said
    narratives: tuple[Narrative, ...] = ()
    ratings: tuple[Rated, ...] = ()
    results: Results | None = None


def report_paper(report: Report, frame: Frame) -> Paper:
    """Return the report as a paper."""
    blocks: list[Block] = [
        Facts(
            (
                frame.fact(_("Period"), frame.plain(f"{report.first} \u2013 {report.last}")),
                frame.fact(_("How ratings are proposed"), frame.words(report.rule)),
            )
        )
    ]
    for one in report.narratives:
        blocks += [Heading(frame.words(one.party)), Prose(frame.words(one.words))]
    if report.ratings:
        blocks += [Heading(frame.label(_("Ratings"))), _ratings(report.ratings, frame)]
    if report.results and report.results.results:
        blocks.append(Heading(frame.label(_("Indicators"))))
        blocks += [indicator_table(each, frame) for each in report.results.results]
    if frame.signatures:
        blocks += [Heading(frame.label(_("Adoption"))), Signatures(frame.signatures)]
    return Paper(
        languages=frame.languages,
        title=frame.words(report.title),
        subtitle=frame.label(_("Progress report")),
        blocks=tuple(blocks),
        made=frame.made,
        reality=frame.reality,
        handling=frame.handling,
        references=frame.references,
    )


def _ratings(ratings: tuple[Rated, ...], frame: Frame) -> Table:
    columns = (
        Column(frame.label(_("Area")), 4),
        Column(frame.label(_("Proposed by the rule")), 3),
        Column(frame.label(_("Stated")), 5),
        Column(frame.label(_("Disputed")), 5),
    )
    rows = tuple(
        (
            frame.words(one.area),
            frame.label(RATINGS[one.proposed]),
            _judged(one.stated, one.reason, "", frame),
            _judged(one.disputed, one.objection, one.disputed_by, frame),
        )
        for one in ratings
    )
    return Table((), columns, rows)


def _judged(rating: Rating | None, reason: Said, party: str, frame: Frame) -> Words:
    """Return a rating with whose it is and why, in each language in which something was said."""
    if rating is None:
        return NOTHING
    head = frame.label(RATINGS[rating])
    who = f"{party}: " if party else ""
    why = {one.language: one.words for one in frame.words(reason)} if reason.texts else {}
    rest = tuple(Text(language, words) for language, words in why.items() if language not in frame.languages)
    return (
        *(
            Text(one.language, f"{who}{one.words}" + (f"\n{why[one.language]}" if why.get(one.language) else ""))
            for one in head
        ),
        *rest,
    )
