"""Put every vector of ``spec/vectors`` through every entry point that reads it."""

import json
import subprocess
import sys
from typing import Any

import pytest

from comity.protocol.errors import ComityError
from tests.protocol.library import FORMATS, VECTORS

READER = VECTORS.parent / "reader" / "reader.py"


def load() -> list[Any]:
    found: list[Any] = []
    for name in FORMATS:
        cases = json.loads((VECTORS / name / "cases.json").read_text())["cases"]
        found += [pytest.param(name, case, id=f"{name}-{case['name']}") for case in cases]
    return found


@pytest.mark.parametrize(("format_", "case"), load())
def test_library_says_of_every_vector_what_it_must(format_: str, case: dict[str, Any]) -> None:
    assert case["why"]
    if format_ == "pack":
        assert FORMATS[format_](case) == {name: case[name] for name in ("expect", "items", "left_out")}
    elif case["expect"] == "ok":
        assert FORMATS[format_](case) == case["result"]
    else:
        with pytest.raises(ComityError) as caught:
            FORMATS[format_](case)
        assert caught.value.kind == case["expect"]


def test_no_two_cases_of_a_format_have_one_name() -> None:
    names = [param.id for param in load()]
    assert len(set(names)) == len(names)


def test_second_reader_says_the_same_of_every_vector() -> None:
    run = subprocess.run([sys.executable, READER, "vectors", VECTORS], capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout + run.stderr
    assert f"{len(load())} vectors" in run.stdout
