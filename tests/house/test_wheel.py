"""The wheel holds what a node needs, and nothing that only a checkout needs."""

import subprocess
import sys
import zipfile
from pathlib import Path

from tools.root import ROOT


def test_wheel_holds_every_file_of_the_package_and_no_tests(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(tmp_path)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    (wheel,) = tmp_path.glob("comity-*.whl")
    held = set(zipfile.ZipFile(wheel).namelist())
    listed = ["git", "-c", "safe.directory=*", "ls-files", "src/comity"]
    tracked = subprocess.run(listed, cwd=ROOT, check=True, capture_output=True, text=True).stdout.split()
    assert [name for name in tracked if (ROOT / name).exists() and name.removeprefix("src/") not in held] == []
    assert not [name for name in held if name.startswith(("tests/", "tools/", "bench/"))]
    assert any(name.endswith("licenses/LICENSE") for name in held)
