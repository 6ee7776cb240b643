"""SQLite is told how its indexes are filled, so that it finds one record among very many."""

from pathlib import Path

import pytest
from django.db import connections

from comity.channel import rows
from comity.channel.post import post
from tests.settings import ENGINE
from tests.support import worlds
from tests.support.screens import make_screens

pytestmark = pytest.mark.django_db(databases=["default", "second"], transaction=True)


@pytest.mark.skipif(ENGINE != "sqlite", reason="PostgreSQL keeps its statistics by itself")
def test_statistics_are_kept_once_tables_have_doubled_and_lead_to_the_index_of_the_case(tmp_path: Path) -> None:
    screens = make_screens(tmp_path)
    node = screens.at("QA.doha")
    channel = worlds.channel_of(node, screens.channel)
    post(node, channel, [worlds.request("DE.berlin", purpose="investigation") for _ in range(200)])
    with connections[node.using].cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS sqlite_stat1")
        sized = rows.keep_statistics(node.using, 0)
        assert sized > 200
        cursor.execute("SELECT count(*) FROM sqlite_stat1 WHERE tbl = 'cases_entry'")
        assert cursor.fetchone()[0] > 3
        cursor.execute("DELETE FROM sqlite_stat1")
        assert rows.keep_statistics(node.using, sized) == sized
        cursor.execute("SELECT count(*) FROM sqlite_stat1")
        assert cursor.fetchone()[0] == 0, "nothing is looked at again before the tables have doubled"


@pytest.mark.skipif(ENGINE == "sqlite", reason="SQLite is told")
def test_postgresql_is_left_to_keep_its_own(tmp_path: Path) -> None:
    screens = make_screens(tmp_path)
    assert rows.keep_statistics(screens.at("QA.doha").using, 7) == 7
