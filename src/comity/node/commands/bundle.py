"""Carry messages by hand, where no network joins two nodes: ``comity bundle export|import``."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from comity.node.bring_up import open_node
from comity.node.cli import Context

if TYPE_CHECKING:
    from comity.channel.runtime import LocalNode


@click.group()
def bundle() -> None:
    """Carry messages on a stick, with the same effect as over the network."""


@bundle.command("export")
@click.argument("peer", metavar="NODE")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.pass_obj
def export_(context: Context, peer: str, file: Path) -> None:
    """Write everything that waits for NODE into FILE, sealed: records, receipts, attachments it asked for."""
    node = open_node(context.home)
    from comity.channel import carriage
    from comity.protocol.bundle import write_bundle

    half = file.with_name(file.name + ".part")
    count = 0

    def counted() -> Iterator[bytes]:
        nonlocal count
        for message in carriage.messages_for(node, peer):
            count += 1
            yield message

    try:
        with half.open("xb") as copy:
            half.chmod(0o600)
            for block in write_bundle(counted()):
                copy.write(block)
        half.rename(file)
    finally:
        half.unlink(missing_ok=True)
    click.echo(f"Wrote {count} sealed messages for {peer} to {file}. They read it with: comity bundle import FILE")


@bundle.command("import")
@click.argument("file", type=click.Path(dir_okay=False, exists=True, path_type=Path))
@click.pass_obj
def import_(context: Context, file: Path) -> None:
    """Take in the messages in FILE; then export a bundle of your own, so that the partner gets the receipts."""
    node = open_node(context.home)
    from comity.channel import carriage
    from comity.protocol.bundle import BundleCutError, read_bundle

    taken, senders = 0, set()
    try:
        with file.open("rb") as stream:
            for message in read_bundle(stream):
                senders.add(carriage.take_in(node, message))
                taken += 1
    except BundleCutError as error:
        click.echo(f"{error.sentence} {error.remedy}", err=True)
    click.echo(f"Took in {taken} messages from {', '.join(sorted(senders)) or 'nobody'}.")
    for sender in sorted(senders):
        click.echo(f"Send the receipts back with: comity bundle export {sender} FILE")
    _check_alarms(node)


def _check_alarms(node: "LocalNode") -> None:
    from comity.channel.alarms import open_alarms

    found = open_alarms(node)
    if found:
        click.echo(f"{len(found)} alarms are open: comity alarm list", err=True)
