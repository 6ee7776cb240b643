"""Django's settings under test: those of a node, on SQLite or, with ``COMITY_TEST_DB=postgresql``, on PostgreSQL."""

import os
import tempfile
from pathlib import Path

from comity.node.config import Config, Database
from comity.node.framework import build

ENGINE = os.environ.get("COMITY_TEST_DB", "sqlite")
ALIASES = ("default", "second", "third")
"""One database for each node of a test: most have one node, the simulation has up to three."""

_home = Path(tempfile.mkdtemp(prefix="comity-test-"))  # conftest.py removes it

_name = f"comity_{os.environ.get('COMITY_TEST_RUN', 'direct')}"
_database = Database(engine="postgresql", name=_name, pool=False) if ENGINE == "postgresql" else Database()
_built = build(Config(name="DE.test", party="DE", second_factor="optional", database=_database), _home)
_one = _built.pop("DATABASES")["default"]

globals().update(_built)
COMITY_CONFIG: Config = _built["COMITY_CONFIG"]
COMITY_NODE_HOME: Path = _built["COMITY_NODE_HOME"]
DATABASES = {
    alias: _one | {"NAME": f"{_one['NAME']}_{alias}", "TEST": {"NAME": str(_home / f"{alias}.sqlite3")}}
    if ENGINE == "sqlite"
    else _one | {"NAME": f"{_one['NAME']}_{alias}"}
    for alias in ALIASES
}
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # quick; no password here protects anything
