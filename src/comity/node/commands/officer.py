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
@click.option("--may-release", is_flag=True, help="May release what colleagues wrote, where a clause asks for two.")
@click.option("--operator", is_flag=True, help="May deal with alarms.")
@click.option("--no-cases", is_flag=True, help="May not read or write cases.")
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
    may_release: bool,
    operator: bool,
    no_cases: bool,
    invite: bool,
) -> None:
    """Add an officer who signs in as NAME; ask for a password, or print an invitation."""
    from comity.desk import services
    from comity.node.bring_up import open_node

    node = open_node(context.home)
    password = None if invite else _ask_password()
    added = services.add_officer(
        node,
        name,
        display_name,
        authority or node.keys.public.identity.authorities[0],
        password,
        handles_cases=not no_cases,
        may_release=may_release,
        operator=operator,
    )
    click.echo(f"{name} may sign in; partners will see {added.pseudonym}.", err=True)
    if invite:
        click.echo(f"{node.endpoint.rstrip('/')}{services.invitation(added)}")


def _ask_password() -> str:
    """Return a password typed twice, or the line on standard input when nobody is at a terminal."""
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\n")
    password = getpass.getpass("Password: ")
    if getpass.getpass("The same again: ") != password:
        raise click.ClickException("The two are not the same.")
    return password
