"""Bring plan and indicators in from files, and out to them: one place for screens, command line and programs."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from django.utils.translation import gettext as _

from comity.desk import paper
from comity.desk.roles import Permission
from comity.desk.seat import Seat
from comity.plan import access, conversion, indicator_access, indicator_services, services
from comity.plan.exchange import Results, Said
from comity.plan.imports import iati, msproject, sheets, tables
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
}
"""Formats of the plan and what they are called on the wire; ``xml`` is Microsoft Project's."""
INDICATORS: Final = {"csv": "text/csv; charset=utf-8", "xml": "application/xml"}
"""Formats of indicators; ``xml`` is IATI 2.03."""


@dataclass(frozen=True, slots=True)
class Brought:
    """Say how many proposals left, and what of the file was left out, a sentence each."""

    proposals: int
    left: tuple[str, ...]


def plan_file(seat: Seat, format_: str, beside: tuple[str, ...] = ()) -> bytes:
    """Return the plan as a file; a paper has ``beside`` its own language others.  Raises `UnfitError`."""
    seat.require(Permission.READ_PLAN)
    shown = access.areas(seat)
    project = conversion.to_project(seat, shown)
    made = datetime.fromtimestamp(seat.node.clock() / 1000, UTC)
    match format_:
        case "xlsx":
            return plan_workbook(project, made=made)
        case "xml":
            return project_xml(project)
        case "pdf" | "docx":
            languages = tuple(dict.fromkeys((seat.language, *beside)))
            frame = Frame(languages=languages, made=made, reality=seat.reality)
            title = Said(tuple((one, _("Action plan")) for one in languages[:1]))
            results = conversion.to_results(seat, indicator_access.areas(seat))
            value = plan_paper(project, frame, title=title, results=results)
            return paper.pdf(value) if format_ == "pdf" else paper.docx(value)
    raise UnfitError(_("The plan is not written in that format."))


def indicators_file(seat: Seat, format_: str) -> bytes:
    """Return the indicators as a file.  Raises `UnfitError`."""
    seat.require(Permission.READ_PLAN)
    results = conversion.to_results(seat, indicator_access.areas(seat))
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
    taken = sheets.plan_rows(data) if format_ == "xlsx" else msproject.project(data)
    known = {one.body.area: services.proposed_body(seat, one.found) for one in access.areas(seat)}
    made = conversion.from_project(seat, taken.value, known, area=area)
    sent = services.replace_areas(seat, made.bodies, note=note)
    return Brought(sent, (*(str(one) for one in taken.losses), *made.left))


def bring_indicators(seat: Seat, data: bytes, format_: str, *, note: str = "") -> Brought:
    """Propose the indicators of a file.  Raises what `bring_plan` raises."""
    seat.require(Permission.WRITE_PLAN)
    if format_ == "csv":
        table = tables.indicators(data)
        values: tuple[Results, ...] = (table.value,)
        losses = table.losses
    elif format_ == "xml":
        several = iati.results(data)
        values, losses = several.value, several.losses
    else:
        raise UnfitError(_("Indicators are read from a table or from a file of IATI."))
    if len(values) != 1:
        raise UnfitError(_("The file holds several activities; a plan is one."))
    sent = 0
    for made in conversion.from_results(seat, values[0]).values():
        sent += indicator_services.replace_area(seat, made, note=note)
    return Brought(sent, tuple(str(one) for one in losses))
