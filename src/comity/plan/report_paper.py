"""Turn a progress report as both nodes hold it into the value that a paper is made of."""

from datetime import UTC, datetime

from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from comity.desk.paper.values import Paper, Reference
from comity.desk.seat import Seat
from comity.plan import words
from comity.plan.exchange import Said
from comity.plan.kinds.plan import Text
from comity.plan.papers import report as papers
from comity.plan.papers.frame import Frame
from comity.plan.report_services import ReportShown


def report_paper(seat: Seat, shown: ReportShown, languages: tuple[str, ...]) -> Paper:
    """Return the report as a paper in these languages, the first leading."""
    made = datetime.fromtimestamp(seat.node.clock() / 1000, UTC)
    plain = Frame(languages=languages, made=made, reality=seat.reality)
    frame = Frame(
        languages=languages,
        made=made,
        reality=seat.reality,
        references=(Reference(plain.label(_("Progress report")), shown.uuid),),
    )
    body = shown.body
    value = papers.Report(
        title=_said(body.title),
        first=body.first,
        last=body.last,
        rule=Said(tuple((one, _rule(one)) for one in languages)),
        narratives=tuple(
            papers.Narrative(_named(seat, party, languages, words.party_title), _said(text))
            for party, text in sorted(body.accounts.items())
        ),
        ratings=tuple(_rated(seat, shown, area, languages) for area in body.ratings),
    )
    return papers.report_paper(value, frame)


def _rated(seat: Seat, shown: ReportShown, area: str, languages: tuple[str, ...]) -> papers.Rated:
    one = shown.body.ratings[area]
    party, dispute = next(shown.disputes(area), ("", None))
    return papers.Rated(
        area=_named(seat, area, languages, words.area_title),
        proposed=papers.Rating(one.proposed.value),
        stated=papers.Rating(one.stated.value),
        reason=_said(one.reason or {}),
        disputed_by=party,
        disputed=papers.Rating(dispute.stated.value) if dispute else None,
        objection=_said(dispute.reason) if dispute else Said(),
    )


def _named(seat: Seat, name: str, languages: tuple[str, ...], title: words.Titles) -> Said:
    return Said(tuple((one, title(seat.terms, name, one)) for one in languages))


def _rule(language: str) -> str:
    with override(language):
        return str(words.RULE)


def _said(text: Text) -> Said:
    return Said(tuple(text.items()))
