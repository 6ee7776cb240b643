"""Two nodes for the tests of screening."""

from pathlib import Path

import pytest

from tests.screening.world import Stage, make_stage


@pytest.fixture
def stage(tmp_path: Path, transactional_db: None) -> Stage:
    return make_stage(tmp_path)
