"""The commands ``comity pack verify`` and ``comity pack redact``."""

import json
from base64 import b64decode
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from comity.node.commands.pack import pack as pack_command
from comity.protocol.names import hex_digest
from tests.protocol.library import VECTORS
from tests.protocol.test_packs import BOTH, bodies_of, sample, without
from tests.protocol.world import DE, QA


@pytest.mark.parametrize(
    ("change", "code", "words"),
    [
        (lambda data: data, 0, "PROVEN: everything"),
        (lambda data: without(data, "QA.doha/2/content"), 3, "PROVEN IN PART"),
        (lambda data: data[:-1], 1, "BROKEN"),
    ],
)
def test_verify_command_ends_with_a_code_for_each_verdict(
    tmp_path: Path, change: Callable[[bytes], bytes], code: int, words: str
) -> None:
    file, one, two = tmp_path / "case.pack", tmp_path / "a.identity", tmp_path / "b.identity"
    file.write_bytes(change(sample()))
    one.write_bytes(BOTH[0])
    two.write_bytes(BOTH[1])
    result = CliRunner().invoke(pack_command, ["verify", str(file), "--key", str(one), "--key", str(two), "--items"])
    assert result.exit_code == code, result.output
    assert words in result.output
    for wrong in (tmp_path / "none", file):
        result = CliRunner().invoke(pack_command, ["verify", str(file), "--key", str(wrong)])
        assert (result.exit_code, "identity file" in result.output) == (2, True)


def test_redact_and_extract_commands_write_only_new_private_files(tmp_path: Path) -> None:
    file, copy, folder = tmp_path / "case.pack", tmp_path / "copy.pack", tmp_path / "out"
    file.write_bytes(sample())
    keys = [part for keys in (QA, DE) for part in ("--key", hex_digest(keys.public.fingerprint))]
    run = CliRunner().invoke(pack_command, ["redact", str(file), str(copy), "--leave-out", "DE.berlin/2/content"])
    assert run.exit_code == 0, run.output
    assert copy.read_bytes() == without(sample(), "DE.berlin/2/content")
    assert copy.stat().st_mode & 0o077 == 0
    run = CliRunner().invoke(pack_command, ["verify", str(file), *keys, "--extract", str(folder)])
    assert run.exit_code == 0, run.output
    names = {path.name for path in folder.iterdir()}
    assert "QA.doha-2-content.json" in names
    assert [p.read_bytes() for p in folder.glob("attachment-*")] == [b"a short plan"]
    again = CliRunner().invoke(pack_command, ["verify", str(file), *keys, "--extract", str(folder)])
    assert again.exit_code == 2


def test_damaged_attachment_leaves_no_file_behind(tmp_path: Path) -> None:
    data = bytearray(sample())
    blob = bodies_of(sample())[-1]
    data[data.index(blob) + len(blob) - 1] ^= 1
    file, folder = tmp_path / "case.pack", tmp_path / "out"
    file.write_bytes(data)
    keys = [part for keys in (QA, DE) for part in ("--key", hex_digest(keys.public.fingerprint))]
    run = CliRunner().invoke(pack_command, ["verify", str(file), *keys, "--extract", str(folder)])
    assert run.exit_code == 1
    assert not list(folder.glob("attachment-*"))


CASES = json.loads((VECTORS / "pack" / "cases.json").read_text())["cases"]


@pytest.mark.parametrize("case", [pytest.param(case, id=case["name"]) for case in CASES])
def test_command_line_says_of_every_pack_vector_what_it_must(case: dict[str, Any], tmp_path: Path) -> None:
    words = ["verify", str(VECTORS / "pack" / case["file"])]
    for number, identity in enumerate(case["identities"]):
        (tmp_path / str(number)).write_bytes(b64decode(identity))
        words += ["--key", str(tmp_path / str(number))]
    result = CliRunner().invoke(pack_command, words)
    codes = {"proven": 0, "broken": 1, "proven-in-part": 3}
    assert result.exit_code == (codes[case["expect"]] if case["identities"] else 2), result.output
    for name in case["items"] if case["identities"] else ():
        assert f"  {name}" in result.output
