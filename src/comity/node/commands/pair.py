"""Meet a partner: ``comity pair ...``."""

from pathlib import Path
from typing import IO

import click

from comity.node.bring_up import open_node
from comity.node.cli import Context

FILE_LIMIT = 64 * 1024


@click.group()
def pair() -> None:
    """Meet a partner: invitation, acceptance, and words on the telephone."""


@pair.command()
@click.option("-o", "--output", type=click.File("wb"), default="-", help="Where to write it; default: the terminal.")
@click.pass_obj
def invite(context: Context, output: IO[bytes]) -> None:
    """Make an invitation for a partner.  It holds no secret, but send it where only the partner reads."""
    node = open_node(context.home)
    from comity.channel import peers

    output.write(peers.invite(node) + b"\n")
    click.echo("Send this to the partner. They answer with: comity pair accept FILE", err=True)


@pair.command()
@click.argument("file", type=click.Path(dir_okay=False, exists=True, path_type=Path))
@click.option("-o", "--output", type=click.File("wb"), default="-", help="Where to write the answer.")
@click.pass_obj
def accept(context: Context, file: Path, output: IO[bytes]) -> None:
    """Accept an invitation and write the answer; or read the answer to one's own invitation."""
    node = open_node(context.home)
    from comity.channel import peers
    from comity.protocol.pairing import ACCEPTANCE_V

    with file.open("rb") as handle:
        data = handle.read(FILE_LIMIT + 1).strip()
    if ACCEPTANCE_V.encode() in data:
        name = peers.complete(node, data)
    else:
        answer, name = peers.accept(node, data)
        output.write(answer + b"\n")
        click.echo(f"Send this answer back to {name}. They read it with: comity pair accept FILE", err=True)
    _show_words(name)


@pair.command()
@click.argument("name", metavar="NODE")
@click.pass_obj
def words(context: Context, name: str) -> None:
    """Show the words that both sides read out."""
    open_node(context.home)
    _show_words(name)


@pair.command()
@click.argument("name", metavar="NODE")
@click.option("--yes", is_flag=True, help="The words were compared; do not ask.")
@click.pass_obj
def confirm(context: Context, name: str, *, yes: bool) -> None:
    """Confirm that both sides read out the same words by telephone."""
    node = open_node(context.home)
    from comity.channel import peers

    if not yes:
        _show_words(name)
        click.confirm("Did the partner read out exactly these words?", abort=True, err=True)
    peers.confirm(node, name)
    click.echo(f"{name} is a partner of this node now.", err=True)


@pair.command()
@click.argument("name", metavar="NODE")
@click.pass_obj
def block(context: Context, name: str) -> None:
    """Stop all exchange with a partner, until it is paired again."""
    node = open_node(context.home)
    from comity.channel import peers

    peers.block(node, name)
    click.echo(f"Nothing is sent to {name} or taken from it any more.", err=True)


@pair.command()
@click.argument("name", metavar="NODE")
@click.argument("megabytes", type=click.IntRange(min=1))
@click.pass_obj
def quota(context: Context, name: str, megabytes: int) -> None:
    """Set how much disk a partner may fill here, in megabytes."""
    node = open_node(context.home)
    from comity.channel.models import Peer

    changed = Peer.objects.using(node.using).filter(node=name).update(quota_bytes=megabytes * 1024**2)
    if not changed:
        raise click.ClickException(f"{name} is not a partner of this node.")
    click.echo(f"{name} may fill {megabytes} MB here.", err=True)


def _show_words(name: str) -> None:
    from comity.channel import peers
    from comity.channel.service import local_node

    found, numbers = peers.words(local_node(), name)
    click.echo(f"\nCall {name} on a number you know. Both read out all twelve, in turn:\n", err=True)
    for row in range(0, len(found), 4):
        cells = (f"{found[i]:<10} {numbers[i]:>4}" for i in range(row, row + 4))
        click.echo("    " + "   ".join(cells), err=True)
    click.echo(f"\nIf they agree: comity pair confirm {name}", err=True)
