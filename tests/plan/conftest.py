"""Screens of two nodes with a secretary each for the tests of the working group."""

from pathlib import Path

import pytest

from tests.plan.secretaries import make_secretaries
from tests.support.screens import Screens


@pytest.fixture
def desks(tmp_path: Path, transactional_db: None) -> Screens:
    return make_secretaries(tmp_path).screens
