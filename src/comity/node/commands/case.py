"""Work in cases from the command line, over the REST interface of a node here or elsewhere: ``comity case ...``."""

import json
import os
import stat
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

if TYPE_CHECKING:
    from comity.client import Client, Draft

    Clients = Callable[[], AbstractContextManager[Client]]

_OTHERS: Final = stat.S_IRWXG | stat.S_IRWXO


@click.group()
@click.option("--at", "address", envvar="COMITY_API", metavar="URL", help="The node: https://host:port.")
@click.option(
    "--token-file",
    envvar="COMITY_TOKEN_FILE",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A file that only you can read, with the token; or COMITY_TOKEN holds it.",
)
@click.option("--ca", envvar="COMITY_CA", type=click.Path(exists=True, dir_okay=False), help="The node's certificate.")
@click.option("--agreement", envvar="COMITY_AGREEMENT", metavar="UUID", default="", help="Where there are several.")
@click.option("--reality", default="actual", show_default=True)
@click.pass_context
def case(
    context: click.Context, address: str | None, token_file: Path | None, ca: str | None, agreement: str, reality: str
) -> None:  # fmt: skip
    """List, read, ask, answer and search as the officer whose token it is (comity token add)."""

    @contextmanager
    def client() -> "Iterator[Client]":
        from comity.client import Client, Connection

        if not address:
            raise click.UsageError("Say which node with --at https://host:port, or in COMITY_API.")
        with Connection(address, _token(token_file), ca=ca or "") as connection:
            yield Client(connection, agreement, reality)

    context.obj = client


def _token(path: Path | None) -> str:
    if path is None:
        found = os.environ.get("COMITY_TOKEN", "")
        if not found:
            raise click.UsageError("Name the token's file with --token-file, or set COMITY_TOKEN.")
        return found.strip()
    # SECURITY: nobody else on the machine reads the token. Holds because a file that others can read is refused, and
    # no option takes the token itself, which every user could see. Breaks if it is given as an argument.
    if path.stat().st_mode & _OTHERS:
        raise click.ClickException(f"Others can read {path}. Take their rights away: chmod 600 {path}")
    try:
        return path.read_text(encoding="ascii").strip()
    except UnicodeDecodeError:
        raise click.ClickException(f"{path} holds no token.") from None


def _done(work: "Callable[[Client], Any]", client: "Clients") -> None:
    """Do a work and print what came of it: one JSON value to a line.  A refusal is said, and ends with 1."""
    import msgspec

    from comity.client import CallFailedError

    try:
        with client() as one:
            found = work(one)
    except CallFailedError as error:
        raise click.ClickException(str(error)) from error
    for each in found if isinstance(found, list) else [found]:
        click.echo(json.dumps(msgspec.to_builtins(each), ensure_ascii=False))


@case.command("list")
@click.option("--state", type=click.Choice(["from-us", "from-them", "answered", "closed"]), help="All without it.")
@click.option("--most", type=click.IntRange(1, 10_000), default=100, show_default=True)
@click.pass_obj
def list_(client: "Clients", state: str | None, most: int) -> None:
    """Print cases, the latest change first, one JSON object to a line."""
    _done(lambda one: list(islice(one.cases(state=state or ""), most)), client)


@case.command()
@click.argument("case")
@click.option("--purpose", default="", help="Why you look, where the case is not your own.")
@click.pass_obj
def show(client: "Clients", case: str, purpose: str) -> None:
    """Print a case with its records."""
    _done(lambda one: one.case(case, purpose=purpose), client)


@case.command()
@click.argument("words")
@click.option("--purpose", required=True, help="Why you search; it is noted.")
@click.option("--exactly", is_flag=True, help="No other spellings or scripts.")
@click.option("--most", type=click.IntRange(1, 10_000), default=100, show_default=True)
@click.pass_obj
def search(client: "Clients", words: str, purpose: str, *, exactly: bool, most: int) -> None:
    """Print records that say all WORDS; a dash reads them from standard input, so that no other user sees them."""
    said = sys.stdin.readline().strip() if words == "-" else words
    _done(lambda one: list(islice(one.search(said, purpose=purpose, alike=not exactly), most)), client)


def _files(command: Callable[..., None]) -> Callable[..., None]:
    path = click.Path(exists=True, dir_okay=False, path_type=Path)
    return click.option("--file", "files", type=path, multiple=True, help="Attach it; repeat it for several.")(command)


@case.command()
@click.argument("fields", type=click.File("rb"))
@_files
@click.pass_obj
def ask(client: "Clients", fields: Any, files: tuple[Path, ...]) -> None:  # noqa: ANN401  # an open file
    """Send a request whose FIELDS (a JSON object: clause, purpose, subject, question, ...) stand in a file, or in -."""
    given = _fields(fields.read())
    _done(lambda one: _sent(one, one.begin("request", given, files=files)), client)


@case.command()
@click.argument(
    "kind", type=click.Choice(["reply", "refusal", "clarified", "time-granted", "time-refused", "consented"])
)
@click.argument("record")
@click.argument("fields", type=click.File("rb"))
@_files
@click.pass_obj
def answer(
    client: "Clients", kind: str, record: str, fields: Any, files: tuple[Path, ...]  # noqa: ANN401  # an open file
) -> None:  # fmt: skip
    """Answer RECORD, with FIELDS as a JSON object in a file, or in -."""
    given = _fields(fields.read())
    _done(lambda one: _sent(one, one.begin(kind, given, answers=record, files=files)), client)


@case.command()
@click.argument("record")
@click.argument("number", type=click.IntRange(0))
@click.argument("target", type=click.Path(dir_okay=False, writable=True, path_type=Path))
@click.option("--purpose", default="", help="Why you look, where the case is not your own.")
@click.pass_obj
def fetch(client: "Clients", record: str, number: int, target: Path, purpose: str) -> None:
    """Write attachment NUMBER (from 0) of RECORD to TARGET."""

    def work(one: "Client") -> dict[str, Any]:
        with target.open("wb") as file:
            return {"file": str(target), "bytes": sum(map(file.write, one.file(record, number, purpose=purpose)))}

    _done(work, client)


def _fields(data: bytes) -> dict[str, Any]:
    try:
        found = json.loads(data)
    except ValueError as error:
        raise click.ClickException("The fields are no JSON object.") from error
    if not isinstance(found, dict):
        raise click.ClickException("The fields are no JSON object.")
    return found


def _sent(client: "Client", draft: "Draft") -> Any:  # noqa: ANN401  # what was sent, or what waits
    """Send what one person may send; hand over the rest.  A draft that the agreement refuses stays, and is said."""
    if not draft.preflight.ready:
        said = "; ".join(f"Clause {one.clause}: {one.detail} {one.remedy}" for one in draft.preflight.findings)
        raise click.ClickException(f"Not sent. {said} The draft stays: {draft.draft}")
    return client.hand_over(draft) if draft.preflight.two_persons else client.send(draft)
