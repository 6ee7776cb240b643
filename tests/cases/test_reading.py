"""What is read costs a fixed number of queries, stays within its agreement and reality, and tells nothing to others."""

import csv
import io

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from comity.cases.records import Request
from comity.channel.post import post
from comity.protocol.records import Reality, Reference, Relation
from tests.support import worlds
from tests.support.screens import Screens, text

pytestmark = pytest.mark.django_db(databases=["default", "second", "third"], transaction=True)


def queries(client: Client, address: str) -> int:
    client.get(address)
    with CaptureQueriesContext(connection) as seen:
        assert client.get(address).status_code == 200
    return len(seen)


def fill(screens: Screens, count: int, case: str = "") -> str:
    doha = screens.world.nodes["QA.doha"]
    refs = (Reference(rel=Relation.CASE, id=case),) if case else ()
    drafts = [worlds.request("DE.berlin", purpose="investigation", refs=refs) for _ in range(count)]
    placed = post(doha, worlds.channel_of(doha, screens.channel), drafts)
    screens.world.settle()
    return placed[0].uid


@pytest.mark.parametrize("node", ["QA.doha"])
def test_number_of_queries_of_every_page_is_the_same_for_ten_and_two_hundred_cases(screens: Screens, node: str) -> None:
    first = fill(screens, 10)
    fill(screens, 9, first)
    noura = screens.sit(node, "noura")
    pages = ["/", "/cases/", "/cases/?state=from-them", f"/cases/{screens.channel}/{first}/", "/journal/", "/status/"]
    few = {page: queries(noura, page) for page in pages}
    fill(screens, 190)
    fill(screens, 60, first)
    many = {page: queries(noura, page) for page in pages}
    assert few == many
    assert max(many.values()) < 40


def test_exercise_cases_never_show_where_actual_ones_do(screens: Screens) -> None:
    doha = screens.world.nodes["QA.doha"]
    body = Request(subject="Invented attack", question="What would you do in this exercise?")
    draft = worlds.request(
        "DE.berlin",
        body=body,
        clause="6(1)",
        purpose="exercise",
        handling="h0",
        reality=Reality.EXERCISE,
    )
    (placed,) = post(doha, worlds.channel_of(doha, screens.channel), [draft])
    noura = screens.sit("QA.doha", "noura")
    address = f"/cases/{screens.channel}/{placed.uid}/"
    assert "Invented attack" not in text(noura.get("/cases/"))
    assert noura.get(address).status_code == 404
    noura.post("/choose/", {"reality": "exercise"})
    page = text(noura.get(address))
    assert "Invented attack" in page
    assert 'class="band band-exercise"' in page


def test_what_is_not_there_and_what_is_not_open_look_alike(screens: Screens) -> None:
    uid = fill(screens, 1)
    noura = screens.sit("QA.doha", "noura")
    other = "01890000-0000-7000-8000-000000000000"
    pages = [
        noura.get(f"/cases/{screens.channel}/{other}/"),
        noura.get(f"/cases/{other}/{uid}/"),
        noura.get(f"/cases/{screens.channel}/records/{other}/attachments/0/"),
        noura.get("/no/such/page/"),
    ]
    assert {page.status_code for page in pages} == {404}
    assert all("There is nothing here for you" in text(page) for page in pages)


def test_operator_without_cases_reads_and_exports_none(screens: Screens) -> None:
    uid = fill(screens, 1)
    operator = screens.sit("QA.doha", "operator")
    for address in ("/cases/", "/cases/list.csv", "/cases/drafts/", f"/cases/{screens.channel}/{uid}/"):
        assert operator.get(address).status_code == 403
    assert "Ownership" not in text(operator.get("/"))


def test_nobody_opens_a_draft_of_another_officer(screens: Screens) -> None:
    noura = screens.sit("QA.doha", "noura")
    address = screens.begin(noura)
    hamad = screens.sit("QA.doha", "hamad")
    assert hamad.get(address).status_code == 404
    assert hamad.get(address + "review/").status_code == 404
    assert hamad.post(address, {"discard": "1"}).status_code == 404


def test_table_of_cases_is_complete_and_holds_no_formula(screens: Screens) -> None:
    noura = screens.sit("QA.doha", "noura")
    fill(screens, 3)
    screens.ask(noura, subject="=HYPERLINK(1)")
    answer = noura.get("/cases/list.csv")
    assert answer.headers["Content-Disposition"].startswith("attachment")
    raw = b"".join(answer).decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(raw)))
    assert len(rows) == 5
    assert "'=HYPERLINK(1)" in {row[1] for row in rows}


def test_erased_content_shows_as_erased_and_stays_on_the_timeline(screens: Screens) -> None:
    uid = fill(screens, 1)
    from comity.channel import erasure

    screens.world.clock.ms += 6 * 365 * 86_400_000
    for node in screens.world.nodes.values():
        erasure.run(node)
    noura = screens.sit("QA.doha", "noura")
    page = text(noura.get(f"/cases/{screens.channel}/{uid}/"))
    assert "The content has been erased" in page
    assert "Who has kept" not in page
