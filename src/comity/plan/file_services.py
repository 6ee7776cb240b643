"""Bring plan and indicators in from files, and out to them: one place for screens, command line and programs."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import override

from comity.concurrence import measures
from comity.desk import paper
from comity.desk.roles import Permission
from comity.desk.seat import Seat
from comity.plan import (
    access,
    exchange_indicators,
    exchange_plan,
    indicator_access,
    indicator_services,
    plan_ics,
    services,
)
from comity.plan import meeting_joint as joint
from comity.plan.exchange import Project, Results, Said
from comity.plan.exchange_plan import LANGUAGES, Known
from comity.plan.imports import iati, msproject, sheets, tables
from comity.plan.imports.report import Taken
from comity.plan.kinds.plan import Text
from comity.plan.meeting_joint import UnfitError
from comity.plan.papers.frame import Frame
from comity.plan.papers.iati import results_xml
from comity.plan.papers.msproject import project_xml
from comity.plan.papers.plan import plan_paper
from comity.plan.papers.sheets import plan_workbook
from comity.plan.papers.tables import indicators_csv

PLANS: Final = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "xml": "application/xml",
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "ics": "text/calendar; charset=utf-8",
}
"""Formats of the plan and what they are called on the wire; ``xml`` is Microsoft Project's."""
INDICATORS: Final = {"csv": "text/csv; charset=utf-8", "xml": "application/xml"}
"""Formats of indicators; ``xml`` is IATI 2.03."""


@dataclass(frozen=True, slots=True)
class Brought:
    """Say how many proposals left, how many figures were written, and what was left out, a sentence each."""

    proposals: int
    left: tuple[str, ...]
    told: int = 0


def plan_file(seat: Seat, format_: str, beside: tuple[str, ...] = ()) -> bytes:
    """Return the plan as a file; a paper has ``beside`` its own language others.  Raises `UnfitError`."""
    seat.require(Permission.READ_PLAN)
    project = _project(seat)
    made = datetime.fromtimestamp(seat.node.clock() / 1000, UTC)
    match format_:
        case "xlsx":
            return plan_workbook(project, made=made)
        case "xml":
            return project_xml(project)
        case "ics":
            return plan_ics.plan_file(seat)
        case "pdf" | "docx":
            languages = tuple(dict.fromkeys((seat.language, *beside)))
            frame = Frame(languages=languages, made=made, reality=seat.reality)
            value = plan_paper(project, frame, title=_titled(languages), results=_results(seat))
            return paper.pdf(value) if format_ == "pdf" else paper.docx(value)
    raise UnfitError(_("The plan is not written in that format."))


def indicators_file(seat: Seat, format_: str) -> bytes:
    """Return the indicators as a file.  Raises `UnfitError`."""
    seat.require(Permission.READ_PLAN)
    results = _results(seat)
    if format_ == "csv":
        return indicators_csv(results)
    if format_ == "xml":
        return results_xml(results, made=datetime.fromtimestamp(seat.node.clock() / 1000, UTC))
    raise UnfitError(_("Indicators are not written in that format."))


def bring_plan(seat: Seat, data: bytes, format_: str, *, area: str = "", note: str = "") -> Brought:
    """Propose the plan of a file; nothing of it is taken if anything of it is wrong.

    Raises `ImportRefusedError` with every fault and its line, `UnfitError`, or what concurrence raises.
    """
    seat.require(Permission.WRITE_PLAN)
    if format_ not in ("xlsx", "xml"):
        raise UnfitError(_("A plan is read from a workbook or from a file of Microsoft Project."))
    read = sheets.plan_rows(data) if format_ == "xlsx" else msproject.project(data)
    return propose_plan(seat, read, area=area, note=note)


def propose_plan(seat: Seat, read: Taken[Project], *, area: str = "", note: str = "") -> Brought:
    """Propose what was read of a plan, area by area.  Raises what `bring_plan` raises."""
    seat.require(Permission.WRITE_PLAN)
    shown = access.areas(seat)
    held = {one.body.area: services.proposed_body(seat, one.found) for one in shown}
    taken = exchange_plan.inward(read, _known(seat, area), held)
    if any(one.body.area in taken.value and not one.found.agreed for one in shown):
        raise UnfitError(
            _("The plan is only proposed yet."), _("Wait until both sides have signed it, then change it.")
        )
    sent = services.replace_areas(seat, taken.value, note=note)
    return Brought(sent, tuple(str(one) for one in taken.losses))


