"""What is looked for is found in every script, by whoever may see it, and by nobody else; the words leave no trace."""

import logging
import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from comity.cases import search_access
from comity.cases.models import Entry, Term
from comity.cases.projections import AREA
from comity.cases.records import Request
from comity.cases.search_words import MOST_TERMS, Terms
from comity.channel import audit
from comity.channel.post import post
from comity.desk.models import AccessLine
from comity.matching import is_particle, sounds_of
from tests.cases.desks import Desks, uid_of
from tests.support import worlds
from tests.support.screens import Screens, text

pytestmark = pytest.mark.django_db(databases=["default", "second", "third"], transaction=True)


def found(desks: Desks, words: str, node: str = "DE.berlin", name: str = "greta", *, alike: bool = True) -> list[str]:
    """Return the kinds of the records found."""
    result = search_access.search(desks.seat(node, name), words, purpose="investigation", alike=alike)
    return [str(one.kind) for one in result.hits]


def test_a_name_is_found_in_other_spellings_and_scripts(screens: Screens) -> None:
    desks = Desks(screens)
    desks.ask(question="Has Mohammed Müller been seen since May?")
    desks.ask(question="هل شوهد محمد مولر في برلين منذ مايو؟", case_number="ST-2", language="ar")
    desks.ask(question="Who has kept the vehicle since May?", case_number="ST-3")
    for words in ("Mohammed", "محمد", "muhammad", "Müller", "Mueller", "MULLER", "Mohamad Mueller"):
        assert found(desks, words) == ["request", "request"], words
        assert found(desks, words, "QA.doha", "noura") == ["request", "request"], words


def test_without_other_spellings_only_the_word_itself_is_found(screens: Screens) -> None:
    desks = Desks(screens)
    desks.ask(question="Has Mohammed been seen in Berlin since May?")
    assert found(desks, "mohammed", alike=False) == ["request"]
    assert found(desks, "Muhammad", alike=False) == []
    assert found(desks, "Mohammed Zuckerwatte", alike=False) == [], "every word must be there"


def test_numbers_are_found_however_they_are_written(screens: Screens) -> None:
    desks = Desks(screens)
    desks.ask(question="Plate B-AB 1234, please.", case_number="ST/2026-77")
    for words in ("ST 2026 77", "st/2026-77", "ST202677", "ab 1234", "٢٠٢٦ 77"):
        assert found(desks, words) == ["request"], words
    assert found(desks, "ST 2026 78") == []


def test_answers_are_found_and_lead_to_their_case(screens: Screens) -> None:
    desks = Desks(screens)
    case = desks.ask(subject="A vehicle")
    desks.write(desks.greta(), case, uid_of(case), "reply", text="Kept by Khalifa.", source="B", information="2")
    (hit,) = search_access.search(desks.seat("QA.doha", "noura"), "خليفة", purpose="investigation").hits
    assert (hit.case, hit.subject, hit.ours) == (uid_of(case), "A vehicle", False)


def test_erased_content_is_not_found_and_leaves_no_row(screens: Screens) -> None:
    desks = Desks(screens)
    case = desks.ask(question="Has Mohammed been seen in Berlin since May?")
    other = desks.ask(question="Has Ahmed been seen in Berlin since May?", case_number="ST-2")
    assert found(desks, "Mohammed") == ["request"]
    node = screens.at("DE.berlin")
    kept = Entry.objects.using(node.using).get(uid=uid_of(other)).pk
    AREA.erase(node, [uid_of(case)])
    assert found(desks, "Mohammed") == []
    assert set(Term.objects.using(node.using).values_list("entry", flat=True)) == {kept}


def test_erased_before_it_was_taken_in_is_never_taken_in(screens: Screens) -> None:
    desks = Desks(screens)
    case = desks.ask(question="Has Mohammed been seen in Berlin since May?")
    node = screens.at("DE.berlin")
    Term.objects.using(node.using).all().delete()
    Entry.objects.using(node.using).update(indexed=False)
    AREA.erase(node, [uid_of(case)])
    assert found(desks, "Mohammed") == []
    assert not Term.objects.using(node.using).exists()


def test_terms_are_made_again_from_the_journals(screens: Screens) -> None:
    desks = Desks(screens)
    desks.ask(question="Has Mohammed been seen in Berlin since May?")
    node = screens.at("DE.berlin")
    audit.rebuild_areas(node)
    assert not Term.objects.using(node.using).exists()
    assert found(desks, "محمد") == ["request"]


