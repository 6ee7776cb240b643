"""The second reader and ours say the same of case packs."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from comity.protocol.packs import Verdict, item_name
from tests.protocol.test_packs import check, parts, sample, without
from tests.protocol.test_vectors import READER
from tests.protocol.world import DE, QA

CODES = {Verdict.PROVEN: 0, Verdict.BROKEN: 1, Verdict.PART: 3}


def read(folder: Path, data: bytes, keys: tuple[bytes, ...]) -> int:
    file = folder / "case.pack"
    file.write_bytes(data)
    words = []
    for number, key in enumerate(keys):
        (folder / f"{number}.identity").write_bytes(key)
        words += ["--key", str(folder / f"{number}.identity")]
    run = subprocess.run([sys.executable, READER, "pack", file, *words], capture_output=True, text=True, check=False)
    assert not run.stderr
    return run.returncode


def variants() -> dict[str, bytes]:
    _, manifest, start, _ = parts(sample())
    found = {"whole": sample(), "cut": sample()[: len(sample()) // 2], "added": sample() + b"x"}
    for item in manifest.items:
        found[f"without {item.kind}"] = without(sample(), item_name(item))
        middle = start + 4 + item.size // 2
        found[f"changed {item.kind}"] = sample()[:middle] + bytes([sample()[middle] ^ 1]) + sample()[middle + 1 :]
        start += 4 + item.size
    return found


@pytest.mark.parametrize("name", [*variants()])
def test_second_reader_gives_the_same_verdict(name: str, tmp_path: Path) -> None:
    data = variants()[name]
    both = (QA.public.document, DE.public.document)
    for keys in (both, both[:1]):
        assert read(tmp_path, data, keys) == CODES[check(data, keys).verdict], len(keys)


def test_second_reader_shares_no_code_with_ours() -> None:
    allowed = {*sys.stdlib_module_names, "cryptography", "formats"}
    for path in READER.parent.glob("*.py"):
        assert len(path.read_text().splitlines()) <= 400
        for node in ast.walk(ast.parse(path.read_text())):
            names = [one.name for one in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            assert {name.split(".")[0] for name in names} <= allowed
