"""Put minutes and progress reports on paper: one place for screens, command line and programs."""

from collections.abc import Iterable
from typing import Final

from django.utils.translation import gettext as _

from comity.desk import paper
from comity.desk.paper import Paper
from comity.desk.roles import Permission
from comity.desk.seat import Seat
from comity.plan import minutes_access, report_services
from comity.plan.exchange import LANGUAGES
from comity.plan.meeting_joint import NotHereError, UnfitError
from comity.plan.minutes_paper import adopted_paper
from comity.plan.report_paper import report_paper

PAPERS: Final = {
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}
"""Formats of papers, and what they are called on the wire."""


def minutes_file(seat: Seat, uuid: str, form: str, leading: str = "", beside: Iterable[str] = ()) -> bytes:
    """Return minutes as PDF or DOCX, the authentic language leading where none is named.

    Raises `NotHereError` or `UnfitError`.
    """
    seat.require(Permission.READ_PLAN)
    found = minutes_access.minutes(seat, uuid)
    if found is None:
        raise NotHereError(_("There are no such minutes."))
    return _made(adopted_paper(seat, found, _languages(leading or found.body.authentic, beside)), form)


def report_file(seat: Seat, uuid: str, form: str, beside: Iterable[str] = ()) -> bytes:
    """Return a progress report as PDF or DOCX, the seat's language leading.  Raises `NotHereError` or `UnfitError`."""
    seat.require(Permission.READ_PLAN)
    shown = report_services.report(seat, uuid)
    if shown is None:
        raise NotHereError(_("There is no such report."))
    return _made(report_paper(seat, shown, _languages(seat.language, beside)), form)


def _languages(leading: str, beside: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(one for one in (leading, *beside) if one in LANGUAGES))


def _made(value: Paper, form: str) -> bytes:
    if form not in PAPERS:
        raise UnfitError(_("A paper is written as PDF or DOCX."))
    return paper.pdf(value) if form == "pdf" else paper.docx(value)
