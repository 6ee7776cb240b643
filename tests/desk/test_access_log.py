"""Every look at personal data is noted with its purpose, and whoever changes the log is found out and named."""

import pytest
from django.test import Client

from comity.desk import accesslog, log_check
from comity.desk.log_check import Fault, FaultKind
from comity.desk.models import AccessChain, AccessHead, AccessLine
from comity.desk.seat import Seat, terms_of
from comity.protocol.records import Reality
from tests.support.screens import QUESTION, Screens, text
from tests.support.worlds import channel_of

pytestmark = pytest.mark.django_db(databases=["default", "second", "third"], transaction=True)


def lines() -> list[tuple[str, str, str]]:
    return list(AccessLine.objects.order_by("index").values_list("what", "purpose", "case"))


def seat_of(screens: Screens) -> Seat:
    node = screens.at("QA.doha")
    channel = channel_of(node, screens.channel)
    return Seat(screens.officers["noura"], node, (channel,), channel, terms_of(node, channel), Reality.ACTUAL)


def filled(screens: Screens, count: int = 9) -> None:
    """Let an officer look at so many cases, one a minute."""
    seat = seat_of(screens)
    for number in range(count):
        accesslog.note(seat, accesslog.Look.READ, case=f"case-{number}", purpose="prevention", records=[f"r{number}"])
        screens.world.clock.ms += 60_000


def test_look_into_a_case_of_others_asks_once_why_and_stands_in_the_log(screens: Screens) -> None:
    case = screens.ask(screens.sit("QA.doha", "noura"))
    hamad = Client()
    hamad.force_login(screens.officers["hamad"].user)
    asked = hamad.get(case)
    assert QUESTION["question"] not in text(asked)
    assert "Why do you look?" in text(asked)
    uuid = case.rstrip("/").rpartition("/")[2]
    assert not [one for one in lines() if one[0] == "read" and one[2] == uuid and one[1] == "prevention"]
    answer = {"case": uuid, "agreement": screens.channel, "next": case, "purpose": "prevention"}
    assert QUESTION["question"] in text(hamad.post("/why/", answer, follow=True))
    assert ("read", "prevention", uuid) in lines()
    count = AccessLine.objects.count()
    assert QUESTION["question"] in text(hamad.get(case))
    assert AccessLine.objects.count() == count
    screens.world.clock.ms += accesslog.SAME_LOOK_MS
    hamad.get(case)
    assert AccessLine.objects.count() == count + 1


def test_purpose_that_the_agreement_does_not_know_opens_nothing(screens: Screens) -> None:
    case = screens.ask(screens.sit("QA.doha", "noura"))
    hamad = Client()
    hamad.force_login(screens.officers["hamad"].user)
    uuid = case.rstrip("/").rpartition("/")[2]
    answer = {"case": uuid, "agreement": screens.channel, "next": "https://elsewhere.example/", "purpose": "curiosity"}
    assert hamad.post("/why/", answer).headers["Location"] == "/"
    assert "Why do you look?" in text(hamad.get(case))


def test_whoever_wrote_in_a_case_has_said_why_and_is_not_asked(screens: Screens) -> None:
    noura = screens.sit("QA.doha", "noura")
    case = screens.ask(noura)
    assert QUESTION["question"] in text(Client.get(noura, case))
    assert ("read", QUESTION["purpose"], case.rstrip("/").rpartition("/")[2]) in lines()


def test_list_writes_one_entry_for_all_that_it_shows_and_the_log_holds_nothing_of_what_was_read(
    screens: Screens,
) -> None:
    noura = screens.sit("QA.doha", "noura")
    for _ in range(3):
        screens.ask(noura)
    AccessLine.objects.all().delete()
    noura.get("/cases/")
    row = AccessLine.objects.get()
    assert (row.what, row.purpose, len(row.records.split())) == ("list", "overview", 3)
    said = " ".join(str(value) for value in AccessLine.objects.values_list())
    assert not any(word in said for word in (QUESTION["subject"], QUESTION["question"], QUESTION["case_number"]))


def test_untouched_log_leads_to_every_signed_head(screens: Screens) -> None:
    filled(screens)
    node = screens.at("QA.doha")
    found = log_check.check(node)
    assert (found.entries, found.heads, found.faults) == (9, 1, ())
    assert found.newest is not None
    assert found.newest.size == 9


def test_looks_at_the_same_moment_make_one_chain_and_none_is_lost(screens: Screens) -> None:
    from concurrent.futures import ThreadPoolExecutor

    from django.db import connections

    node = screens.at("QA.doha")
    seat = seat_of(screens)

    def look(worker: int) -> None:
        try:
            for number in range(5):
                accesslog.note(seat, accesslog.Look.READ, case=f"case-{worker}-{number}", purpose="prevention")
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(look, range(4)))
    found = log_check.check(node)
    assert (found.entries, found.faults) == (20, ())


@pytest.mark.parametrize("column", ["officer", "case", "purpose", "records", "time_ms", "what", "authority"])
def test_changed_entry_is_named_whatever_was_changed_in_it(screens: Screens, column: str) -> None:
    filled(screens)
    AccessLine.objects.filter(index=4).update(**{column: 1 if column == "time_ms" else "x"})
    assert log_check.check(screens.at("QA.doha")).faults == (Fault(FaultKind.CHANGED, 4),)


def test_removed_entry_is_named_and_so_is_a_log_cut_short(screens: Screens) -> None:
    filled(screens)
    node = screens.at("QA.doha")
    AccessLine.objects.filter(index=8).delete()
    assert log_check.check(node).faults == (Fault(FaultKind.SHORT, 9),)
    AccessLine.objects.filter(index=4).delete()
    assert Fault(FaultKind.MISSING, 4) in log_check.check(node).faults


def test_entry_changed_with_its_hash_is_found_by_its_successor_and_a_whole_new_chain_by_the_signed_head(
    screens: Screens,
) -> None:
    filled(screens)
    node = screens.at("QA.doha")
    changed = AccessLine.objects.get(index=4)
    changed.purpose = "x"
    changed.leaf = accesslog.entry_of(node.name, changed).leaf()
    changed.save()
    assert log_check.check(node).faults == (Fault(FaultKind.UNCHAINED, 5),)
    previous = changed.leaf
    for line in AccessLine.objects.filter(index__gt=4).order_by("index"):
        line.previous = previous
        previous = line.leaf = accesslog.entry_of(node.name, line).leaf()
        line.save()
    assert log_check.check(node).faults == (Fault(FaultKind.HEAD, 9),)


def test_log_that_its_own_operator_wrote_anew_does_not_lead_to_the_head_that_an_auditor_kept(screens: Screens) -> None:
    filled(screens)
    node = screens.at("QA.doha")
    kept = log_check.check(node).note
    for model in (AccessLine, AccessHead, AccessChain):
        model.objects.all().delete()
    filled(screens, 12)
    assert log_check.check(node).faults == ()
    assert log_check.check(node, [kept]).faults == (Fault(FaultKind.HEAD, 9),)
    assert log_check.check(node, [kept[:-9] + b"AAAAAAAA\n"]).faults == (Fault(FaultKind.FORGED, 0),)
