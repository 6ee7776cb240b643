"""The plan on screen: an area is planned, actions are proposed, signed, moved on and ended, and every page says so."""

from datetime import date

import pytest
from django.test import Client

from tests.support.screens import Screens, text

pytestmark = pytest.mark.django_db(databases=["default", "second", "third"], transaction=True)

ACTION = {
    "title_en": "Exchange of points of contact",
    "title_de": "Austausch der Kontaktstellen",
    "title_ar": "تبادل نقاط الاتصال",
    "lead": "DE/BKA",
    "start": "2026-11-01",
    "due": "2027-03-31",
    "clause": "10(1)",
    "deliverables": "A list of contacts\nA drill",
    "note": "As the ministers agreed",
}


def secretary(screens: Screens, node: str) -> Client:
    return screens.sit(node, f"secretary-{node[3:]}")


def settle(screens: Screens) -> None:
    screens.world.clock.ms += 1000
    screens.world.settle(4)


def planned(screens: Screens) -> str:
    """Plan the area of cyber from Doha, sign in Berlin, and return its address."""
    client = secretary(screens, "QA.doha")
    begun = client.post("/plan/areas/new/", {"area": "cyber", "first": "2026-10-01", "last": "2028-09-30"})
    settle(screens)
    address: str = begun.headers["Location"]
    sign(screens, "DE.berlin", address)
    return address


def sign(screens: Screens, node: str, address: str, **said: str) -> None:
    client = secretary(screens, node)
    page = text(client.get(address))
    forms = page.split(f'action="{address}proposals/')[1:]
    place = next(one for one in forms if 'name="concur"' in one.partition("</form>")[0]).partition('"')[0]
    client.post(f"{address}proposals/{place}", said or {"concur": "", "words": "Agreed."})
    settle(screens)


def with_action(screens: Screens, **changes: str) -> tuple[str, str]:
    """Return a plan with one action in force: the addresses of the area and of the action."""
    address = planned(screens)
    sent = secretary(screens, "QA.doha").post(address + "new/actions/", ACTION | changes)
    assert sent.status_code == 302, text(sent)
    settle(screens)
    sign(screens, "DE.berlin", address)
    page = text(secretary(screens, "DE.berlin").get(address))
    key = page.partition(f'href="{address}actions/')[2].partition("/")[0]
    return address, f"{address}actions/{key}/"


def test_plan_of_an_area_is_proposed_signed_and_the_same_on_both_sides(desks: Screens) -> None:
    empty = text(secretary(desks, "DE.berlin").get("/plan/"))
    assert "No area has a plan yet" in empty
    address, action = with_action(desks)
    for node in ("QA.doha", "DE.berlin"):
        client = secretary(desks, node)
        assert "Version 2" in text(client.get(address))
        shown = text(client.get(action))
        assert "A list of contacts" in shown
        assert "As the ministers agreed" in shown
        assert "<svg" in text(client.get("/plan/timeline/"))
        compared = text(client.get(address + "versions/?one=1&other=2"))
        assert "Austausch der Kontaktstellen" in compared
    table = b"".join(secretary(desks, "DE.berlin").get("/plan/actions.csv").streaming_content).decode()  # type: ignore[attr-defined]  # a file that is written as it is read
    assert "Exchange of points of contact" in table


def test_only_the_side_that_leads_says_how_far_an_action_is_and_both_sign_its_end(desks: Screens) -> None:
    address, action = with_action(desks)
    refused = secretary(desks, "QA.doha").post(action + "tell/", {"progress": "in-progress"}, follow=True)
    assert "Whoever leads an action says how far it is." in text(refused)
    for state in ("in-progress", "done-claimed"):
        secretary(desks, "DE.berlin").post(action + "tell/", {"progress": state, "remark": "Under way"})
        settle(desks)
    shown = text(secretary(desks, "QA.doha").get(action))
    assert "done, as its lead says" in shown
    assert "Under way" in shown
    secretary(desks, "QA.doha").post(action + "end/", {"outcome": "done-confirmed"})
    settle(desks)
    sign(desks, "DE.berlin", address)
    for node in ("QA.doha", "DE.berlin"):
        assert "done, confirmed by both" in text(secretary(desks, node).get(action))


