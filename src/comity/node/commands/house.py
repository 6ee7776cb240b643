"""Hand over to the house's tools: ``test``, ``lint``, ``bench``.  They need a checkout."""

import importlib
import sys
from collections.abc import Sequence
from pathlib import Path

import click

ROOT = Path(__file__).resolve().parents[4]


def _in_checkout() -> None:
    if not (ROOT / "tools" / "targets.py").exists():
        raise click.ClickException("This needs a checkout of Comity; what is installed here is the node alone.")
    if str(ROOT) not in sys.path:
        sys.path.insert(0, str(ROOT))


@click.command(context_settings={"ignore_unknown_options": True})
@click.argument("target", default="everyday")
@click.argument("rest", nargs=-1, type=click.UNPROCESSED)
@click.option("--list", "show", is_flag=True, help="List the targets and end.")
@click.option("--reduced", is_flag=True, help="Take the small sizes that fit into continuous integration.")
@click.option("--seeds", type=int, help="How many seeds the simulation runs.")
@click.option("--db", type=click.Choice(["both", "sqlite", "postgresql"]), default="both", show_default=True)
def test(target: str, rest: Sequence[str], *, show: bool, reduced: bool, seeds: int | None, db: str) -> None:
    """Run the tests: the everyday suite on SQLite and PostgreSQL, or a TARGET.

    What follows the target goes to pytest: comity test everyday -k receipt. A path is a target too: comity test
    tests/node.
    """
    _in_checkout()
    targets = importlib.import_module("tools.targets")
    if show:
        targets.show()
        return
    sys.exit(targets.run(target, targets.Options(tuple(rest), reduced, seeds, db)))


@click.command()
@click.argument("paths", nargs=-1, type=click.Path(exists=True))
@click.option("--fix", is_flag=True, help="Format, and mend what can be mended.")
def lint(paths: Sequence[str], *, fix: bool) -> None:
    """Check format, style, types, imports and the rules of the house.

    With PATHS, only the format and style of these.
    """
    _in_checkout()
    sys.exit(importlib.import_module("tools.lint").run(paths, fix=fix))


@click.command(context_settings={"ignore_unknown_options": True, "help_option_names": ["-h"]}, add_help_option=False)
@click.argument("name", required=False)
@click.argument("rest", nargs=-1, type=click.UNPROCESSED)
def bench(name: str | None, rest: Sequence[str]) -> None:
    """Measure: comity bench NAME [--json] prints a table beside its peer, measured in the same run.

    Without a name, list the benches. comity bench NAME --help explains one.
    """
    _in_checkout()
    found = {path.stem: path for path in sorted((ROOT / "bench").glob("[a-z]*.py"))}
    if name is None or name in ("-h", "--help"):
        for each in found:
            lines = (importlib.import_module(f"bench.{each}").__doc__ or "").splitlines()
            click.echo(f"{each:<14} {lines[0] if lines else ''}")
        return
    if name not in found:
        raise click.ClickException(f"There is no bench {name}. There are: {', '.join(found) or 'none yet'}.")
    importlib.import_module(f"bench.{name}").main(list(rest))
