"""A case runs its whole course on two nodes, and both say the same of its clock, its state and its consents."""

import pytest

from comity.cases.models import Case, Entry
from comity.channel import erasure
from comity.concurrence.clocks import ClockState
from tests.cases.desks import Desks, uid_of
from tests.support.screens import QUESTION, Screens, text

pytestmark = pytest.mark.django_db(databases=["default", "second", "third"], transaction=True)
HOUR = 3_600_000


@pytest.fixture
def desks(screens: Screens) -> Desks:
    return Desks(screens)


def both_clocks(desks: Desks, case: str) -> list[tuple[int | None, int, ClockState]]:
    now = desks.screens.world.clock()
    found: list[tuple[int | None, int, ClockState]] = []
    for node, name in (("QA.doha", "noura"), ("DE.berlin", "greta")):
        clock = desks.last(case, "request", node, name).clock
        assert clock is not None
        found.append((clock.due, clock.left(now), clock.state(now)))
    return found


def test_clarification_stops_the_clock_and_its_answer_lets_it_go_on_alike_on_both_nodes(desks: Desks) -> None:
    case = desks.ask(urgency="urgent")
    received = desks.screens.world.clock()
    desks.wait(3)
    greta = desks.greta()
    desks.write(greta, case, uid_of(case), "clarification", question="Which of the two vehicles is meant?")
    desks.wait(20)
    doha, berlin = both_clocks(desks, case)
    assert doha == berlin == (None, 5 * HOUR, ClockState.PAUSED)
    assert "stands still" in text(greta.get(case))
    assert "stands still" in text(greta.get("/cases/?state=from-us"))
    noura = desks.noura()
    assert "Clarification question" in text(noura.get("/"))
    asked = desks.last(case, "clarification")
    desks.write(noura, case, asked.record.header.id, "clarified", text="The grey one.")
    doha, berlin = both_clocks(desks, case)
    assert doha == berlin == (received + 28 * HOUR, 5 * HOUR, ClockState.RUNNING)


def test_more_time_is_bounded_by_the_clause_and_counts_once_it_is_granted(desks: Desks) -> None:
    case = desks.ask(urgency="urgent")
    received = desks.screens.world.clock()
    greta = desks.greta()
    draft = str(greta.post(f"{case}{uid_of(case)}/more-time/").headers["Location"])
    greta.post(draft, {"hours": "400", "reason": "A court is asked.", "keep": "1"})
    assert "No more than seven days" in text(greta.get(draft))
    desks.finish(greta, draft, hours="24", reason="A court is asked.")
    assert both_clocks(desks, case)[0][0] == received + 8 * HOUR
    asked = desks.last(case, "more-time")
    desks.write(desks.noura(), case, asked.record.header.id, "time-granted", note="Granted.")
    doha, berlin = both_clocks(desks, case)
    assert doha == berlin
    assert doha[0] == received + 32 * HOUR


def test_evidence_is_refused_until_its_author_consents_and_the_request_is_prepared(desks: Desks) -> None:
    case = desks.ask(urgency="urgent")
    greta = desks.greta()
    desks.write(greta, case, uid_of(case), "reply", text="A company in Cologne.", source="B", information="2")
    noura = desks.noura()
    refused = noura.post(f"{case}pack/")
    assert refused.status_code == 403
    page = text(refused)
    assert "H1" in page
    assert "4(2)" in page
    action = page.partition('/consent/evidence/"')[0].rpartition('action="')[2] + "/consent/evidence/"
    draft = str(noura.post(action).headers["Location"])
    assert 'value="evidence" selected' in text(noura.get(draft))
    desks.finish(noura, draft, reason="The trial begins in June.", urgency="consent")
    asked = desks.last(case, "consent-asked", "DE.berlin", "greta")
    greta = desks.greta()
    assert "Request for consent" in text(greta.get("/"))
    desks.write(
        greta, case, asked.record.header.id, "consented", conditions="Without naming the source.", until="2099-01-01"
    )
    reply = desks.last(case, "reply")
    assert [one.conditions for one in reply.consents] == ["Without naming the source."]
    noura = desks.noura()
    packed = noura.post(f"{case}pack/")
    assert packed.status_code == 200
    assert b"A company in Cologne." in b"".join(packed)


def test_consent_that_the_partner_refuses_changes_nothing(desks: Desks) -> None:
    case = desks.ask()
    desks.write(desks.greta(), case, uid_of(case), "reply", text="Known here.", source="A", information="1")
    reply = desks.last(case, "reply").record.header.id
    noura = desks.noura()
    draft = str(noura.post(f"/cases/{desks.screens.channel}/records/{reply}/consent/evidence/").headers["Location"])
    desks.finish(noura, draft, reason="The trial begins in June.")
    asked = desks.last(case, "consent-asked", "DE.berlin", "greta")
    desks.write(desks.greta(), case, asked.record.header.id, "consent-refused", reason="The source is at risk.")
    assert desks.noura().post(f"{case}pack/").status_code == 403
    assert desks.last(case, "consent-asked").answered


