"""Let programs act as an officer: ``comity token ...``."""

import json
from typing import TYPE_CHECKING

import click

from comity.node.cli import Context

if TYPE_CHECKING:
    from comity.desk.api.tokens import Shown


@click.group()
def token() -> None:
    """Make, list and end the tokens by which programs act as an officer over the REST interface."""


@token.command()
@click.argument("name")
@click.option("--label", required=True, help="Which program it is for.")
@click.option("--scope", "scopes", multiple=True, required=True, help="What it may do; repeat it for several.")
@click.option("--days", type=click.IntRange(1, 366), default=90, show_default=True, help="How long it counts.")
@click.pass_obj
def add(context: Context, name: str, label: str, *, scopes: tuple[str, ...], days: int) -> None:
    """Make a token for the officer who signs in as NAME, and print it; it is never shown again."""
    from comity.node.bring_up import open_node

    node = open_node(context.home)
    from comity.desk.api import tokens
    from comity.desk.api.scopes import Scope
    from comity.desk.errors import OfficerError
    from comity.desk.models import Officer

    unknown = sorted(set(scopes) - set(Scope))
    if unknown:
        raise click.BadParameter(f"there is no {unknown[0]}; there are {', '.join(Scope)}.", param_hint="--scope")
    officer = Officer.objects.filter(user__username=name, ended_ms=None).first()
    if officer is None:
        raise OfficerError(f"There is no officer {name} on this node.", "Look at the name again.")
    shown, made = tokens.make(node, officer, label, [Scope(one) for one in scopes], days)
    click.echo(f"Token {shown.handle} acts as {name}; comity token end {shown.handle} ends it.", err=True)
    click.echo(made)


@token.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.pass_obj
def list_(context: Context, *, as_json: bool) -> None:
    """List the tokens that were not ended."""
    from comity.node.bring_up import open_node

    node = open_node(context.home)
    from comity.desk.api import tokens

    rows = [_row(one, counts=one.counts_at(node.clock())) for one in tokens.all_of_node()]
    if as_json:
        click.echo(json.dumps({"tokens": rows}))
        return
    for row in rows:
        click.echo(
            "  ".join(str(row[name]) for name in ("token", "officer", "state", "until", "used", "scopes", "label"))
        )


@token.command()
@click.argument("handle")
@click.pass_obj
def end(context: Context, handle: str) -> None:
    """End a token at once, by what stands between its underscores."""
    from comity.node.bring_up import open_node

    node = open_node(context.home)
    from comity.desk.api import tokens
    from comity.desk.errors import OfficerError

    if not tokens.end(node.clock(), handle):
        raise OfficerError("There is no such token, or it has ended.", "Look at comity token list.")
    click.echo(f"Token {handle} no longer counts.", err=True)


def _row(one: "Shown", *, counts: bool) -> dict[str, str]:
    from comity.protocol.names import UnixMs, instant

    return {
        "token": one.handle,
        "officer": one.signs_in_as,
        "state": "counts" if counts else "expired",
        "until": instant(UnixMs(one.until_ms)),
        "used": instant(UnixMs(one.used_ms)) if one.used_ms else "never",
        "scopes": ",".join(one.scopes),
        "label": one.label,
    }
