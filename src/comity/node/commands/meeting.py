"""Look at calendar files of other programs: ``comity meeting check``; it needs no node."""

from pathlib import Path

import click


@click.group()
def meeting() -> None:
    """Read meetings in the calendar files of other programs."""


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
