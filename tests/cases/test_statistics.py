"""Statistics are counted on both nodes, confirmed figure by figure, and signed by both."""

from pathlib import Path

import pytest
from django.test import Client

from comity.cases import measures
from comity.cases.models import Outcome
from comity.cases.projections import AREA as CASES
from comity.channel.runtime import LocalNode
from comity.concurrence.projections import AREA as CONCURRENCE
from comity.desk.roles import Role
from tests.cases.desks import Desks, uid_of
from tests.support.screens import Screens, make_screens, text

pytestmark = pytest.mark.django_db(databases=["default", "second", "third"], transaction=True)
NAMES = {"QA.doha": "maha", "DE.berlin": "karl"}


@pytest.fixture
def desks(tmp_path: Path, transactional_db: None) -> Desks:
    screens = make_screens(tmp_path, (CASES, CONCURRENCE))
    for node, name in NAMES.items():
        screens.officer(node, name, Role.SECRETARY)
    found = Desks(screens)
    case = found.ask()
    found.wait(2)
    found.write(found.greta(), case, uid_of(case), "reply", text="Nobody.", source="B", information="2")
    return found


def secretary(screens: Screens, node: str) -> Client:
    return screens.sit(node, NAMES[node])


def proposed(desks: Desks) -> str:
    sent = secretary(desks.screens, "QA.doha").post("/cases/statistics/propose/", {})
    desks.wait(0.001)
    desks.settle()
    address: str = sent.headers["Location"]
    return address


def test_figures_are_confirmed_signed_by_both_and_handed_out(desks: Desks) -> None:
    shown = text(secretary(desks.screens, "DE.berlin").get("/cases/statistics/"))
    assert "What this node counts" in shown
    address = proposed(desks)
    client = secretary(desks.screens, "DE.berlin")
    assert "This node counts every figure alike." in text(client.get(address))
    client.post(address + "act/", {"sign": ""})
    desks.wait(0.001)
    desks.settle()
    for node in NAMES:
        client = secretary(desks.screens, node)
        page = text(client.get(address))
        assert "signed by both" in page
        assert "2.00" in page
        assert client.get(address + "report.pdf").content.startswith(b"%PDF")
        table = b"".join(client.get(address + "report.csv").streaming_content).decode()  # type: ignore[attr-defined]  # a streamed file
        assert "crime,urgent,DE,1,1,1,0" in table


def test_node_that_counts_otherwise_shows_where_and_does_not_sign(desks: Desks) -> None:
    address = proposed(desks)
    node: LocalNode = desks.screens.at("DE.berlin")
    client = secretary(desks.screens, "DE.berlin")
    assert "counts every figure alike" in text(client.get(address))
    Outcome.objects.using(node.using).update(answered_ms=None)
    measures._kept.clear()
    page = text(client.get(address))
    assert "This node counts otherwise" in page
    said = text(client.post(address + "act/", {"sign": ""}, follow=True))
    assert "cannot be signed" in said
    client.post(address + "act/", {"refuse": "", "words": "We hold no such answer"})
    desks.wait(0.001)
    desks.settle()
    assert "We hold no such answer" in text(secretary(desks.screens, "QA.doha").get(address))


def test_author_takes_a_report_back_and_readers_cannot_write(desks: Desks) -> None:
    address = proposed(desks)
    secretary(desks.screens, "QA.doha").post(address + "act/", {"withdraw": ""})
    desks.wait(0.001)
    desks.settle()
    assert address not in text(secretary(desks.screens, "DE.berlin").get("/cases/statistics/"))
    assert desks.greta().post("/cases/statistics/propose/", {}).status_code == 403
    assert desks.greta().get("/cases/statistics/").status_code == 200
