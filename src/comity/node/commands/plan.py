"""Check, convert and show plans and indicators in the formats of other programs; bring them into a node, and out."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import UTC, datetime
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NoReturn

import click

from comity.node.cli import Context
from comity.node.commands.seated import seat_of
from comity.protocol.records import Reality

if TYPE_CHECKING:
    from comity.desk.paper import Paper
    from comity.plan.exchange import Project, Results
    from comity.plan.file_services import Brought
    from comity.plan.imports.report import ImportRefusedError, Loss
    from comity.plan.papers.frame import Frame

_SOURCE = click.Path(exists=True, dir_okay=False, path_type=Path)
_TARGET = click.Path(dir_okay=False, writable=True, path_type=Path)
_SUFFIXES: Final = {".xlsx": "xlsx", ".xml": "msproject", ".pdf": "pdf", ".docx": "docx"}
_LANGUAGES: Final = ("en", "de", "ar")


@click.group()
def plan() -> None:
    """Read and write action plans in the formats of other programs."""


@click.group()
def indicators() -> None:
    """Read and write indicators in the formats of other programs."""


@plan.command("check")
@click.argument("source", type=_SOURCE)
def check_plan(source: Path) -> None:
    """Say what of the plan in SOURCE (.xlsx, or .xml of Microsoft Project) would be taken, and what not."""
    value, losses = _plan(source)
    click.echo(f"{len(value.tasks)} tasks, {sum(len(one.links) for one in value.tasks)} links, ", nl=False)
    click.echo(f"{len(value.calendars)} calendars, {len(value.resources)} resources")
    say_losses(losses)


@plan.command("convert")
@click.argument("source", type=_SOURCE)
@click.argument("target", type=_TARGET)
@click.option("--language", type=click.Choice(_LANGUAGES), default="en", show_default=True, help="Of heads and labels.")
def convert_plan(source: Path, target: Path, language: str) -> None:
    """Write the plan in SOURCE (.xlsx or .xml) as TARGET (.xlsx, .xml, .pdf or .docx); say what is lost."""
    value, losses = _plan(source)
    from comity.plan.exchange import Said
    from comity.plan.papers.plan import plan_paper

    title = Said(((language, value.title or source.stem),))
    _write_plan(value, target, lambda frame: plan_paper(value, frame, title=title), (language,), Reality.ACTUAL)
    say_losses(losses)


@plan.command("example")
@click.argument("target", type=_TARGET)
@click.option("--language", type=click.Choice(_LANGUAGES), default="en", show_default=True, help="Leads the paper.")
@click.option("--beside", type=click.Choice(_LANGUAGES), help="Stands beside it.")
def example_plan(target: Path, language: str, beside: str | None) -> None:
    """Write the shipped example of a two-year plan as TARGET (.xlsx, .xml, .pdf or .docx)."""
    prepare()
    from comity.node.example import working_group as shipped
    from comity.plan.papers.plan import plan_paper

    group = shipped.working_group()
    value = shipped.plan(group)
    _write_plan(
        value,
        target,
        lambda frame: plan_paper(
            value,
            frame,
            title=group.title.said(),
            introduction=group.introduction.said(),
            results=shipped.results(group),
        ),
        tuple(dict.fromkeys(one for one in (language, beside) if one)),
        Reality.TEST,
    )


@indicators.command("check")
@click.argument("source", type=_SOURCE)
def check_indicators(source: Path) -> None:
    """Say what of the indicators in SOURCE (.csv, or .xml of IATI 2.03) would be taken, and what not."""
    values, losses = _results(source)
    found = [one for value in values for result in value.results for one in result.indicators]
    click.echo(f"{len(found)} indicators, {sum(len(one.periods) for one in found)} periods")
    say_losses(losses)


@indicators.command("convert")
@click.argument("source", type=_SOURCE)
@click.argument("target", type=_TARGET)
def convert_indicators(source: Path, target: Path) -> None:
    """Write the indicators in SOURCE (.csv or .xml) as TARGET (.csv or .xml); say what is lost."""
    values, losses = _results(source)
    if len(values) != 1:
        raise click.ClickException(f"The file has {len(values)} activities; a plan is one. Divide it first.")
    from comity.plan.exchange import Said

    value = values[0]
    if not value.title.texts:
        value = replace(value, identifier=value.identifier or source.stem, title=Said((("en", source.stem),)))
    _write_results(value, target)
    say_losses(losses)


@indicators.command("example")
@click.argument("target", type=_TARGET)
def example_indicators(target: Path) -> None:
    """Write the indicators of the shipped example as TARGET (.csv or .xml)."""
    prepare()
    from comity.node.example import working_group as shipped

    _write_results(shipped.results(shipped.working_group()), target)


_officer = click.option("--officer", metavar="NAME", envvar="COMITY_OFFICER", help="In whose name; a sign-in name.")
_agreement = click.option("--agreement", metavar="UUID", help="Which agreement, where there are several.")
_language = click.option("--language", type=click.Choice(_LANGUAGES), default="en", show_default=True)


_KINDS: Final = {"msproject": "xml", "iati": "xml"}
"""Names of formats that are no endings of files."""


def _kind(format_: str | None, path: Path) -> str:
    """Return the format of a file, by its ending where none is named."""
    chosen = format_ or path.suffix.lower().lstrip(".")
    return _KINDS.get(chosen, chosen)


def _format(*names: str) -> Callable[..., Any]:
    return click.option("--format", "format_", type=click.Choice(names), help="Default: as the file is named.")


@plan.command("export")
@click.argument("target", type=_TARGET)
@_format("xlsx", "msproject", "pdf", "docx", "ics")
@_language
@_officer
@_agreement
@click.pass_obj
def export_plan(
    context: Context, target: Path, *, format_: str | None, language: str, officer: str | None, agreement: str | None
) -> None:
    """Write the plan of this node to TARGET: .xml for Microsoft Project, .ics with the days when actions are due."""
    seat = seat_of(context, officer, agreement, language)
    from comity.plan import file_services

    target.write_bytes(file_services.plan_file(seat, _kind(format_, target)))


@plan.command("import")
@click.argument("source", type=_SOURCE)
@_format("xlsx", "msproject")
@click.option("--area", default="", help="Into which area, where the groups of the file are no areas.")
@click.option("--note", default="", help="Why it is proposed; the partner reads it.")
@_language
@_officer
@_agreement
@click.pass_obj
def import_plan(
    context: Context, source: Path, *, format_: str | None, area: str, note: str, language: str, officer: str | None,
    agreement: str | None,
) -> None:  # fmt: skip
    """Propose the plan in SOURCE to the partner; nothing of it is taken if anything of it is wrong."""
    seat = seat_of(context, officer, agreement, language)
    from comity.plan import file_services

    kind = _kind(format_, source)
    _brought(lambda: file_services.bring_plan(seat, source.read_bytes(), kind, area=area, note=note))


@plan.command("report")
@click.argument("uuid", required=False)
@click.argument("target", required=False, type=_TARGET)
@click.option("--beside", type=click.Choice(_LANGUAGES), multiple=True, help="Stands beside the language.")
@_language
@_officer
@_agreement
@click.pass_obj
def report(
    context: Context, uuid: str | None, target: Path | None, *, beside: tuple[str, ...], language: str,
    officer: str | None, agreement: str | None,
) -> None:  # fmt: skip
    """Write the progress report UUID to TARGET (.pdf or .docx); without both, list all reports."""
    seat = seat_of(context, officer, agreement, language)
    from comity.plan import paper_services, report_services
    from comity.plan.forms import said

    if uuid and target:
        target.write_bytes(paper_services.report_file(seat, uuid, target.suffix.lower().lstrip("."), beside))
        return
    for one in report_services.reports(seat):
        state = "agreed" if one.found.agreed else "proposed"
        click.echo(f"{one.uuid}  {one.body.first} - {one.body.last}  {state}  {said(one.body.title, seat)}")


@indicators.command("export")
@click.argument("target", type=_TARGET)
@_format("csv", "iati")
@_language
@_officer
@_agreement
@click.pass_obj
def export_indicators(
    context: Context, target: Path, *, format_: str | None, language: str, officer: str | None, agreement: str | None
) -> None:
    """Write the indicators of this node to TARGET; .xml is IATI 2.03."""
    seat = seat_of(context, officer, agreement, language)
    from comity.plan import file_services

    target.write_bytes(file_services.indicators_file(seat, _kind(format_, target)))


@indicators.command("import")
@click.argument("source", type=_SOURCE)
@_format("csv", "iati")
@click.option("--note", default="", help="Why it is proposed; the partner reads it.")
@_language
@_officer
@_agreement
@click.pass_obj
def import_indicators(
    context: Context, source: Path, *, format_: str | None, note: str, language: str, officer: str | None,
    agreement: str | None,
) -> None:  # fmt: skip
    """Propose the indicators in SOURCE to the partner."""
    seat = seat_of(context, officer, agreement, language)
    from comity.plan import file_services

    kind = _kind(format_, source)
    _brought(lambda: file_services.bring_indicators(seat, source.read_bytes(), kind, note=note))


def _brought(work: "Callable[[], Brought]") -> None:
    from comity.plan.imports.report import ImportRefusedError

    try:
        done = work()
    except ImportRefusedError as refused:
        refuse(refused)
    click.echo(f"{done.proposals} proposals left")
    for one in done.left:
        click.echo(f"left out: {one}")


def prepare() -> None:
    """Give labels their translations, without a node's settings."""
    import django
    from django.conf import settings

    if not settings.configured:
        paths = [str(resources.files(f"comity.{area}").joinpath("locale")) for area in ("desk", "plan")]
        settings.configure(USE_I18N=True, USE_TZ=True, LANGUAGE_CODE="en", LOCALE_PATHS=paths, INSTALLED_APPS=[])
        django.setup()


