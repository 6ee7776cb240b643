"""Screens of two nodes for the desk's tests."""

from pathlib import Path

import pytest

from tests.support.screens import Screens, make_screens


@pytest.fixture
def screens(tmp_path: Path, transactional_db: None) -> Screens:
    return make_screens(tmp_path)
