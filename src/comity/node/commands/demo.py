"""Show Comity on this machine: ``comity demo``."""

import shutil
import signal
import tempfile
import time
from pathlib import Path

import click

from comity.node.demo.meetings import hold
from comity.node.demo.plan import agree_on_plan
from comity.node.demo.script import Script, play
from comity.node.demo.stage import (
    ACTORS,
    Stage,
    StageError,
    agree,
    clear,
    enlist,
    finish,
    free_ports,
    introduce,
    open_stage,
)


@click.command()
@click.option("--fresh", is_flag=True, help="Forget what an earlier demonstration left, and start anew.")
@click.option("--once", is_flag=True, help="Play a whole exchange without a browser, check everything, and end.")
@click.option(
    "--attach",
    type=click.Path(dir_okay=False, exists=True, path_type=Path),
    help="With --once: send this file of yours along.",
)
@click.option(
    "--folder",
    type=click.Path(file_okay=False, path_type=Path),
    default="~/.comity-demo",
    show_default=True,
    help="Where the two nodes live; kept between runs.",
)
@click.option(
    "--port", type=click.IntRange(1024, 65534), default=8441, show_default=True, help="Doha's; Berlin's is next."
)
def demo(*, fresh: bool, once: bool, attach: Path | None, folder: Path, port: int) -> None:
    """Run two nodes on this machine, Doha and Berlin, with an example agreement and example officers.

    Everything in it is invented.  Without options it prints two addresses to open in a browser and how to sign in.
    """
    if attach is not None and not once:
        raise click.UsageError("--attach goes with --once; in the browser, attach files to what you write.")
    if once:
        _once(attach)
    else:
        _show(folder.expanduser().absolute(), fresh=fresh, port=port)


def _show(folder: Path, *, fresh: bool, port: int) -> None:
    if fresh:
        clear(folder)
    began = time.monotonic()
    stage, new = open_stage(folder, (port, port + 1))
    signal.signal(signal.SIGTERM, _interrupt)
    try:
        if new:
            with stage.sides() as (doha, berlin):
                introduce(doha, berlin)
                enlist(stage, doha, berlin)
                stage.serve()
                agree(doha, berlin)
                hold(doha, berlin)
                agree_on_plan(doha, berlin)
            finish(stage)
        else:
            stage.serve()
        _greet(stage, time.monotonic() - began, new=new)
        for process in stage.servers.values():
            process.wait()
        raise StageError(f"The nodes have ended. Their last words are in {folder}/*/serve.log")
    except KeyboardInterrupt:
        click.echo("\nStopped. The data stays; comity demo goes on with it, comity demo --fresh forgets it.")
    finally:
        stage.stop()


def _greet(stage: Stage, seconds: float, *, new: bool) -> None:
    made = (
        "Two nodes were made, paired, and have signed the example agreement" if new else "Two nodes are running again"
    )
    click.echo(f"{made} ({seconds:.1f} s). Everything here is invented.\n")
    for actor in ACTORS:
        click.echo(f"  {actor.city:<7} {stage.address(actor)}")
        for name, display_name, roles in actor.officers:
            may = next((said for role, said in _MAY.items() if role in roles), "asks and answers")
            click.echo(f"          sign in as {name:<16} password {stage.passwords[name]:<14} {display_name}, {may}")
    click.echo("\nTry: sign in as noura in Doha, write a request under clause 4(2); then sign in as greta in Berlin.")
    click.echo("Stop with Ctrl-C.")


_MAY = {
    "supervisor": "releases",
    "operator": "operates the node",
    "auditor": "watches",
    "analyst": "keeps lists and checks persons",
}
"""What the example officers may do, by the role that says most."""


def _once(attach: Path | None) -> None:
    folder = Path(tempfile.mkdtemp(prefix="comity-demo-"))
    stage, _ = open_stage(folder / "stage", free_ports())
    failed = True
    try:
        with stage.sides() as (doha, berlin):
            words = introduce(doha, berlin)
            click.echo(f"Doha and Berlin paired; both read out: {' '.join(words)}.")
            stage.serve()
            click.echo(f"Both signed the example agreement, {agree(doha, berlin)[:23]}…")
            script = Script(stage, doha, berlin)
            play(script, attach or _sample(folder))
            failed = bool(script.faults)
    finally:
        stage.stop()
        if not failed:
            shutil.rmtree(folder, ignore_errors=True)
    if failed:
        raise StageError(f"{len(script.faults)} things are not as they must be; everything is kept in {folder}")
    click.echo("Everything is as it must be: both journals verified, the case proven.")


def _sample(folder: Path) -> Path:
    file = folder / "photograph.txt"
    file.write_text("An invented photograph, in words: a grey car before a white wall.\n" * 2000)
    return file


def _interrupt(_signal: int, _frame: object) -> None:
    raise KeyboardInterrupt
