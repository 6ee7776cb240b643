"""Show how a node is doing, and deal with alarms: ``comity status``, ``comity alarm``."""

import json
from pathlib import Path

import click

from comity.node.bring_up import open_node
from comity.node.cli import Context


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.pass_obj
def status(context: Context, *, as_json: bool) -> None:
    """Show partners, queues, journals, quotas and open alarms; ends with 1 if an alarm is open."""
    node = open_node(context.home)
    from comity.channel.overview import overview

    found = overview(node)
    if as_json:
        click.echo(json.dumps(found.as_json(), indent=2))
    else:
        click.echo("\n".join(found.lines()))
    if found.alarms:
        raise SystemExit(1)


@click.group()
def alarm() -> None:
    """List alarms, keep their evidence, and deal with them."""


@alarm.command("list")
@click.pass_obj
def list_(context: Context) -> None:
    """List the alarms that nobody has dealt with."""
    node = open_node(context.home)
    from comity.channel.alarms import open_alarms
    from comity.protocol.names import UnixMs, instant

    for one in open_alarms(node):
        when = instant(UnixMs(one.last_ms))
        click.echo(f"{one.id:>4}  {one.kind:<20} {one.subject:<14} {one.count} times, last {when}\n      {one.detail}")


@alarm.command()
@click.argument("number", type=int)
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.pass_obj
def evidence(context: Context, number: int, file: Path) -> None:
    """Write an alarm's evidence, such as two signed heads that contradict each other, to FILE."""
    node = open_node(context.home)
    from comity.channel.models import Alarm

    row = Alarm.objects.using(node.using).filter(id=number).first()
    if row is None:
        raise click.ClickException("There is no such alarm.")
    file.write_bytes(bytes(row.evidence))
    click.echo(f"Wrote {len(bytes(row.evidence))} bytes.")


@alarm.command()
@click.argument("number", type=int)
@click.option("--by", required=True, help="Who deals with it.")
@click.option("--note", required=True, help="What was found and done.")
@click.pass_obj
def handle(context: Context, number: int, by: str, note: str) -> None:
    """Close an alarm, saying who looked and what was done."""
    node = open_node(context.home)
    from comity.channel.alarms import handle_alarm

    if not handle_alarm(node, number, by, note):
        raise click.ClickException("There is no such open alarm.")
    click.echo("Noted.")