def test_terms_of_two_agreements_or_realities_have_nothing_in_common(screens: Screens) -> None:
    node, body = screens.at("DE.berlin"), Request(subject="Mohammed", question="Has he been seen in Berlin since May?")
    sets = [Terms(node, *one).of(body) for one in (("a", "actual"), ("b", "actual"), ("a", "exercise"))]
    assert all(len(one) >= 2 for one in sets)
    assert not sets[0] & sets[1]
    assert not sets[0] & sets[2]


def test_page_finds_notes_the_look_without_words_and_says_what_to_do(
    screens: Screens, caplog: pytest.LogCaptureFixture
) -> None:
    desks = Desks(screens)
    case = desks.ask(subject="Sichtung von Mohammed", question="Has he been seen in Berlin since May?")
    client = desks.greta()
    assert "Words, name or number" in text(client.get("/cases/search/"))
    with caplog.at_level(logging.DEBUG):
        page = text(client.post("/cases/search/", {"words": "محمد", "purpose": "investigation", "alike": "on"}))
    assert "Sichtung von Mohammed" in page
    assert f"{case}#record-{uid_of(case)}" in page
    assert "محمد" not in caplog.text
    line = AccessLine.objects.using("second").order_by("-index")[0]
    assert (line.what, line.purpose, line.records) == ("search", "investigation", uid_of(case))
    empty = text(client.post("/cases/search/", {"words": "Zuckerwatte", "purpose": "investigation"}))
    assert "Nothing that you may see says this." in empty
    assert AccessLine.objects.using("second").order_by("-index")[0].records == ""
    assert "This field is required" in text(client.post("/cases/search/", {"words": "Mohammed"}))
    assert 'value="investigation" selected' in text(client.get("/cases/search/"))
    assert "Records found" not in text(client.get("/cases/search/?words=Mohammed&purpose=investigation"))


def test_pages_go_on_where_the_last_ended_and_their_queries_do_not_grow(screens: Screens) -> None:
    desks = Desks(screens)
    fill(screens, 3)
    few = queries(desks.greta())
    fill(screens, 90)
    assert found(desks, "who")  # takes in what is new
    seat = desks.seat("DE.berlin", "greta")
    seen: list[str] = []
    after = None
    for _page in range(3):
        one = search_access.search(seat, "who", purpose="investigation", after=after)
        seen += [hit.uid for hit in one.hits]
        after = one.after
    assert after is None
    assert len(seen) == len(set(seen)) == 93
    assert queries(desks.greta()) == few


def test_words_in_very_many_records_are_looked_for_in_the_latest(
    screens: Screens, monkeypatch: pytest.MonkeyPatch
) -> None:
    desks = Desks(screens)
    fill(screens, 30)
    whole = search_access.search(desks.seat("DE.berlin", "greta"), "who", purpose="investigation")
    monkeypatch.setattr(search_access, "RARE", 5)
    monkeypatch.setattr(search_access, "LATEST", 10)
    found = search_access.search(desks.seat("DE.berlin", "greta"), "who", purpose="investigation")
    assert (len(whole.hits), whole.cut) == (30, False)
    assert (len(found.hits), found.cut) == (10, True)


def test_whatever_is_looked_for_is_answered(screens: Screens) -> None:
    desks = Desks(screens)
    desks.ask()
    for words in ("", " ", "\u202e\u200f", "\ud800x", "x" * 10_000, "%_\\'\""):
        assert found(desks, words) == [], words[:20]
    assert found(desks, "a " * 5000) == ["request"]


def test_a_long_text_has_so_many_terms_and_no_more(screens: Screens) -> None:
    node = screens.at("DE.berlin")
    body = Request(subject="x", question=" ".join(f"word{number}" for number in range(10_000)))
    terms = Terms(node, "a", "actual")
    assert len(terms.of(body)) <= MOST_TERMS + 2


def test_particles_say_nothing_and_telling_words_sound_alike_in_all_scripts() -> None:
    assert is_particle("al")
    assert not is_particle("Thani")
    assert set(sounds_of("Ivanov")) & set(sounds_of("Иванов"))
    assert sounds_of("12") == ()
    assert re.fullmatch(r"[a-z]+", sounds_of("Schmidt")[0])


def fill(screens: Screens, count: int) -> None:
    doha = screens.world.nodes["QA.doha"]
    drafts = [worlds.request("DE.berlin", purpose="investigation") for _ in range(count)]
    post(doha, worlds.channel_of(doha, screens.channel), drafts)
    screens.world.settle()


def queries(client: Client) -> int:
    given = {"words": "who", "purpose": "investigation"}
    client.post("/cases/search/", given)
    with CaptureQueriesContext(connection) as seen:
        assert client.post("/cases/search/", given).status_code == 200
    return len(seen)
