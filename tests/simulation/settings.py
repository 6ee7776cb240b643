"""Django's settings for the simulation's own runner: those of the tests, with databases in memory on SQLite."""

from tests.settings import *  # noqa: F403  # the same node, other databases
from tests.settings import DATABASES as _DATABASES
from tests.settings import ENGINE

if ENGINE == "sqlite":
    DATABASES = {alias: one | {"NAME": ":memory:", "TEST": {}} for alias, one in _DATABASES.items()}
