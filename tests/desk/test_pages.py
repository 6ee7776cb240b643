"""The pages on agreement, journals, alarms and the node say what is so, in three languages, and leak nothing."""

import re
from html.parser import HTMLParser

import pytest
from django.test import Client

from comity.channel.alarms import AlarmKind, open_alarms, raise_alarm
from comity.channel.models import Alarm
from comity.desk.roles import Role
from tests.support.screens import Screens, text

pytestmark = pytest.mark.django_db(databases=["default", "second", "third"], transaction=True)

PAGES = ["/", "/me/", "/agreement/", "/agreement/?view=matrix", "/agreement/?view=history", "/agreement/explain/",
         "/journal/", "/alarms/", "/status/", "/cases/", "/cases/drafts/", "/me/password/", "/me/keys/"]  # fmt: skip
WATCHING = ["/people/", "/people/units/", "/access-log/", "/access-log/proof/", "/erasures/", "/erasures/?state=done"]


class _Parts(HTMLParser):
    """Collect what a strict policy forbids, and fields without a label."""

    def __init__(self) -> None:
        super().__init__()
        self.inline: list[str] = []
        self.labelled: set[str] = set()
        self.fields: set[str] = set()
        self.ids: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if given.get("id"):
            self.ids.append(str(given["id"]))
        if tag == "style" or "style" in given or any(name.startswith("on") for name in given):
            self.inline.append(tag)
        if tag == "script" and not given.get("src"):
            self.inline.append(tag)
        if tag == "label":
            self.labelled.add(str(given.get("for")))
        if tag in ("input", "select", "textarea") and given.get("type") not in ("hidden", "checkbox"):
            self.fields.add(str(given.get("id")))


@pytest.mark.parametrize("language", ["en", "de", "ar"])
def test_every_page_is_clean_labelled_and_in_its_own_direction(screens: Screens, language: str) -> None:
    client = screens.sit("QA.doha", "noura", language)
    address = screens.begin(client)
    screens.officer("QA.doha", "everything", Role.OPERATOR, Role.AUDITOR, Role.DATA_PROTECTION)
    watcher = screens.sit("QA.doha", "everything", language)
    officer = f"/people/of/{screens.officers['noura'].pseudonym}/"
    pages = [(client, one) for one in (*PAGES, address, address + "review/")]
    for whose, page in [*pages, *((watcher, one) for one in (*WATCHING, officer))]:
        answer = whose.get(page)
        assert answer.status_code == 200, page
        shown = text(answer)
        assert f'lang="{language}" dir="{"rtl" if language == "ar" else "ltr"}"' in shown
        parts = _Parts()
        parts.feed(shown)
        assert not parts.inline, page
        assert parts.fields <= parts.labelled, page
        assert len(parts.ids) == len(set(parts.ids)), page
        assert "unsafe" not in answer.headers["Content-Security-Policy"]


@pytest.mark.parametrize(("language", "words"), [("de", "Von uns fällig"), ("ar", "مستحق علينا")])
def test_front_page_speaks_the_language_of_the_browser(screens: Screens, language: str, words: str) -> None:
    assert words in text(screens.sit("QA.doha", "noura", language).get("/"))


def test_agreement_page_shows_clauses_and_who_signed_when(screens: Screens) -> None:
    client = screens.sit("QA.doha", "noura")
    page = text(client.get("/agreement/"))
    assert "Requests for information" in page
    assert "in force" in page
    signatures = page.partition("<h2>Signed</h2>")[2]
    assert "QA.doha" in signatures
    assert "DE.berlin" in signatures
    history = text(client.get("/agreement/?view=history"))
    digest = re.search(r"/agreement/text/(sha256:[0-9a-f]{64})/", history)
    assert digest is not None
    assert client.get(digest[0]).status_code == 200
    assert client.get("/agreement/text/sha256:" + "0" * 64 + "/").status_code == 404


def test_agreement_explains_what_may_be_sent_and_what_may_not(screens: Screens) -> None:
    client = screens.sit("QA.doha", "noura")
    assert "Yes, under:" in text(client.get("/agreement/explain/?type=cases.request/1&purpose=investigation"))
    assert "No. No clause" in text(client.get("/agreement/explain/?type=library.course/1&purpose=training"))


def test_journal_page_shows_the_cosigned_head_and_verifies_both(screens: Screens) -> None:
    client = screens.sit("QA.doha", "noura")
    screens.ask(client)
    screens.world.settle()
    page = text(client.get("/journal/"))
    assert "Cosigned by <bdi>DE.berlin</bdi>" in page
    assert "cases.request/1" in page
    assert "Ownership" not in page
    verified = text(client.post("/journal/verify/"))
    assert verified.count("they lead to the head signed at") == 2


def test_only_an_operator_closes_an_alarm_and_only_with_a_note(screens: Screens) -> None:
    node = screens.world.nodes["QA.doha"]
    raise_alarm(node, AlarmKind.FORK, "DE.berlin", "Two histories.", channel=screens.channel, evidence=b"notes")
    alarm = Alarm.objects.get()
    noura = screens.sit("QA.doha", "noura")
    assert "Two histories of one journal" in text(noura.get("/"))
    assert noura.post(f"/alarms/{alarm.id}/handle/", {"note": "done"}).status_code == 403
    operator = screens.sit("QA.doha", "operator")
    evidence = operator.get(f"/alarms/{alarm.id}/evidence/")
    assert evidence.content == b"notes"
    assert evidence.headers["Content-Disposition"].startswith("attachment")
    operator.post(f"/alarms/{alarm.id}/handle/", {"note": "  "})
    assert open_alarms(node)
    operator.post(f"/alarms/{alarm.id}/handle/", {"note": "Compared by telephone."})
    assert not open_alarms(node)
    page = text(operator.get("/alarms/"))
    assert "Compared by telephone." in page
    assert "Officer operator" in page


def test_status_page_names_partner_queue_and_quota(screens: Screens) -> None:
    page = text(screens.sit("QA.doha", "operator").get("/status/"))
    assert "DE.berlin" in page
    assert "21.5" in page or "21,5" in page


def test_appearance_is_remembered_and_leads_nowhere_else(screens: Screens) -> None:
    client = screens.sit("QA.doha", "noura")
    answer = client.post("/appearance/", {"appearance": "dark", "next": "https://elsewhere.example/"})
    assert answer.headers["Location"] == "/"
    assert 'data-theme="dark"' in text(client.get("/"))


def test_problem_pages_say_what_to_do_and_nothing_of_what_was_asked(screens: Screens) -> None:
    screens.at("QA.doha")
    page = Client().get("/cases/Mohammed/")
    assert page.status_code == 404
    assert "Mohammed" not in text(page).partition("<main")[2]
    forged = Client(enforce_csrf_checks=True).post("/sign-in/", {"username": "noura", "password": "x"})
    assert forged.status_code == 403
    assert "The form has run out" in text(forged)


def test_upload_without_a_sign_in_is_turned_away_before_it_is_kept(screens: Screens) -> None:
    import io

    node = screens.at("QA.doha")
    Client().post("/sign-in/", {"username": "x", "upload": io.BytesIO(b"x" * 100_000)})
    assert not list(node.home.rglob("new-*"))
