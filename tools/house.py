"""Hold the rules of the house that no ready-made linter knows.  Each message says what to do instead.

A rule looks at one tracked or new file and yields findings.  An exception stands in `ALLOWED`, with its reason.
"""

import ast
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tools.root import ROOT

FILE_LINES: Final = 400
FUNCTION_LINES: Final = 40
_PURE: Final = ("src/comity/protocol/", "src/comity/matching/")
_CLOCKS: Final = {"now", "utcnow", "today", "time", "time_ns", "monotonic", "perf_counter"}
_CLOCK_OWNERS: Final = {"datetime", "date", "time"}
_HOSTS: Final = ("py" + "pi.org", "pythonhosted" + ".org", "npm" + "js.org", "proxy.golang" + ".org", "crates" + ".io")
_MACHINE_PATHS: Final = re.compile(r"(?<![\w.])/(?:" + "work|root|home" + r"/[a-z])[\w./-]*|/opt/py" + r"\w+")
_EXCEPTION: Final = re.compile(r"#\s*(noqa|type: ignore|nosec|pragma: no cover)(?P<codes>[^#]*)(?P<reason>#.*)?$")

ALLOWED: Final = {
    ("src/comity/matching/names/", "file-length"): "tables of sounds and letters are data, and read best in one piece",
}
"""Exceptions, by path (or folder) and rule, each with its reason."""


@dataclass(frozen=True, slots=True)
class Finding:
    """Say what is wrong where, and what to do instead."""

    path: str
    line: int
    rule: str
    message: str

    def __str__(self) -> str:
        """Write it so that an editor can jump to it."""
        return f"{self.path}:{self.line}: {self.rule}: {self.message}"


Rule = Callable[[str, str], Iterator[Finding]]


def file_length(path: str, text: str) -> Iterator[Finding]:
    """Keep files short enough to be read in one go."""
    lines = text.count("\n")
    if path.endswith((".py", ".sh", ".css", ".html")) and "/migrations/" not in path and lines > FILE_LINES:
        yield Finding(path, lines, "file-length", f"{lines} lines; split it by concept below {FILE_LINES}.")


def function_length(path: str, text: str) -> Iterator[Finding]:
    """Keep functions short enough to be seen at once."""
    for node in _walk(path, text, ast.FunctionDef, ast.AsyncFunctionDef):
        assert isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        lines = (node.end_lineno or node.lineno) - node.lineno + 1
        if lines > FUNCTION_LINES and not path.startswith("tests/"):
            message = f"{node.name} has {lines} lines; name its parts and call them (at most {FUNCTION_LINES})."
            yield Finding(path, node.lineno, "function-length", message)


def pure_core(path: str, text: str) -> Iterator[Finding]:
    """Keep files and clocks out of protocol and matching."""
    if not path.startswith(_PURE):
        return
    for node in _walk(path, text, ast.Call):
        assert isinstance(node, ast.Call)
        target = node.func
        if isinstance(target, ast.Name) and target.id in {"open", "print", "input"}:
            message = f"{target.id}() is input or output; take bytes and return bytes, and let the channel do this."
            yield Finding(path, node.lineno, "pure-core", message)
        owner = target.value if isinstance(target, ast.Attribute) else None
        owner_name = owner.id if isinstance(owner, ast.Name) else getattr(owner, "attr", "")
        if isinstance(target, ast.Attribute) and target.attr in _CLOCKS and owner_name in _CLOCK_OWNERS:
            message = f"{owner_name}.{target.attr}() reads a clock; take the time as an argument: runs can be repeated."
            yield Finding(path, node.lineno, "pure-core", message)


def test_name(path: str, text: str) -> Iterator[Finding]:
    """Ask of every test that its name says what holds."""
    if not path.startswith("tests/"):
        return
    for node in _walk(path, text, ast.FunctionDef):
        assert isinstance(node, ast.FunctionDef)
        if node.name.startswith("test_") and len(node.name.split("_")) < 5:
            message = f"{node.name} is not a sentence; say what holds: test_replayed_batch_is_not_stored_twice."
            yield Finding(path, node.lineno, "test-name", message)


def reason(path: str, text: str) -> Iterator[Finding]:
    """Ask of every lint exception that its line says why."""
    if not path.endswith(".py"):
        return
    for number, line in enumerate(text.splitlines(), 1):
        found = _EXCEPTION.search(line)
        if found and (not found["reason"] or not re.search(r"[A-Z]+\d+|\[", found["codes"])):
            message = "name the rule and say why on this line: # noqa: S608  # constant columns"
            yield Finding(path, number, "reason", message)


def own_soil(path: str, text: str) -> Iterator[Finding]:
    """Keep registries' hosts and this machine's paths out of what others will clone."""
    for number, line in enumerate(text.splitlines(), 1):
        for host in _HOSTS:
            if host in line:
                yield Finding(path, number, "own-soil", f"{host} is a registry; name packages, never where they lie.")
        if _MACHINE_PATHS.search(line):
            yield Finding(path, number, "own-soil", "a path of one machine; write it relative, or as a placeholder.")


RULES: Final[tuple[Rule, ...]] = (file_length, function_length, pure_core, test_name, reason, own_soil)


def check(path: str, text: str) -> Iterator[Finding]:
    """Yield what the rules find in one file, without the allowed exceptions."""
    for rule in RULES:
        for finding in rule(path, text):
            if not any(finding.path.startswith(place) and finding.rule == name for place, name in ALLOWED):
                yield finding


def files() -> Iterator[tuple[str, str]]:
    """Yield every text file that is tracked, or new and not ignored."""
    listed = subprocess.run(
        ["git", "-c", "safe.directory=*", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=True,
    )
    for name in sorted(filter(None, listed.stdout.decode().split("\0"))):
        path = ROOT / name
        if path.is_file() and not path.is_symlink() and "/vendor/" not in name:
            text = _text(path)
            if text is not None:
                yield name, text


def main() -> int:
    """Print the findings; the exit code says whether there were any."""
    findings = [finding for name, text in files() for finding in check(name, text)]
    for finding in findings:
        print(finding)
    return 1 if findings else 0


def _walk(path: str, text: str, *types: type[ast.AST]) -> Iterator[ast.AST]:
    if path.endswith(".py"):
        yield from (node for node in ast.walk(ast.parse(text)) if isinstance(node, types))


def _text(path: Path) -> str | None:
    try:
        return path.read_text(encoding="utf-8")
    except (UnicodeError, OSError):
        return None


if __name__ == "__main__":
    sys.exit(main())