def bring_indicators(seat: Seat, data: bytes, format_: str, *, note: str = "") -> Brought:
    """Propose the indicators of a file, and write this side's own figures.  Raises what `bring_plan` raises."""
    seat.require(Permission.WRITE_PLAN)
    return propose_indicators(seat, _read(data, format_), note=note)


def propose_indicators(seat: Seat, read: Taken[Results], *, note: str = "") -> Brought:
    """Propose what was read of indicators, and write this side's own figures.  Raises what `bring_plan` raises."""
    seat.require(Permission.WRITE_PLAN)
    held = {
        one.body.area: indicator_services.proposed_body(seat, one.found) if one.found.agreed else one.body
        for one in indicator_access.areas(seat)
    }
    units = {name: _in_each(one) for name, one in measures.catalogue().items()}
    known, own = _known(seat), joint.own_party(seat)
    taken = exchange_indicators.inward(read, known, held, units, own)
    sent = sum(indicator_services.replace_area(seat, one, note=note) for one in taken.value.bodies.values())
    places = {one.body.area: one.uuid for one in indicator_access.areas(seat) if one.found.agreed}
    for one in taken.value.told:
        indicator_services.tell(seat, places[one.area], one.key, one.period, one.value, one.evidence)
    return Brought(sent, tuple(str(one) for one in taken.losses), len(taken.value.told))


def _read(data: bytes, format_: str) -> Taken[Results]:
    if format_ == "csv":
        return tables.indicators(data)
    if format_ != "xml":
        raise UnfitError(_("Indicators are read from a table or from a file of IATI."))
    several = iati.results(data)
    if len(several.value) != 1:
        raise UnfitError(_("The file holds several activities; a plan is one."))
    return Taken(several.value[0], several.losses)


def _known(seat: Seat, area: str = "") -> Known:
    """Return what the seat's agreement says that a plan must fit.  Raises `NotHereError` where there is none."""
    clause = joint.clause_of(seat.terms)
    if seat.terms is None or clause is None:
        raise joint.NotHereError(_("There is no agreement yet."))
    areas = {one.id: dict(one.title) for one in seat.terms.agreement.areas}
    if area and area not in areas:
        raise UnfitError(_("The agreement has no such area."))
    return Known(
        areas=areas,
        clauses=frozenset(seat.terms.clauses),
        parties=frozenset(joint.parties(seat)),
        clause=clause.clause.id,
        lead=seat.officer.authority,
        language=seat.language if seat.language in LANGUAGES else "en",
        area=area,
    )


def _project(seat: Seat) -> Project:
    """Return the plan in force, of all areas, with what the version before planned."""
    shown = [one for one in access.areas(seat) if one.found.agreed]
    before = {
        one.body.area: body for one in shown if (body := access.version_of(seat, one, one.found.view.version - 1))
    }
    return exchange_plan.outward([one.body for one in shown], _known(seat), title=_("Action plan"), before=before)


def _results(seat: Seat) -> Results:
    """Return the indicators in force, with the figures computed from the journals."""
    shown = [one for one in indicator_access.areas(seat) if one.found.agreed]
    counter, computed = indicator_access.Counter(seat), {}
    for one in shown:
        for key, indicator in one.body.indicators.items():
            for name, period in one.body.periods.items():
                figure = counter.count(indicator.measure, one.body.area, period) if indicator.measure else None
                if figure is not None and figure.value is not None:
                    computed[one.body.area, key, name] = str(figure.value)
    return exchange_indicators.outward([one.body for one in shown], _known(seat), _titled(LANGUAGES), computed)


def _in_each(measure: measures.Measure) -> Text:
    found = {}
    for language in LANGUAGES:
        with override(language):
            found[language] = str(measure.unit)
    return found


def _titled(languages: Sequence[str]) -> Said:
    texts = []
    for language in languages:
        with override(language):
            texts.append((language, _("Action plan")))
    return Said(tuple(texts))
