"""Sit an officer down at the command line: the same seat that a page would give them, and the same permissions."""

from typing import TYPE_CHECKING

import click

from comity.node.cli import Context

if TYPE_CHECKING:
    from comity.desk.seat import Seat


def seat_of(context: Context, name: str | None, agreement: str | None, language: str = "en") -> "Seat":
    """Return the seat of an officer by their sign-in name; without one, of the only officer who may write the plan."""
    from comity.node.bring_up import open_node

    node = open_node(context.home)
    from django.utils import translation

    from comity.channel.service import start
    from comity.desk.models import Officer
    from comity.desk.roles import Permission
    from comity.desk.seat import Seat, terms_of
    from comity.node.commands.screening import the_channel
    from comity.protocol.records import Reality

    start(node)
    translation.activate(language)
    rows = Officer.objects.filter(user__is_active=True)
    found = [
        one for one in rows if (one.user.username == name if name else one.may(Permission.WRITE_PLAN))
    ]  # fmt: skip
    if len(found) != 1:
        raise click.ClickException(
            f"There is no officer {name} on this node." if name else "Name an officer with --officer NAME."
        )
    channel = the_channel(node, agreement)
    terms = terms_of(node, channel)
    reality = terms.agreement.realities[0] if terms else Reality.ACTUAL
    return Seat(found[0], node, (channel,), channel, terms, reality)
