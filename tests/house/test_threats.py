"""Every line of the page of threats is shown by tests that exist, or says how far the protection goes."""

import re

from tools.root import ROOT

PAGE = ROOT / "spec" / "blind-search-threats.md"
FOLDERS = ("matching", "screening")


def _lines() -> list[str]:
    text = PAGE.read_text(encoding="utf-8")
    rows = [line for line in text.splitlines() if line.startswith("| ") and not set(line) <= set("|- ")]
    heads = {
        line for line, below in zip(text.splitlines(), text.splitlines()[1:], strict=False) if set(below) == set("|- ")
    }
    return [row for row in rows if row not in heads]


def test_every_threat_names_a_test_or_says_how_far_the_protection_goes() -> None:
    lines = _lines()
    assert len(lines) > 25
    assert [line for line in lines if not re.search(r"`test_\w+`", line) and "**bound**" not in line] == []


def test_every_test_that_a_threat_names_exists() -> None:
    found = "".join(
        path.read_text(encoding="utf-8") for name in FOLDERS for path in (ROOT / "tests" / name).rglob("test_*.py")
    )
    named = set(re.findall(r"`(test_\w+)`", PAGE.read_text(encoding="utf-8")))
    assert len(named) > 35
    assert {name for name in named if f"def {name}(" not in found} == set()
