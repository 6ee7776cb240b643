"""List and hand out meetings, and look at calendar files of other programs; ``check`` needs no node."""

from pathlib import Path

import click

from comity.node.cli import Context
from comity.node.commands.seated import seat_of


@click.group()
def meeting() -> None:
    """List meetings, and read and write them as the calendar files of other programs."""


@meeting.command("check")
@click.argument("source", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def check_meetings(source: Path) -> None:
    """Say which meetings of SOURCE (.ics) would be taken, and what not."""
    from comity.node.commands.plan import prepare, refuse, say_losses

    prepare()
    from comity.plan.imports import ical
    from comity.plan.imports.report import ImportRefusedError

    try:
        taken = ical.meetings(source.read_bytes())
    except ImportRefusedError as refused:
        refuse(refused)
    series = [one for one in taken.value if one.rule is not None or one.also]
    click.echo(f"{len(taken.value) - len(series)} meetings, {len(series)} series")
    say_losses(taken.losses)


_officer = click.option("--officer", metavar="NAME", envvar="COMITY_OFFICER", help="In whose name; a sign-in name.")
_agreement = click.option("--agreement", metavar="UUID", help="Which agreement, where there are several.")
_language = click.option("--language", type=click.Choice(["en", "de", "ar"]), default="en", show_default=True)


@meeting.command("list")
@click.option("--when", type=click.Choice(["coming", "past", "waiting", "all"]), default="all", show_default=True)
@_language
@_officer
@_agreement
@click.pass_obj
def list_meetings(context: Context, *, when: str, language: str, officer: str | None, agreement: str | None) -> None:
    """Say which meetings there are: identifier, state, begin in the meeting's own zone, title."""
    seat = seat_of(context, officer, agreement, language)
    from comity.plan import meeting_access
    from comity.plan.meeting_words import said_in

    for row in meeting_access.every(seat, "" if when == "all" else when):
        begins = f"{row.begins:%Y-%m-%d %H:%M} {row.body.zone}"
        click.echo(f"{row.uuid}  {row.state}  {begins}  {said_in(row.body.title, language)}")


@meeting.command("export")
@click.argument("target", type=click.Path(dir_okay=False, writable=True, path_type=Path))
@click.option("--meeting", "uuid", metavar="UUID", help="One meeting, as an invitation; without it, all of them.")
@_language
@_officer
@_agreement
@click.pass_obj
def export_meetings(
    context: Context, target: Path, *, uuid: str | None, language: str, officer: str | None, agreement: str | None
) -> None:
    """Write meetings, what this side owes by the plan, and the days off of both sides to TARGET (.ics)."""
    seat = seat_of(context, officer, agreement, language)
    from comity.plan import calendar_services

    target.write_bytes(calendar_services.meeting_file(seat, uuid) if uuid else calendar_services.feed_file(seat))


@meeting.command("minutes")
@click.argument("uuid", required=False)
@click.argument("target", required=False, type=click.Path(dir_okay=False, writable=True, path_type=Path))
@click.option(
    "--beside", type=click.Choice(["en", "de", "ar"]), multiple=True, help="Stands beside the authentic text."
)
@_language
@_officer
@_agreement
@click.pass_obj
def minutes(
    context: Context, uuid: str | None, target: Path | None, *, beside: tuple[str, ...], language: str,
    officer: str | None, agreement: str | None,
) -> None:  # fmt: skip
    """Write the minutes UUID to TARGET (.pdf or .docx); without both, list all minutes."""
    seat = seat_of(context, officer, agreement, language)
    from comity.plan import minutes_access, paper_services
    from comity.plan.meeting_words import said_in

    if uuid and target:
        form = target.suffix.lower().lstrip(".")
        target.write_bytes(paper_services.minutes_file(seat, uuid, form, beside=beside))
        return
    for one in minutes_access.every(seat):
        click.echo(f"{one.uuid}  {'adopted' if one.adopted else 'proposed'}  {said_in(one.body.title, language)}")