def _plan(source: Path) -> tuple["Project", tuple["Loss", ...]]:
    prepare()
    from comity.plan.imports.msproject import project
    from comity.plan.imports.report import ImportRefusedError, Taken
    from comity.plan.imports.sheets import plan_rows

    readers: dict[str, Callable[[bytes], Taken[Project]]] = {"xlsx": plan_rows, "msproject": project}
    reader = readers.get(_SUFFIXES.get(source.suffix.lower(), ""))
    if reader is None:
        raise click.ClickException("A plan is read from .xlsx or from .xml of Microsoft Project.")
    try:
        taken = reader(source.read_bytes())
    except ImportRefusedError as refused:
        refuse(refused)
    return taken.value, taken.losses


def _results(source: Path) -> tuple[tuple["Results", ...], tuple["Loss", ...]]:
    prepare()
    from comity.plan.imports.iati import results
    from comity.plan.imports.report import ImportRefusedError
    from comity.plan.imports.tables import indicators as table

    try:
        if source.suffix.lower() == ".csv":
            one = table(source.read_bytes())
            return (one.value,), one.losses
        if source.suffix.lower() == ".xml":
            several = results(source.read_bytes())
            return several.value, several.losses
    except ImportRefusedError as refused:
        refuse(refused)
    raise click.ClickException("Indicators are read from .csv or from .xml of IATI 2.03.")


