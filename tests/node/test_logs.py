"""The log says what happened, and nothing about anybody."""

import io
import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest
import structlog

from comity.node import logs


@pytest.fixture
def stream() -> Iterator[io.StringIO]:
    """Give where the log goes, and put back what was there before."""
    handlers, level = logging.root.handlers[:], logging.root.level
    to = io.StringIO()
    logs.set_up("info", to=to)
    yield to
    logging.root.handlers[:] = handlers
    logging.root.setLevel(level)
    structlog.reset_defaults()


def _only(stream: io.StringIO) -> dict[str, Any]:
    (line,) = stream.getvalue().splitlines()
    found: dict[str, Any] = json.loads(line)
    return found


def test_event_is_one_line_of_json_with_time_and_level(stream: io.StringIO) -> None:
    structlog.get_logger().info("batch delivered", peer="QA.doha", records=3)
    found = _only(stream)
    assert (found["event"], found["level"], found["peer"], found["records"]) == (
        "batch delivered",
        "info",
        "QA.doha",
        3,
    )
    assert found["time"].endswith("Z")


def test_fact_whose_key_is_not_on_the_list_is_withheld(stream: io.StringIO) -> None:
    structlog.get_logger().info("asked", subject="Jane Doe", peer="QA.doha")
    assert "Jane" not in stream.getvalue()
    assert _only(stream)["withheld"] == ["subject"]


def test_exception_is_logged_by_its_places_and_not_by_its_words(stream: io.StringIO) -> None:
    try:
        int("Jane Doe")
    except ValueError:
        structlog.get_logger().exception("failed")
    assert "Jane" not in stream.getvalue()
    found = _only(stream)
    assert found["error"] == "ValueError"
    assert "test_logs.py" in found["places"][0]


def test_libraries_words_and_paths_do_not_reach_the_log(stream: io.StringIO) -> None:
    logging.getLogger("django.request").warning("Not Found: %s", "/search/jane-doe")
    assert "jane" not in stream.getvalue()
    assert (_only(stream)["logger"], _only(stream)["level"]) == ("django.request", "warning")


def test_events_below_the_level_are_left_out(stream: io.StringIO) -> None:
    structlog.get_logger().debug("detail")
    assert stream.getvalue() == ""