def test_second_change_joins_the_first_proposal_and_crossing_ones_end_alike(desks: Screens) -> None:
    address, action = with_action(desks)
    later = ACTION | {"due": "2027-06-30"}
    secretary(desks, "QA.doha").post(address + "new/actions/", ACTION | {"title_en": "Second"})
    desks.world.clock.ms += 1000
    key = action.rstrip("/").rpartition("/")[2]
    secretary(desks, "QA.doha").post(f"{address}actions/{key}/change/", later)
    secretary(desks, "DE.berlin").post(address + "new/actions/", ACTION | {"title_en": "Third"})
    settle(desks)
    page = text(secretary(desks, "DE.berlin").get(address))
    assert "Both sides have proposed a change" in page
    assert "Second" in page
    assert "2027-06-30" in page
    sign(desks, "DE.berlin", address)
    for node in ("QA.doha", "DE.berlin"):
        shown = text(secretary(desks, node).get(address))
        assert "Version 3" in shown
        assert "Second" in shown
        assert ">Third<" not in shown.partition("<h2")[2].partition("</section>")[0]


def test_objection_keeps_both_words_and_shows_on_the_front_page(desks: Screens) -> None:
    address, action = with_action(desks)
    key = action.rstrip("/").rpartition("/")[2]
    secretary(desks, "QA.doha").post(f"{address}actions/{key}/change/", ACTION | {"due": "2026-12-31"})
    settle(desks)
    assert "Proposal for the plan" in text(secretary(desks, "DE.berlin").get("/"))
    sign(desks, "DE.berlin", address, object="", words="Too early for us")
    for node in ("QA.doha", "DE.berlin"):
        assert "Too early for us" in text(secretary(desks, node).get(address))
        assert "The sides disagree on the plan" in text(secretary(desks, node).get("/"))


def test_circle_is_refused_in_words_and_nothing_leaves(desks: Screens) -> None:
    address, action = with_action(desks)
    key = action.rstrip("/").rpartition("/")[2]
    client = secretary(desks, "QA.doha")
    before = text(client.get(address))
    said = client.post(f"{address}actions/{key}/change/", ACTION | {"due": "2026-01-01"})
    assert "An action is due on the day it starts, or later." in text(said)
    assert text(client.get(address)).count('class="sheet proposal"') == before.count('class="sheet proposal"')


def test_risk_is_told_by_whoever_looks_after_it(desks: Screens) -> None:
    address, _ = with_action(desks)
    risk = {"title_en": "Staff is short", "likelihood": "4", "impact": "3", "owner": "DE/BKA", "answer_en": "Hire"}
    secretary(desks, "QA.doha").post(address + "new/risks/", risk)
    settle(desks)
    sign(desks, "DE.berlin", address)
    page = text(secretary(desks, "DE.berlin").get("/plan/risks/"))
    place = page.partition(f'action="{address}risks/')[2].partition('"')[0]
    secretary(desks, "DE.berlin").post(f"{address}risks/{place}", {"remark": "Two have been hired"})
    settle(desks)
    assert "Two have been hired" in text(secretary(desks, "QA.doha").get("/plan/risks/"))


def test_who_only_reads_sees_the_plan_and_no_way_to_change_it(desks: Screens) -> None:
    address, action = with_action(desks)
    client = desks.sit("DE.berlin", "greta")
    for place in ("/plan/", address, action, "/plan/risks/", "/plan/timeline/"):
        page = text(client.get(place))
        assert '<form method="post" action="/plan' not in page
    assert client.post(address + "new/actions/", ACTION).status_code == 403
    assert client.get("/plan/areas/new/").status_code == 403
    assert date(2027, 3, 31).isoformat() in text(client.get(action))
