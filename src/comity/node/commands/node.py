"""Make a node, explain its settings, look after it: ``comity node ...``."""

from pathlib import Path

import click

from comity.node.bring_up import open_node
from comity.node.cli import Context

TEMPLATE = """\
# A node of Comity.  comity node settings explains every key.
name = "{name}"
party = "{party}"
authorities = [{authorities}]
endpoint = "{endpoint}"
time_zone = "{time_zone}"
second_factor = "{second_factor}"

[listen]
host = "{host}"
port = {port}
tls = "{tls}"

[database]
engine = "{engine}"
{database}"""


@click.group()
def node() -> None:
    """Make a node and look after it."""


@node.command()
@click.option("--name", required=True, help="The node's name, party first: DE.berlin.")
@click.option("--authority", "authorities", multiple=True, required=True, help="An authority it serves: DE/BKA.")
@click.option("--endpoint", default="", help="The address at which partners reach it; empty: it only calls out.")
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to answer on.")
@click.option("--port", default=8443, show_default=True, help="The port to answer on.")
@click.option("--tls", type=click.Choice(["own", "proxy", "none"]), default="own", show_default=True)
@click.option("--time-zone", default="UTC", show_default=True, help="The zone in which screens show times.")
@click.option(
    "--second-factor",
    type=click.Choice(["required", "optional"]),
    default="required",
    show_default=True,
    help="Whether officers need a passkey or a one-time code; optional is for demonstrations.",
)
@click.option("--engine", type=click.Choice(["sqlite", "postgresql"]), default="sqlite", show_default=True)
@click.option("--db-name", default="", help="PostgreSQL: the database.")
@click.option("--db-host", default="", help="PostgreSQL: its address or socket folder.")
@click.option("--db-port", default=5432, show_default=True, help="PostgreSQL: its port.")
@click.option("--db-user", default="", help="PostgreSQL: the role.")
@click.option("--db-password-file", default="", help="PostgreSQL: a private file with the role's password.")
@click.pass_obj
def init(context: Context, /, name: str, authorities: tuple[str, ...], **options: object) -> None:
    """Make a node in the home folder: settings, keys, certificate and database."""
    from comity.node import config, local
    from comity.node.errors import SettingsError

    home = context.home
    database = "".join(
        f"{key} = {value if isinstance(value, int) else _quoted(str(value))}\n"
        for key, value in (
            ("name", options["db_name"]),
            ("host", options["db_host"]),
            ("port", options["db_port"]),
            ("user", options["db_user"]),
            ("password_file", options["db_password_file"]),
        )
        if value and options["engine"] == "postgresql"
    )
    text = TEMPLATE.format(
        name=name,
        party=name[:2],
        authorities=", ".join(f'"{one}"' for one in authorities),
        database=database,
        **{key: options[key] for key in ("endpoint", "time_zone", "second_factor", "host", "port", "tls", "engine")},
    )
    settings = config.parse(text)
    if (home / config.FILE).exists():
        raise SettingsError(f"There is a node in {home} already.", "Choose another folder with --home.")
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    home.chmod(0o700)
    local.make_keys(home, settings.name, settings.authorities)
    if settings.listen.tls == "own":
        local.make_tls(home, _host_of(settings.endpoint) or settings.listen.host)
    (home / config.FILE).write_text(text, encoding="utf-8")
    _prepare_database(home)
    click.echo(f"Made {settings.name} in {home}.")
    click.echo("Next: comity officer add, comity serve, and comity pair invite to meet a partner.")


@node.command()
@click.pass_obj
def upgrade(context: Context) -> None:
    """Bring the database to the form that this version of Comity needs."""
    _prepare_database(context.home)
    click.echo("The database is up to date.")


@node.command()
def settings() -> None:
    """Explain every key of node.toml, with its default."""
    from comity.node.config import FILE, explain

    table = ""
    for key in explain():
        if key.table != table:
            table = key.table
            click.echo(f"\n[{table}]")
        default = f"default {key.default}" if key.default else "required"
        click.echo(f"{key.name} ({default})\n    {key.description}")
    click.echo(f"\nAll of them stand in {FILE} in the node's home folder.")


@node.command()
@click.option("--without", multiple=True, metavar="NODE", help="Go on without a partner that cannot be reached.")
@click.pass_obj
def restored(context: Context, without: tuple[str, ...]) -> None:
    """Say that the database was restored from a backup; run it before the node is started again.

    The node then waits to hear from every partner, takes back what they hold of its journals, and only then signs.
    """
    node_ = open_node(context.home)
    from comity.channel import recovery

    if without:
        for name in without:
            recovery.stop_waiting_for(node_, name)
        click.echo("The node goes on without: " + ", ".join(without))
        return
    recovery.declare_restored(node_)
    click.echo("Noted. Start the node; it signs again once every partner has been heard.")


@node.command()
@click.pass_obj
def verify(context: Context) -> None:
    """Recompute every journal held here from its records, and compare with the signed heads."""
    node_ = open_node(context.home)
    from comity.channel.audit import verify_journals

    faults = 0
    for result in verify_journals(node_):
        click.echo(result.sentence())
        faults += result.fault is not None
    if faults:
        raise click.ClickException(f"{faults} journals do not verify.")


@node.command()
@click.pass_obj
def rebuild(context: Context) -> None:
    """Make every area's tables again from the journals."""
    node_ = open_node(context.home)
    from comity.channel.audit import rebuild_areas

    count = rebuild_areas(node_)
    click.echo(f"Applied {count} records again.")


@node.command()
@click.pass_obj
def erase(context: Context) -> None:
    """Erase what has fallen due, and list what either side owes; a running node does this by itself."""
    node_ = open_node(context.home)
    from comity.channel import erasure

    click.echo(f"Erased {erasure.run(node_)} records.")
    for row in erasure.overdue(node_):
        click.echo(f"overdue: {row.node} has not confirmed {row.journal.node} #{row.index}")


def _prepare_database(home: Path) -> None:
    from comity.node.start import start

    start(home)
    from django.core.management import call_command

    call_command("migrate", interactive=False, verbosity=0)


def _host_of(endpoint: str) -> str:
    from urllib.parse import urlsplit

    return urlsplit(endpoint).hostname or ""


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
