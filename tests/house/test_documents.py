"""What the documents tell people to type exists, and what they link to is there."""

import re
import shlex
from pathlib import Path

import click
import pytest

from comity.node.cli import cli
from tools.root import ROOT

DOCUMENTS = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", ROOT / "SECURITY.md", *sorted((ROOT / "docs").rglob("*.md"))]
BLOCK = re.compile(r"^```sh\n(.*?)^```", re.DOTALL | re.MULTILINE)
INLINE = re.compile(r"`(\./comity [^`]*)`")
LINK = re.compile(r"\]\((?!https?://|#|mailto:)([^)#]+)(?:#[^)]*)?\)")


def _commands(path: Path) -> list[str]:
    text = path.read_text(encoding="utf-8")
    lines = [line.strip() for block in BLOCK.findall(text) for line in block.splitlines()]
    return [line.partition(" > ")[0] for line in [*lines, *INLINE.findall(text)] if line.startswith("./comity")]


COMMANDS = [pytest.param(path.name, line, id=f"{path.name}: {line}") for path in DOCUMENTS for line in _commands(path)]


@pytest.mark.parametrize(("document", "line"), COMMANDS)
def test_command_that_a_document_names_exists_with_its_options(document: str, line: str) -> None:
    words = [word for word in shlex.split(line)[1:] if word not in ("...", "[--json]")]
    command: click.Command = cli
    while words:
        known = {option for parameter in command.params for option in (*parameter.opts, *parameter.secondary_opts)}
        free = command.context_settings.get("ignore_unknown_options")
        if words[0].startswith("-"):
            word = words.pop(0).partition("=")[0]
            assert free or word in known | {"--help", "-h"}, (
                f"{document} names {word}, which {command.name} does not know"
            )
            if word == "--home":
                words.pop(0)
        elif isinstance(command, click.Group):
            found = command.get_command(click.Context(command), words[0])
            assert found, f"{document} names the command {words[0]}, which does not exist"
            command = found
            words.pop(0)
        else:
            words.pop(0)


@pytest.mark.parametrize("path", DOCUMENTS, ids=[path.name for path in DOCUMENTS])
def test_link_in_a_document_leads_to_a_file(path: Path) -> None:
    targets = LINK.findall(path.read_text(encoding="utf-8"))
    assert [target for target in targets if not (path.parent / target).exists()] == []


def test_every_direct_dependency_has_its_line_in_the_table() -> None:
    table = (ROOT / "docs" / "dependencies.md").read_text(encoding="utf-8")
    listed = {word.strip() for row in re.findall(r"^\| ([a-z][^|]*)\|", table, re.MULTILINE) for word in row.split(",")}
    asked = re.findall(r'^    "([a-z0-9-]+)[\[>]', (ROOT / "pyproject.toml").read_text(encoding="utf-8"), re.MULTILINE)
    assert [name for name in asked if name not in listed] == []
    assert len(asked) > 20
