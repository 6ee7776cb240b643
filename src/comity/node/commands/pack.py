"""Check and redact case packs: ``comity pack verify``, ``comity pack redact``.  Needs no node and no network."""

import re
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import click

from comity.protocol.attachments import Attachment
from comity.protocol.errors import ComityError
from comity.protocol.keys import PublicKeys
from comity.protocol.packs import Verdict, redact, render, verify_pack

EXIT_CODES = {Verdict.PROVEN: 0, Verdict.BROKEN: 1, Verdict.PART: 3}
_LIMIT = 64 * 1024


@click.group()
def pack() -> None:
    """Make, check and redact case packs: the file for a court."""


@pack.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--key",
    "keys",
    multiple=True,
    required=True,
    help="An identity file of a node, or its fingerprint (sha256:...); once for each node.",
)
@click.option("--items", is_flag=True, help="List the names of all items, for --leave-out.")
@click.option(
    "--extract",
    type=click.Path(file_okay=False, path_type=Path),
    help="Write proven contents and attachments into this new folder.",
)
def verify(file: Path, keys: Sequence[str], *, items: bool, extract: Path | None) -> None:
    """Say what a case pack proves.

    Ends with 0 when everything is proven, 3 when something is left out or lacks a key, 1 when the file is broken.
    """
    trusted = [_key(one) for one in keys]
    folder = _Folder(extract) if extract else None
    with file.open("rb") as stream:
        report = verify_pack(stream, trusted, folder)
    click.echo(render(report), nl=False)
    if items:
        click.echo("Items:")
        click.echo("\n".join(f"  {name}" for name in report.items))
    sys.exit(EXIT_CODES[report.verdict])


@pack.command("redact")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.argument("target", type=click.Path(exists=False, path_type=Path))
@click.option("--leave-out", "names", multiple=True, required=True, help="An item, as verify --items names it.")
def redact_(file: Path, target: Path, names: Sequence[str]) -> None:
    """Copy a case pack to TARGET without some of its items; the rest still verifies."""
    half = target.with_name(target.name + ".part")
    try:
        with file.open("rb") as stream, half.open("xb") as copy:
            half.chmod(0o600)
            for block in redact(stream, frozenset(names)):
                copy.write(block)
        half.rename(target)
    finally:
        half.unlink(missing_ok=True)
    click.echo(f"Left out {len(set(names))} items. The copy is {target}.")


def _key(text: str) -> bytes | str:
    if re.fullmatch(r"sha256:[0-9a-f]{64}", text):
        return text
    path = Path(text)
    try:
        with path.open("rb") as stream:
            return PublicKeys(stream.read(_LIMIT)).document
    except OSError:
        raise click.UsageError(f"There is no identity file {text}, and it is no fingerprint.") from None
    except ComityError as error:
        # A bad key says nothing about the pack: this must not end in the code for a broken one.
        raise click.UsageError(f"{text} is not an identity file. {error.sentence}") from None


class _Folder:
    """Write what is proven into a folder, under names made of the items' names alone."""

    def __init__(self, folder: Path) -> None:
        """Make ``folder``, which must not exist yet: nothing in it may come from elsewhere."""
        try:
            folder.mkdir(mode=0o700)
        except OSError:
            raise click.UsageError(f"The folder {folder} exists already, or cannot be made.") from None
        self._folder = folder

    def content(self, name: str, document: bytes) -> None:
        """Write the document of a record."""
        self._write(name + ".json", iter([document]))

    def attachment(self, name: str, announced: Attachment, blocks: Iterator[bytes]) -> None:
        """Write an attachment, whole or not at all."""
        # The name given by the sender is shown, never used as a path.
        self._write(name, blocks)
        del announced

    def _write(self, name: str, blocks: Iterator[bytes]) -> None:
        target = self._folder / name.replace("/", "-")
        half = target.with_name(target.name + ".part")
        try:
            with half.open("xb") as copy:
                half.chmod(0o600)
                for block in blocks:
                    copy.write(block)
            half.rename(target)
        except ComityError:
            half.unlink()
            raise