def test_withheld_subject_is_left_out_of_an_export_that_names_the_reason(desks: Desks) -> None:
    desks.ask(handling="h2", subject="Only for reading")
    desks.ask(handling="h0", subject="For everybody")
    greta = desks.greta()
    table = b"".join(greta.get("/cases/list.csv")).decode()
    assert "For everybody" in table
    assert "Only for reading" not in table
    assert "ask for consent" in table
    assert "Only for reading" in b"".join(desks.noura().get("/cases/list.csv")).decode()


def test_h3_is_not_printed_and_h0_is_without_a_question(desks: Desks) -> None:
    strict, free = desks.ask(handling="h3"), desks.ask(handling="h0")
    greta = desks.greta()
    refused = greta.get(f"{strict}print/")
    assert refused.status_code == 403
    assert "H3" in text(refused)
    assert "Who has kept the vehicle" in text(greta.get(f"{free}print/"))
    assert greta.get(f"{strict}case.pdf").status_code == 403
    assert greta.get(f"{free}case.pdf").content.startswith(b"%PDF-")


def test_closing_ends_one_s_own_questions_and_reopening_undoes_the_state(desks: Desks) -> None:
    case = desks.ask()
    greta = desks.greta()
    draft = str(greta.post(f"{case}course/", {"kind": "closing"}).headers["Location"])
    greta.post(draft, {"outcome": "refused", "keep": "1"})
    answer = greta.post(draft + "review/", {"send": "1", "version": "2"}, follow=True)
    assert "still open in this case" in text(answer)
    noura = desks.noura()
    draft = str(noura.post(f"{case}course/", {"kind": "closing"}).headers["Location"])
    desks.finish(noura, draft, outcome="withdrawn")
    for using in ("default", "second"):
        row = Case.objects.using(using).get(uuid=uid_of(case))
        assert (row.closed_by, row.closed_ms is not None) == ("QA.doha", True)
        assert Entry.objects.using(using).get(uid=uid_of(case)).answered
    assert "Nothing is due from us." in text(desks.greta().get("/"))
    assert "closed" in text(desks.greta().get("/cases/?state=closed"))
    noura = desks.noura()
    draft = str(noura.post(f"{case}course/", {"kind": "reopening"}).headers["Location"])
    desks.finish(noura, draft, reason="A new lead.")
    assert [Case.objects.using(one).get(uuid=uid_of(case)).closed_ms for one in ("default", "second")] == [None, None]


def test_merged_cases_show_one_timeline_on_both_sides_and_the_old_address_leads_there(desks: Desks) -> None:
    first = desks.ask(subject="A vehicle")
    second = desks.ask(subject="The same vehicle again", question="Where is the vehicle kept now, in which town?")
    greta = desks.greta()
    asked = {"kind": "merged", "other": uid_of(first)}
    draft = str(greta.post(f"{second}join/", asked).headers["Location"])
    desks.finish(greta, draft, note="One matter.")
    for sit in (desks.noura, desks.greta):
        assert uid_of(sit().get(second).headers["Location"]) == uid_of(first)
    page = text(desks.noura().get(first))
    assert "The same vehicle again" in page
    assert "1 case was merged" in page
    assert text(desks.noura().get("/cases/")).count('class="subject"') == 1


def test_linked_cases_point_to_each_other_on_both_sides(desks: Desks) -> None:
    first, second = desks.ask(subject="A vehicle"), desks.ask(subject="A house")
    noura = desks.noura()
    desks.finish(
        noura, str(noura.post(f"{first}join/", {"kind": "linked", "other": uid_of(second)}).headers["Location"])
    )
    for node, name in (("QA.doha", "noura"), ("DE.berlin", "greta")):
        assert desks.thread(node, name, first).linked == (uid_of(second),)
        assert desks.thread(node, name, second).linked == (uid_of(first),)


def test_erasure_that_is_ordered_is_confirmed_by_the_partner_on_the_timeline(desks: Desks) -> None:
    case = desks.ask()
    screens = desks.screens
    hamad = screens.sit("QA.doha", "hamad")
    assert desks.noura().post(f"{case}{uid_of(case)}/erase/", {"ground": "Asked in error"}).status_code == 403
    hamad = screens.sit("QA.doha", "hamad")
    hamad.post(f"{case}{uid_of(case)}/erase/", {"ground": "Asked in error"})
    desks.settle()
    for node in screens.world.nodes.values():
        erasure.run(node)
    desks.settle()
    page = text(desks.noura().get(case))
    assert "the partner's node confirmed it, signed" in page or "the partner&#x27;s node confirmed it, signed" in page
    assert "Asked in error" in page
    assert "Who has kept" not in page
    erased = desks.last(case, "request").erasures
    assert {one.node for one in erased if one.done_ms} == {"QA.doha", "DE.berlin"}


