"""A journal of a million records is appended, proven and verified in bounded memory."""

import json
import subprocess
import sys

import pytest

from tests.settings import ENGINE
from tests.support.sizes import scaled
from tools.root import ROOT

ALLOWED_MB = 250
"""What the process may hold, whatever the size of the journal."""


@pytest.mark.timeout(1800)
@pytest.mark.django_db
def test_large_journal_verifies_and_its_size_does_not_show_in_memory() -> None:
    records = scaled(1_000_000, 60_000)
    command = [sys.executable, "-m", "comity", "bench", "journal", "--records", str(records), "--backend", ENGINE]
    done = subprocess.run([*command, "--json"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    rows = {row["name"]: row["value"] for row in json.loads(done.stdout)["rows"]}
    assert rows["peak_mb"] < ALLOWED_MB
    assert rows["verify_s"] > 0
