"""Export a case as a pack; joined to ``comity pack``."""

from pathlib import Path

import click

from comity.node.bring_up import open_node
from comity.node.cli import Context
from comity.node.commands.pack import pack


@pack.command()
@click.argument("case")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.pass_obj
def export(context: Context, case: str, file: Path) -> None:
    """Export a CASE (its identifier) as a pack into FILE; the export stands in this node's journal."""
    node = open_node(context.home)
    from comity.cases.models import Entry
    from comity.channel.evidence import export_pack
    from comity.channel.models import Channel

    entries = list(Entry.objects.using(node.using).filter(case__uuid=case).order_by("time_ms"))
    if len({entry.channel for entry in entries}) != 1:
        raise click.ClickException("There is no such case on this node.")
    channel = Channel.objects.using(node.using).get(uuid=entries[0].channel)
    exported = export_pack(node, channel, case, [entry.uid for entry in entries])
    half = file.with_name(file.name + ".part")
    try:
        with half.open("xb") as copy:
            half.chmod(0o600)
            for block in exported.blocks():
                copy.write(block)
        half.rename(file)
    finally:
        half.unlink(missing_ok=True)
    click.echo(f"Wrote {file}: {len(entries)} records of case {case}. It holds their contents in clear: guard it.")
    click.echo("Check it anywhere: comity pack verify FILE --key IDENTITY --key IDENTITY")
