"""Worlds for the tests of the channel: two nodes, or three, in agreement."""

from pathlib import Path

import pytest

from tests.channel.tricks import Scene, make_scene


@pytest.fixture
def two(tmp_path: Path) -> Scene:
    return make_scene(["QA.doha", "DE.berlin"], tmp_path)


@pytest.fixture
def three(tmp_path: Path) -> Scene:
    return make_scene(["QA.doha", "DE.berlin", "FR.paris"], tmp_path)
