"""Keep lists that partners may ask about: ``comity list ...``; and what ``comity check`` shares with it."""

import json
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from comity.node.bring_up import open_node
from comity.node.cli import Context

if TYPE_CHECKING:
    from comity.channel.models import Channel
    from comity.channel.runtime import LocalNode
    from comity.screening.acting import Actor
    from comity.screening.imports import Entry, RowError
    from comity.screening.lists import ListTerms

FORMATS = ("auto", "csv", "ftm", "un", "eu", "ofac", "ofac-advanced", "mrz", "text")
SHOWN_ERRORS = 200

_file = click.Path(exists=True, dir_okay=False, path_type=Path)
agreement_option = click.option("--agreement", metavar="UUID", help="Which agreement, when the node holds several.")
officer_option = click.option(
    "--officer", metavar="NAME", envvar="COMITY_OFFICER", help="In whose name; a sign-in name."
)
released_option = click.option(
    "--released-by", metavar="NAME", help="The second person, where the clause asks for one."
)
format_option = click.option(
    "--format", "format_", type=click.Choice(FORMATS), default="auto", show_default=True, help="The file's format."
)
scheduler_option = click.option(
    "--scheduler",
    metavar="ADDRESS",
    help="Where work runs: processes or threads of this machine, or the address of a Dask scheduler; default: as set.",
)


@click.group("list")
def list_() -> None:
    """Keep lists of persons and documents that partners may ask about, blind."""


@list_.command("import")
@click.argument("file", type=_file)
@click.option("--list", "list_id", required=True, help="The list's name: small letters, digits and dashes.")
@format_option
@click.option("--title", help="What the list is; partners see it.")
@click.option("--owner", help="The authority that is responsible for it; default: the node's first.")
@click.option("--legal-basis", help="The law under which the list is kept.")
@click.option("--review-days", type=int, help="After how many days an entry is reviewed; default: 365.")
@click.option("--expires", type=click.DateTime(["%Y-%m-%d"]), help="When the list's entries end, unless they say so.")
@click.option("--reality", type=click.Choice(["actual", "exercise", "test"]), help="Default: actual.")
@click.option("--adds", is_flag=True, help="The file adds to the list; without, what it does not name is removed.")
@click.pass_obj
def import_(context: Context, /, file: Path, list_id: str, format_: str, *, adds: bool, **said: Any) -> None:  # noqa: ANN401  # options by name
    """Store the entries of FILE, sealed; every row that cannot be read is named with what is wrong."""
    node = open_node(context.home)
    from comity.screening import lists

    row = lists.keep(node, _terms(node, list_id, said))
    with read_entries(file, format_) as entries:
        done = lists.take_in(node, row, entries, whole=not adds)
    say_errors(done.errors)
    click.echo(
        f"{list_id}: {done.added} added, {done.changed} changed, {done.same} unchanged, {done.removed} removed, "
        f"{done.unkeyed} without a name or document that can be asked about, {len(done.errors)} faults."
    )
    if any(one.loses != "field" for one in done.errors) and not adds:
        click.echo("Nothing was removed, because not every row could be read.", err=True)
    click.echo(f"Next: comity list build {list_id}", err=True)


def _terms(node: "LocalNode", list_id: str, said: dict[str, Any]) -> "ListTerms":
    import re

    from comity.protocol.records import Reality
    from comity.screening.lists import ListTerms
    from comity.screening.models import Register

    if not re.fullmatch(r"[a-z0-9-]{1,40}", list_id):
        raise click.UsageError("A list's name has small letters, digits and dashes, at most 40.")
    row = Register.objects.using(node.using).filter(list_id=list_id).first()
    expires: datetime | None = said["expires"]
    return ListTerms(
        list_id=list_id,
        title=said["title"] or (row.title if row else ""),
        owner=said["owner"] or (row.owner if row else node.keys.public.identity.authorities[0]),
        legal_basis=said["legal_basis"] or (row.legal_basis if row else ""),
        reality=Reality(said["reality"] or (row.reality if row else "actual")),
        review_days=said["review_days"] or (row.review_days if row else 365),
        expires_ms=int(expires.replace(tzinfo=UTC).timestamp()) * 1000 if expires else row.expires_ms if row else None,
    )


@contextmanager
def read_entries(file: Path, format_: str) -> Iterator["Iterator[Entry | RowError]"]:
    """Open a file of persons in the format named, or in the one that it shows."""
    from comity.screening.imports import ListFormat, read_list, sniff

    with file.open("rb") as stream:
        yield read_list(stream, sniff(stream) if format_ == "auto" else ListFormat(format_))


def say_errors(errors: Sequence["RowError"]) -> None:
    """Name every row that could not be read, and what to do."""
    for one in errors[:SHOWN_ERRORS]:
        click.echo(f"row {one.row}, {one.place}: {one.problem} {one.remedy}", err=True)
    if len(errors) > SHOWN_ERRORS:
        click.echo(f"... and {len(errors) - SHOWN_ERRORS} more faults.", err=True)


