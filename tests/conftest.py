"""What every test gets: a database to ask for, loopback only where asked for, and a count for the closing line."""

import json
import os
import shutil
from pathlib import Path
from zlib import crc32

import pytest
from django.conf import settings
from django.utils import translation

DATABASE_FIXTURES = {
    "db",
    "transactional_db",
    "django_db_reset_sequences",
    "django_db_serialized_rollback",
    "live_server",
    "pairs",
}


def _uses_database(item: pytest.Item) -> bool:
    asked = set(getattr(item, "fixturenames", ()))
    return item.get_closest_marker("django_db") is not None or bool(asked & DATABASE_FIXTURES)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Open loopback to tests that ask; with ``COMITY_TEST_ONLY=database`` keep only tests that use a database.

    Of these, ``COMITY_TEST_SHARE=4`` keeps one in four, always the same ones: a checksum of the name chooses.
    """
    for item in items:
        if item.get_closest_marker("loopback"):
            item.add_marker(pytest.mark.allow_hosts(["127.0.0.1", "::1"]))
    if os.environ.get("COMITY_TEST_ONLY") == "database":
        share = int(os.environ.get("COMITY_TEST_SHARE", "1"))
        kept = [item for item in items if _uses_database(item) and crc32(item.nodeid.encode()) % share == 0]
        others = [item for item in items if item not in kept]
        items[:] = kept
        config.hook.pytest_deselected(items=others)


@pytest.fixture(autouse=True)
def _english() -> None:
    """Begin every test in English: a page that an earlier one read leaves its language behind."""
    translation.activate("en")


def pytest_unconfigure() -> None:
    """Leave nothing behind."""
    if settings.configured:
        shutil.rmtree(settings.COMITY_NODE_HOME, ignore_errors=True)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Leave the counts where ``comity test`` adds them up."""
    tally = os.environ.get("COMITY_TEST_TALLY")
    if tally:
        counts = {kind: len(reports) for kind, reports in terminalreporter.stats.items() if kind}
        Path(tally).write_text(json.dumps(counts))
