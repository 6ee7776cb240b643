"""Run every check of ``comity lint``, the quick ones first, and say which of them failed."""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from tools.root import ROOT

_BIN: Final = Path(sys.executable).parent
_CODE: Final = ("src", "tests", "bench", "tools")


def run(paths: Sequence[str] = (), *, fix: bool) -> int:
    """Check everything, or format and style of ``paths`` alone, and return the exit code."""
    where = [str(Path(path).absolute()) for path in paths] or [name for name in _CODE if (ROOT / name).exists()]
    checks: dict[str, list[str]] = {
        "format": [str(_BIN / "ruff"), "format", *([] if fix else ["--check"]), *where],
        "style": [str(_BIN / "ruff"), "check", *(["--fix"] if fix else []), *where],
    }
    if not paths:
        packages = [word for name in _CODE[1:] for word in ("--package", name) if (ROOT / name).is_dir()]
        checks |= {
            "house rules": [sys.executable, "-m", "tools.house"],
            "imports": [str(_BIN / "lint-imports")],
            "types": [str(_BIN / "mypy"), "--package", "comity", *packages],
        }
    with tempfile.TemporaryDirectory(prefix="comity-lint-") as scratch:
        failed = [name for name, command in checks.items() if not _passes(name, command, scratch)]
    print(f"lint: {', '.join(failed)} failed" if failed else "lint: all checks passed")
    return 1 if failed else 0


def _passes(name: str, command: Sequence[str], scratch: str) -> bool:
    began = time.monotonic()
    result = subprocess.run(
        command, cwd=ROOT, check=False, capture_output=True, text=True, env=os.environ | {"TMPDIR": scratch}
    )
    print(f"{name:<12} {'FAILED' if result.returncode else 'ok':<7} {time.monotonic() - began:5.1f}s", flush=True)
    if result.returncode:
        print(result.stdout + result.stderr, flush=True)
    return result.returncode == 0
