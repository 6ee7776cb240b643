"""Run the node: screens, the partners' door, and the queues, in one process: ``comity serve``."""

import os

import click

from comity.node.cli import Context

THREADS = 8
"""Requests at a time.  A partner has at most one message in work, officers' pages are short."""


@click.command()
@click.option("--quiet", is_flag=True, help="Say nothing at the start.")
@click.pass_obj
def serve(context: Context, *, quiet: bool) -> None:
    """Run the node until it is stopped."""
    from comity.node import config, local

    settings = config.load(context.home)
    os.environ["COMITY_HOME"] = str(context.home)
    from granian import Granian
    from granian.constants import HTTPModes, Interfaces

    own = settings.listen.tls == "own"
    scheme = "http" if settings.listen.tls == "none" else "https"
    if not quiet:
        click.echo(f"{settings.name} answers at {scheme}://{settings.listen.host}:{settings.listen.port}/", err=True)
    Granian(
        "comity.node.wsgi:application",
        address=settings.listen.host,
        port=settings.listen.port,
        interface=Interfaces.WSGI,
        http=HTTPModes.http1,
        workers=1,
        blocking_threads=THREADS,
        backlog=128,
        ssl_cert=context.home / local.TLS_CERTIFICATE_FILE if own else None,
        ssl_key=context.home / local.TLS_KEY_FILE if own else None,
        log_enabled=False,
    ).serve()
