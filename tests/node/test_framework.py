"""What a node's framework is set to, and that it takes effect."""

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from comity.node.config import Config, Database, Listen
from comity.node.errors import SettingsError
from comity.node.framework import build
from comity.node.private import read_or_make


def _built(home: Path, **more: Any) -> dict[str, Any]:
    return build(Config(**{"name": "DE.berlin", "party": "DE"} | more), home)


def test_node_never_shows_debug_pages(tmp_path: Path) -> None:
    assert _built(tmp_path)["DEBUG"] is False


def test_cookies_travel_by_tls_alone_unless_the_node_is_on_loopback(tmp_path: Path) -> None:
    behind_tls = _built(tmp_path)
    on_loopback = _built(tmp_path, listen=Listen(tls="none"))
    assert behind_tls["SESSION_COOKIE_SECURE"] is behind_tls["CSRF_COOKIE_SECURE"] is True
    assert behind_tls["SESSION_COOKIE_NAME"].startswith("__Host-")
    assert behind_tls["SECURE_HSTS_SECONDS"] > 0
    assert on_loopback["SESSION_COOKIE_SECURE"] is False
    assert on_loopback["SECURE_HSTS_SECONDS"] == 0


def test_two_nodes_on_one_machine_do_not_share_cookies(tmp_path: Path) -> None:
    doha, berlin = _built(tmp_path, name="QA.doha", party="QA"), _built(tmp_path)
    for name in ("SESSION_COOKIE_NAME", "CSRF_COOKIE_NAME", "LANGUAGE_COOKIE_NAME"):
        assert doha[name] != berlin[name]


def test_node_answers_to_its_public_name_and_to_no_other(tmp_path: Path) -> None:
    hosts = _built(tmp_path, endpoint="https://node.example:9443/", listen=Listen(host="0.0.0.0"))["ALLOWED_HOSTS"]
    assert hosts == ["node.example"]
    assert "*" not in _built(tmp_path)["ALLOWED_HOSTS"]


def test_proxy_header_is_believed_only_where_a_proxy_was_declared(tmp_path: Path) -> None:
    assert _built(tmp_path)["SECURE_PROXY_SSL_HEADER"] is None
    assert _built(tmp_path, listen=Listen(tls="proxy"))["SECURE_PROXY_SSL_HEADER"] is not None


def test_secret_key_is_readable_by_the_node_alone_and_stays_the_same(tmp_path: Path) -> None:
    first = _built(tmp_path)["SECRET_KEY"]
    assert stat.S_IMODE((tmp_path / "keys" / "django.key").stat().st_mode) == 0o600
    assert _built(tmp_path)["SECRET_KEY"] == first


def test_two_that_start_at_once_make_one_secret_key(tmp_path: Path) -> None:
    path = tmp_path / "keys" / "django.key"
    with ThreadPoolExecutor(8) as pool:
        assert len(set(pool.map(lambda _: read_or_make(path), range(16)))) == 1
    assert [each.name for each in path.parent.iterdir()] == ["django.key"]


def test_password_file_that_others_can_read_is_refused(tmp_path: Path) -> None:
    password = tmp_path / "password"
    password.write_text("secret\n")
    password.chmod(0o644)
    database = Database(engine="postgresql", host="db.example", user="comity", password_file=str(password))
    with pytest.raises(SettingsError, match="readable by others"):
        _built(tmp_path, database=database)
    password.chmod(0o600)
    assert _built(tmp_path, database=database)["DATABASES"]["default"]["PASSWORD"] == "secret"


def test_database_on_another_machine_must_show_a_certificate(tmp_path: Path) -> None:
    far = _built(tmp_path, database=Database(engine="postgresql", host="db.example", user="x"))["DATABASES"]["default"]
    assert far["OPTIONS"]["sslmode"] == "verify-full"


@pytest.mark.django_db(transaction=True)
def test_sqlite_waits_for_the_disk_and_overwrites_what_is_erased() -> None:
    if connection.vendor != "sqlite":
        pytest.skip("SQLite's own settings")
    with connection.cursor() as cursor:
        found = {}
        for name in ("journal_mode", "synchronous", "secure_delete", "foreign_keys"):
            cursor.execute(f"PRAGMA {name}")
            found[name] = cursor.fetchone()[0]
    assert found == {"journal_mode": "wal", "synchronous": 2, "secure_delete": 1, "foreign_keys": 1}


@pytest.mark.django_db
def test_every_response_carries_the_policy_that_forbids_foreign_and_inline_content(client: Client) -> None:
    response = client.get("/there-is-no-such-page", secure=True)
    policy = response.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "*" not in policy
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["Cache-Control"] == "private, no-store"