@list_.command()
@click.argument("list_id")
@agreement_option
@click.option("--rotate", is_flag=True, help="Begin a new key: what partners learnt under the old one ends.")
@scheduler_option
@click.pass_obj
def build(context: Context, list_id: str, agreement: str | None, scheduler: str | None, *, rotate: bool) -> None:
    """Bring the blind index of a list up to date; only what changed is worked on, and a cut-off build goes on."""
    node = open_node(context.home)
    from comity.screening import building, lists
    from comity.screening.engine import engine

    row, channel = lists.register(node, list_id), the_channel(node, agreement)
    generation = None if rotate else building.current(node, row, channel)
    generation = generation or building.begin(node, row, channel)
    with engine(scheduler_of(scheduler)) as opened:
        made = building.build(node, row, generation, opened, progress("entries"))
    end_line()
    click.echo(f"{list_id}: {made} new versions; the index is at generation {generation.number}, version "
               f"{generation.latest}.")  # fmt: skip
    if made:
        click.echo(f"Next: comity list publish {list_id}", err=True)


@list_.command()
@click.argument("list_id")
@agreement_option
@officer_option
@released_option
@click.pass_obj
def publish(
    context: Context, list_id: str, agreement: str | None, officer: str | None, released_by: str | None
) -> None:
    """Send partners the versions of the index that they have not got."""
    node = open_node(context.home)
    from comity.screening import lists, publishing

    row, channel = lists.register(node, list_id), the_channel(node, agreement)
    posted = publishing.publish(node, row, channel, actor(officer, released_by))
    click.echo(f"{list_id}: {len(posted)} versions are on their way." if posted else f"{list_id} is up to date.")


@list_.command()
@click.argument("list_id", required=False)
@agreement_option
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.pass_obj
def show(context: Context, list_id: str | None, agreement: str | None, *, as_json: bool) -> None:
    """Show this node's lists and those of partners that can be asked about."""
    node = open_node(context.home)
    from dataclasses import asdict

    from comity.screening import indexes, list_access
    from comity.screening.models import Register

    channel = the_channel(node, agreement)
    rows: Sequence[Register] = list(Register.objects.using(node.using).order_by("list_id"))
    own = [list_access.own_list(node, row, channel.uuid) for row in rows if list_id in (None, row.list_id)]
    theirs = [one for one in indexes.known(node, channel) if list_id in (None, one.list_id)]
    if as_json:
        click.echo(json.dumps({"own": [asdict(one) for one in own], "partners": [asdict(one) for one in theirs]}))
        return
    for one in own:
        click.echo(f"ours   {one.list_id}: {one.title} ({one.owner}; {one.legal_basis}; {one.reality})")
        todo = f"{one.to_add} to add, {one.to_remove} to remove, {one.unpublished} to publish"
        click.echo(f"       {one.entries} entries, {one.review_due} due for review")
        click.echo(f"       index {one.generation}.{one.version}: {todo}")
    for known in theirs:
        click.echo(f"theirs {known.list_id} of {known.holder}: {known.title} ({known.reality}); index "
                   f"{known.generation}.{known.version}, at most {known.entries} keys")  # fmt: skip


def the_channel(node: "LocalNode", uuid: str | None) -> "Channel":
    """Return the agreement named, or the only one there is."""
    from comity.channel.models import Channel

    rows = list(Channel.objects.using(node.using).order_by("id"))
    found = [one for one in rows if uuid in (None, one.uuid)]
    if len(found) != 1:
        raise click.ClickException("There is no such agreement." if not found else "Name one with --agreement UUID.")
    return found[0]


def actor(officer: str | None, released_by: str | None) -> "Actor":
    """Return in whose name to act, by sign-in names."""
    from comity.desk.models import Officer
    from comity.screening.acting import Actor

    def pseudonym(name: str | None) -> "Officer | None":
        if name is None:
            return None
        row = Officer.objects.filter(user__username=name, user__is_active=True).first()
        if row is None:
            raise click.ClickException(f"There is no officer {name} on this node.")
        return row

    first, second = pseudonym(officer), pseudonym(released_by)
    return Actor(
        first.pseudonym if first else None, first.authority if first else None, second.pseudonym if second else None
    )


def unit_of(officer: str | None) -> str:
    """Return the unit to which belongs what an officer begins; empty, which whole authorities see, without one."""
    from comity.desk.models import Officer
    from comity.desk.roles import Permission

    row = Officer.objects.filter(user__username=officer).first() if officer else None
    return row.units(Permission.SCREEN).first if row else ""


def scheduler_of(named: str | None) -> str:
    """Return where work runs: as named on the command line, else as the node is set."""
    from django.conf import settings

    return named or str(settings.COMITY_CONFIG.scheduler)


def progress(what: str) -> Callable[[int, int], None]:
    """Return what shows progress on a terminal, and nothing anywhere else."""
    shown = [-1]

    def show(done: int, total: int) -> None:
        percent = done * 100 // max(1, total)
        if sys.stderr.isatty() and percent != shown[0]:
            shown[0] = percent
            click.echo(f"\r{done} of {total} {what} ({percent} %)", err=True, nl=False)

    return show


def end_line() -> None:
    """End the line of progress."""
    if sys.stderr.isatty():
        click.echo("", err=True)