def _write_plan(
    value: "Project",
    target: Path,
    draw: Callable[["Frame"], "Paper"],
    languages: tuple[str, ...],
    reality: "Reality",
) -> None:
    from django.utils.translation import override

    from comity.desk import paper
    from comity.plan.papers.frame import Frame
    from comity.plan.papers.msproject import project_xml
    from comity.plan.papers.sheets import plan_workbook

    made = datetime.now(UTC)
    frame = Frame(languages, made, reality)
    match _SUFFIXES.get(target.suffix.lower()):
        case "xlsx":
            with override(languages[0]):
                target.write_bytes(plan_workbook(value, made=made))
        case "msproject":
            target.write_bytes(project_xml(value))
        case "pdf":
            target.write_bytes(paper.pdf(draw(frame)))
        case "docx":
            target.write_bytes(paper.docx(draw(frame)))
        case _:
            raise click.ClickException("A plan is written as .xlsx, .xml of Microsoft Project, .pdf or .docx.")


def _write_results(value: "Results", target: Path) -> None:
    from comity.plan.papers.iati import results_xml
    from comity.plan.papers.tables import indicators_csv

    if target.suffix.lower() == ".csv":
        target.write_bytes(indicators_csv(value))
    elif target.suffix.lower() == ".xml":
        target.write_bytes(results_xml(value, made=datetime.now(UTC)))
    else:
        raise click.ClickException("Indicators are written as .csv or .xml of IATI 2.03.")


def refuse(refused: "ImportRefusedError") -> NoReturn:
    """Say every fault of a file, and end."""
    for fault in refused.faults:
        click.echo(f"line {fault}", err=True)
    raise click.ClickException(f"The file is not taken: {len(refused.faults)} faults.")


def say_losses(losses: Iterable["Loss"]) -> None:
    """Say what was left out of a file."""
    for loss in losses:
        click.echo(f"left out: {loss}")
