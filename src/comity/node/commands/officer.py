"""Let people in: ``comity officer ...``."""

import getpass
import sys

import click

from comity.node.cli import Context


@click.group()
def officer() -> None:
    """Let officers of the node's authorities sign in."""


@officer.command()
@click.argument("name")
@click.option("--display-name", required=True, help="What colleagues on this node see; partners see a pseudonym.")
@click.option("--authority", help="The authority the officer acts for; default: the node's first.")
@click.option(
    "--role",
    "roles",
    multiple=True,
    default=("officer",),
    show_default=True,
    help="What they may do, see docs/permissions.md; repeat it for several.",
)
@click.option(
    "--invite", is_flag=True, help="Print a link that lets the officer choose the password, once, for 3 days."
)
@click.pass_obj
def add(
    context: Context,
    name: str,
    display_name: str,
    authority: str | None,
    *,
    roles: tuple[str, ...],
    invite: bool,
) -> None:
    """Add an officer who signs in as NAME; ask for a password, or print an invitation."""
    from comity.desk.roles import Role
    from comity.node.bring_up import open_node

    unknown = sorted(set(roles) - set(Role))
    if unknown:
        raise click.BadParameter(f"there is no role {unknown[0]}; there are {', '.join(Role)}.", param_hint="--role")
    node = open_node(context.home)
    from comity.desk import services

    password = None if invite else _ask_password()
    added = services.add_officer(
        node,
        name,
        display_name,
        authority or node.keys.public.identity.authorities[0],
        password,
        roles=[Role(one) for one in roles],
    )
    click.echo(f"{name} may sign in; partners will see {added.pseudonym}.", err=True)
    if invite:
        click.echo(f"{node.endpoint.rstrip('/')}{services.invitation(added)}")


@officer.command()
@click.argument("name")
@click.pass_obj
def invite(context: Context, name: str) -> None:
    """Print a new link for NAME, who lost password and keys; theirs no longer count, and their sessions end."""
    from comity.node.bring_up import open_node

    node = open_node(context.home)
    from comity.desk import services

    click.echo(f"{node.endpoint.rstrip('/')}{services.invite_again(name)}")


def _ask_password() -> str:
    """Return a password typed twice, or the line on standard input when nobody is at a terminal."""
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\n")
    password = getpass.getpass("Password: ")
    if getpass.getpass("The same again: ") != password:
        raise click.ClickException("The two are not the same.")
    return password
