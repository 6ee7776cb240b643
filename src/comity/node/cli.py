"""Put the command line together: one table of commands, each imported only when it is asked for.

A new command is a module in ``node/commands/`` and one line in `COMMANDS`.
"""

import importlib
import os
import sys
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

import click

import comity
from comity.node.exits import EXIT_CODES, REFUSED
from comity.protocol.errors import ComityError

EXIT_REFUSED = REFUSED


class Topic(StrEnum):
    """Group the commands in the help, in this order."""

    START = "Start here"
    NODE = "A node"
    PARTNERS = "Partners and agreements"
    COURT = "Evidence"
    HOUSE = "Developing Comity"


@dataclass(frozen=True, slots=True)
class Entry:
    """Say where a command lives: ``module:attribute``, imported when the command is called or listed."""

    name: str
    topic: Topic
    where: str

    def load(self) -> click.Command:
        """Import the command."""
        module, _, attribute = self.where.partition(":")
        command: click.Command = getattr(importlib.import_module(module), attribute)
        return command


_AT = "comity.node.commands."
COMMANDS = (
    Entry("demo", Topic.START, _AT + "demo:demo"),
    Entry("node", Topic.NODE, _AT + "node:node"),
    Entry("serve", Topic.NODE, _AT + "serve:serve"),
    Entry("officer", Topic.NODE, _AT + "officer:officer"),
    Entry("token", Topic.NODE, _AT + "token:token"),
    Entry("status", Topic.NODE, _AT + "status:status"),
    Entry("alarm", Topic.NODE, _AT + "status:alarm"),
    Entry("agreement", Topic.PARTNERS, _AT + "negotiate:agreement"),
    Entry("bundle", Topic.PARTNERS, _AT + "bundle:bundle"),
    Entry("pair", Topic.PARTNERS, _AT + "pair:pair"),
    Entry("list", Topic.PARTNERS, _AT + "screening:list_"),
    Entry("case", Topic.PARTNERS, _AT + "case:case"),
    Entry("check", Topic.PARTNERS, _AT + "check:check"),
    Entry("plan", Topic.PARTNERS, _AT + "plan:plan"),
    Entry("meeting", Topic.PARTNERS, _AT + "meeting:meeting"),
    Entry("indicators", Topic.PARTNERS, _AT + "plan:indicators"),
    Entry("log", Topic.COURT, _AT + "log:log"),
    Entry("pack", Topic.COURT, _AT + "case_pack:pack"),
    Entry("test", Topic.HOUSE, _AT + "house:test"),
    Entry("lint", Topic.HOUSE, _AT + "house:lint"),
    Entry("match", Topic.HOUSE, _AT + "match:match"),
    Entry("bench", Topic.HOUSE, _AT + "house:bench"),
)


@dataclass(frozen=True, slots=True)
class Context:
    """Hold what every command may ask for."""

    home: Path


class _Lazy(click.Group):
    """Load a command when it is called; list commands by topic."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002  # click's interface
        """Return the names in the order of the table."""
        return [entry.name for entry in COMMANDS]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002  # click's interface
        """Return the command of that name, if there is one."""
        return next((entry.load() for entry in COMMANDS if entry.name == cmd_name), None)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002  # click's interface
        """Write one section of help for each topic."""
        width = max(len(entry.name) for entry in COMMANDS)
        for topic in Topic:
            entries = [entry for entry in COMMANDS if entry.topic is topic]
            if entries:
                room = formatter.width - width - 6
                rows = [(e.name.ljust(width), e.load().get_short_help_str(room)) for e in entries]
                with formatter.section(topic):
                    formatter.write_dl(rows)


@click.command(cls=_Lazy, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--home",
    type=click.Path(file_okay=False, path_type=Path),
    envvar="COMITY_HOME",
    default="~/.comity",
    show_default=True,
    show_envvar=True,
    help="The folder that holds the node: its settings, keys and data.",
)
@click.version_option(comity.__version__, prog_name="comity")
@click.pass_context
def cli(ctx: click.Context, home: Path) -> None:
    """Exchange sealed, receipted records with a partner state under an agreement that both have signed.

    Every command explains itself: comity COMMAND --help.
    """
    ctx.obj = Context(home=home.expanduser().absolute())


def main() -> None:
    """Run the command line; a documented error becomes its sentence, its remedy and its exit code."""
    # SECURITY: nothing that a command writes is readable by others. Holds because every file begins without their
    # rights, whatever the caller's umask. Breaks if a file is made readable on purpose.
    os.umask(0o077)
    try:
        cli(prog_name="comity")
    except ComityError as error:
        click.echo(f"comity: {error.sentence}", err=True)
        click.echo(f"        {error.remedy}", err=True)
        sys.exit(EXIT_CODES[error.kind])
