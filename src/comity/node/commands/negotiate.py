"""Propose, sign, decline, suspend, resume and end an agreement; joined to ``comity agreement``."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from comity.node.bring_up import open_node
from comity.node.cli import Context
from comity.node.commands.agreement import agreement

if TYPE_CHECKING:
    from comity.channel.models import Channel
    from comity.channel.runtime import LocalNode
    from comity.protocol.canonical import Strict

_channel = click.option("--channel", metavar="UUID", help="Which agreement, when the node holds several.")
_reason = click.option("--reason", required=True, help="Why; the partner reads it.")


@agreement.command()
@click.argument("file", required=False, type=click.Path(dir_okay=False, exists=True, path_type=Path))
@click.option("--example", metavar="NODE", help="Propose the example that ships with Comity to this partner.")
@click.option("--note", default="", help="A word to the partner about the proposal.")
@click.pass_obj
def propose(context: Context, file: Path | None, example: str | None, note: str) -> None:
    """Propose the agreement in FILE to the nodes that it names; or a changed text of one in force."""
    if (file is None) == (example is None):
        raise click.UsageError("Name a file, or --example and a partner.")
    node = open_node(context.home)
    from comity.channel import agreements
    from comity.protocol.agreement.model import AGREEMENT_LIMIT
    from comity.protocol.agreement.template import text_of_draft

    if example is not None:
        text = _example(node, example)
    else:
        assert file is not None  # noqa: S101  # one of the two is given
        with file.open("rb") as handle:
            text = text_of_draft(handle.read(2 * AGREEMENT_LIMIT + 1))
    channel = agreements.propose(node, text, note)
    digest = _digest(text)
    click.echo(f"Proposed {digest}\n  on channel {channel.uuid} to {', '.join(channel.members)}.")
    click.echo("It is in force once a node of every party has signed: comity agreement sign")


@agreement.command()
@click.argument("digest", required=False)
@_channel
@click.pass_obj
def sign(context: Context, digest: str | None, channel: str | None) -> None:
    """Sign a proposed text; without DIGEST the one that waits for an answer."""
    from comity.protocol.types import AgreementSigned

    node, row = _open(context, channel)
    found = digest or _waiting(node, row)
    _act(node, row, "agreement.signed/1", AgreementSigned(digest=found))
    click.echo(f"Signed {found}.")


@agreement.command()
@click.argument("digest", required=False)
@_reason
@_channel
@click.pass_obj
def decline(context: Context, digest: str | None, reason: str, channel: str | None) -> None:
    """Decline a proposed text, with the reason."""
    from comity.protocol.types import AgreementDeclined

    node, row = _open(context, channel)
    found = digest or _waiting(node, row)
    _act(node, row, "agreement.declined/1", AgreementDeclined(digest=found, reason=reason))
    click.echo(f"Declined {found}.")


@agreement.command()
@_reason
@_channel
@click.pass_obj
def suspend(context: Context, reason: str, channel: str | None) -> None:
    """Stop all exchange under an agreement at once."""
    from comity.protocol.types import AgreementSuspended

    node, row = _open(context, channel)
    _act(node, row, "agreement.suspended/1", AgreementSuspended(digest=_in_force(node, row), reason=reason))
    click.echo("Suspended: from now on nothing is sent or accepted under it.")


@agreement.command()
@_channel
@click.pass_obj
def resume(context: Context, channel: str | None) -> None:
    """Lift one's own suspension."""
    from comity.protocol.types import AgreementResumed

    node, row = _open(context, channel)
    _act(node, row, "agreement.resumed/1", AgreementResumed(digest=_in_force(node, row)))
    click.echo("Resumed, as far as this side is concerned.")


@agreement.command()
@click.option("--effective", required=True, metavar="TIME", help="When: 2027-01-01T00:00:00.000Z.")
@_reason
@_channel
@click.pass_obj
def end(context: Context, effective: str, reason: str, channel: str | None) -> None:
    """Give notice: the agreement ends at the time named."""
    from comity.protocol.names import parse_instant
    from comity.protocol.types import AgreementEnded

    parse_instant(effective)
    node, row = _open(context, channel)
    body = AgreementEnded(digest=_in_force(node, row), effective=effective, reason=reason)
    _act(node, row, "agreement.ended/1", body)
    click.echo(f"Notice given: it ends at {effective}.")


@agreement.command("list")
@click.pass_obj
def list_(context: Context) -> None:
    """List the agreements on this node and the texts that wait for a signature."""
    node = open_node(context.home)
    from comity.channel import agreements
    from comity.channel.models import Channel

    for row in Channel.objects.using(node.using).order_by("id"):
        view = agreements.negotiation(node, row).view
        click.echo(f"{row.uuid}  between {', '.join(row.members)}")
        for digest, text in view.texts.items():
            click.echo(f"  version {text.proposal.version}  {text.status.value:<12} {digest}")


def _open(context: Context, uuid: str | None) -> "tuple[LocalNode, Channel]":
    node = open_node(context.home)
    from comity.channel.models import Channel

    rows = Channel.objects.using(node.using).order_by("id")
    found = list(rows.filter(uuid=uuid) if uuid else rows)
    if len(found) != 1:
        say = "This node holds no such agreement." if not found else "This node holds several: use --channel."
        raise click.ClickException(say)
    return node, found[0]


def _act(node: "LocalNode", channel: "Channel", tag: str, body: "Strict") -> None:
    from comity.channel import agreements

    agreements.act(node, channel, tag, body)


def _in_force(node: "LocalNode", channel: "Channel") -> str:
    from comity.channel import agreements

    return agreements.terms_in_force(node, channel).digest


def _waiting(node: "LocalNode", channel: "Channel") -> str:
    from comity.channel import agreements
    from comity.protocol.agreement.negotiation import TextStatus

    texts = agreements.negotiation(node, channel).view.texts
    live = [digest for digest, text in texts.items() if text.status is TextStatus.LIVE]
    if len(live) != 1:
        say = "No text waits for an answer." if not live else "Several texts wait; name one: comity agreement list"
        raise click.ClickException(say)
    return live[0]


def _digest(text: bytes) -> str:
    from comity.protocol.agreement.model import agreement_digest

    return agreement_digest(text)


def _example(node: "LocalNode", partner: str) -> bytes:
    from comity.channel.peers import keys_of
    from comity.node.example import example_agreement
    from comity.protocol.agreement.reader import write_agreement
    from comity.protocol.names import hex_digest, instant, party_of

    nodes = {party_of(name): (name, hex_digest(keys_of(node, name).fingerprint)) for name in (node.name, partner)}
    return write_agreement(example_agreement(node.new_id(), nodes, instant(node.clock())))
