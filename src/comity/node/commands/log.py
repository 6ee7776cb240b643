"""Verify the access log: ``comity log ...``."""

from pathlib import Path

import click

from comity.node.cli import Context

SENTENCES = {
    "changed": "entry {index} was changed: it is not what its hash says",
    "missing": "entry {index} is missing",
    "unchained": "entry {index} does not continue the one before it, which was changed with its hash",
    "head": "the first {index} entries do not lead to the head that was signed over them",
    "short": "the log ends before entry {index}, although a head was signed over so many",
    "forged": "a head over {index} entries is not signed by this node, or cannot be read",
}


@click.group()
def log() -> None:
    """Verify the access log: who looked at what, and for which purpose."""


@log.command()
@click.option("--head", "kept", type=click.Path(path_type=Path, exists=True, dir_okay=False), multiple=True,
              help="A head that was kept elsewhere; repeat it for several.")  # fmt: skip
@click.pass_obj
def verify(context: Context, kept: tuple[Path, ...]) -> None:
    """Recompute every entry and compare the log with its signed heads, and with those that somebody kept."""
    from comity.node.bring_up import open_node

    node = open_node(context.home)
    from comity.desk.log_check import check

    found = check(node, [one.read_bytes() for one in kept])
    for fault in found.faults:
        click.echo("fault: " + SENTENCES[fault.kind].format(index=fault.index))
    if found.faults:
        raise click.ClickException("The access log is not what it was. Keep a copy of the database as evidence.")
    click.echo(f"{found.entries} entries are what they were and lead to all {found.heads} signed heads.")


@log.command()
@click.option("-o", "--output", type=click.Path(path_type=Path, dir_okay=False), help="Write it into this file.")
@click.pass_obj
def head(context: Context, output: Path | None) -> None:
    """Print the newest signed head, to keep where nobody who operates the node can change it."""
    from comity.node.bring_up import open_node

    node = open_node(context.home)
    from comity.desk.log_check import newest_head

    note = newest_head(node)
    if not note:
        raise click.ClickException("The access log is empty: nobody has looked at anything yet.")
    if output is None:
        click.echo(note.decode(), nl=False)
    else:
        output.write_bytes(note)