def test_information_without_request_opens_a_case_that_waits_for_nothing(desks: Desks) -> None:
    noura = desks.noura()
    draft = str(noura.post("/cases/new/", {"kind": "notice"}).headers["Location"])
    fields = {"clause": "4(1)", "purpose": "prevention", "subject": "A warning", "text": "They plan to meet again."}
    desks.finish(noura, draft, **fields, source="C", information="3")
    page = text(desks.greta().get("/cases/"))
    assert "A warning" in page
    assert "informed" in page
    assert "Nothing is due from us." in text(desks.greta().get("/"))


def test_items_stand_in_both_scripts_and_a_second_question_about_them_is_noticed(desks: Desks) -> None:
    noura = desks.noura()
    draft = desks.screens.begin(noura)
    noura.post(draft, QUESTION | {"add-item": "person"})
    item = {"item-0-name": "محمد العلي", "item-0-latin": "Mohammed Al-Ali", "item-0-born": "1980-05-17"}
    desks.finish(noura, draft, **(QUESTION | item | {"item-0-handling": "h2"}))
    case = desks.last_case("QA.doha", "noura")
    shown = desks.last(case, "request", "DE.berlin", "greta").named[0]
    assert (getattr(shown, "name", ""), getattr(shown, "latin", ""), shown.handling) == (
        "محمد العلي",
        "Mohammed Al-Ali",
        "h2",
    )
    noura = desks.noura()
    again = desks.screens.begin(noura, question="Something quite different about somebody?", subject="Else")
    noura.post(again, QUESTION | {"add-item": "person"})
    other = {
        "item-0-name": "Muhammad Al Ali",
        "item-0-born": "1980-05-17",
        "question": "Where does the person live now?",
    }
    noura.post(again, QUESTION | other | {"keep": "1"})
    assert "already open with them" in text(noura.get(again))


def test_item_with_a_date_that_is_none_is_named_before_it_is_sent(desks: Desks) -> None:
    noura = desks.noura()
    draft = desks.screens.begin(noura)
    noura.post(draft, QUESTION | {"add-item": "person"})
    noura.post(draft, QUESTION | {"item-0-name": "A", "item-0-born": "yesterday", "keep": "1"})
    assert "of an unknown kind" in text(noura.get(draft))


def test_live_page_answers_nothing_until_something_has_changed(desks: Desks) -> None:
    case = desks.ask()
    noura = desks.noura()
    page = text(noura.get(case))
    seen = page.partition('data-stamp="')[2].partition('"')[0]
    assert noura.get(f"{case}live/?seen={seen}").status_code == 204
    assert noura.get(f"/cases/?seen={seen}", headers={"HX-Request": "true"}).status_code == 204
    desks.write(desks.greta(), case, uid_of(case), "reply", text="Known here.", source="A", information="1")
    changed = desks.noura().get(f"{case}live/?seen={seen}")
    assert changed.status_code == 200
    assert "Known here." in text(changed)
    assert "<html" not in text(changed)


def test_case_is_taken_handed_over_and_found_by_who_is_in_charge(desks: Desks) -> None:
    case = desks.ask()
    greta = desks.greta()
    assert "nobody is in charge" in text(greta.get(case))
    greta.post("/cases/several/", {"case": uid_of(case), "take": "1"})
    assert "Ownership" in text(greta.get("/cases/?owner=me"))
    assert "Ownership" not in text(greta.get("/cases/?owner=nobody"))
    answer = greta.post(f"{case}charge/", {"taker": "no-such-unit/"}, follow=True)
    assert "nobody there who could take" in text(answer)


def test_filters_are_kept_sealed_and_belong_to_their_officer(desks: Desks) -> None:
    from comity.cases.models import SavedFilter

    desks.ask()
    noura = desks.noura()
    noura.post("/cases/filters/", {"name": "Mine and urgent", "query": "urgency=urgent&owner=me"})
    assert "Mine and urgent" in text(noura.get("/cases/"))
    row = SavedFilter.objects.get()
    assert b"Mine" not in bytes(row.sealed)
    hamad = desks.screens.sit("QA.doha", "hamad")
    assert "Mine and urgent" not in text(hamad.get("/cases/"))
    hamad.post("/cases/filters/", {"drop": row.uid})
    assert SavedFilter.objects.count() == 1
    desks.noura().post("/cases/filters/", {"drop": row.uid})
    assert not SavedFilter.objects.exists()


def test_several_answered_cases_are_closed_at_once_and_open_ones_are_left(desks: Desks) -> None:
    answered, waiting = desks.ask(), desks.ask(subject="Another", question="Who has driven the vehicle in June?")
    desks.write(desks.greta(), answered, uid_of(answered), "reply", text="Known.", source="A", information="1")
    greta = desks.greta()
    chosen = {"case": [uid_of(answered), uid_of(waiting)], "close": "1", "outcome": "answered"}
    page = text(greta.post("/cases/several/", chosen, follow=True))
    assert "1 case is closed." in page
    assert "1 case stays open" in page
