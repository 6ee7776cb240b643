"""Programs ask, read, answer, refuse and release in cases, and can do no more than the screens."""

from typing import Any

import pytest

from comity.desk.api.scopes import Scope
from comity.desk.models import AccessLine
from comity.desk.roles import Role
from tests.support.calls import FIELDS, Program, program
from tests.support.screens import Screens

pytestmark = pytest.mark.django_db(databases=["default", "second", "third"], transaction=True)

ANSWER = {"text": "A company in Lusail.", "source": "A", "information": "1"}


def doha(screens: Screens) -> Program:
    return program(screens, "QA.doha", "noura", Scope.CASES_WRITE)


def berlin(screens: Screens) -> Program:
    return program(screens, "DE.berlin", "greta", Scope.CASES_WRITE)


def send(one: Program, begun: dict[str, Any]) -> Any:
    draft = one.post("cases/drafts", begun)
    return one.post(f"cases/drafts/{draft['draft']}/send", If_Match=f'"{draft["version"]}"')


def test_program_asks_and_another_one_answers_and_both_read_the_same_case(screens: Screens) -> None:
    asking, answering = doha(screens), berlin(screens)
    sent = asking.ask()
    (row,) = answering.get("cases?state=from-us")["items"]
    assert (row["case"], row["subject"], row["ours"]) == (sent["case"], FIELDS["subject"], False)
    assert row["clock"]["due_ms"]
    found = answering.get(f"cases/{row['case']}", Comity_Purpose="investigation")
    (request,) = found["records"]
    assert request["body"]["question"] == FIELDS["question"]
    assert request["kind"] == "request"
    send(answering, {"kind": "reply", "answers": request["record"], "fields": ANSWER})
    screens.world.settle(2)
    records = asking.get(f"cases/{sent['case']}")["records"]
    assert [one["kind"] for one in records] == ["request", "reply"]
    assert records[1]["body"]["text"] == ANSWER["text"]
    assert asking.get(f"cases/records/{sent['record']}/receipt")["mark"] == "accepted"
    assert (
        asking.get(f"cases/records/{records[1]['record']}", Comity_Purpose="investigation")["body"]["information"]
        == "1"
    )


def test_refusal_clarification_and_more_time_go_over_the_interface_too(screens: Screens) -> None:
    asking, answering = doha(screens), berlin(screens)
    sent = asking.ask()
    send(answering, {"kind": "clarification", "concerns": sent["record"], "fields": {"question": "Which plate?"}})
    send(answering, {"kind": "more-time", "concerns": sent["record"], "fields": {"hours": 5, "reason": "It is late."}})
    refusal = {"ground": "not-available", "reason": "Nothing is known."}
    send(answering, {"kind": "refusal", "answers": sent["record"], "fields": refusal})
    screens.world.settle(2)
    kinds = {one["kind"] for one in asking.get(f"cases/{sent['case']}")["records"]}
    assert kinds == {"request", "clarification", "more-time", "refusal"}


def test_who_looks_at_a_case_says_why_and_the_log_keeps_it(screens: Screens) -> None:
    asking, answering = doha(screens), berlin(screens)
    sent = asking.ask()
    refused = answering.call("GET", f"cases/{sent['case']}")
    assert refused.status_code == 403
    assert refused.json()["suggested"] == "investigation"
    answering.get(f"cases/{sent['case']}", Comity_Purpose="investigation")
    line = AccessLine.objects.using("second").filter(what="read").get()
    assert (line.officer, line.purpose, line.case) == (
        screens.officers["greta"].pseudonym,
        "investigation",
        sent["case"],
    )


def test_what_a_clause_forbids_is_refused_with_every_finding(screens: Screens) -> None:
    one = doha(screens)
    draft = one.post("cases/drafts", {"kind": "request", "fields": FIELDS | {"case_number": ""}})
    assert not draft["preflight"]["ready"]
    answer = one.call("POST", f"cases/drafts/{draft['draft']}/send", If_Match=f'"{draft["version"]}"')
    assert answer.status_code == 403
    assert any(finding["clause"] == "4(2)" for finding in answer.json()["findings"])


def test_draft_is_changed_only_in_the_version_that_was_read(screens: Screens) -> None:
    one = doha(screens)
    draft = one.post("cases/drafts", {"kind": "request", "fields": FIELDS})
    path = f"cases/drafts/{draft['draft']}"
    read = one.call("GET", path)
    etag = read.headers["ETag"]
    changed = one.call("PATCH", path, {"subject": "Another"}, If_Match=etag)
    assert changed.json()["fields"]["subject"] == "Another"
    assert changed.json()["fields"]["question"] == FIELDS["question"]
    assert one.call("PATCH", path, {"subject": "A third"}, If_Match=etag).status_code == 412
    assert one.call("POST", f"{path}/send", If_Match=etag).status_code == 412
    assert one.call("DELETE", path).status_code == 204
    assert one.call("GET", path).status_code == 404


def test_items_are_replaced_together_and_travel(screens: Screens) -> None:
    asking, answering = doha(screens), berlin(screens)
    items = [{"kind": "person", "name": "محمد", "latin": "Mohammed"}, {"kind": "vehicle", "plate": "B XY 123"}]
    sent = asking.ask(items=items)
    found = answering.get(f"cases/{sent['case']}", Comity_Purpose="investigation")["records"][0]["body"]["items"]
    assert [(one["kind"], one.get("name") or one.get("plate")) for one in found] == [
        ("person", "محمد"),
        ("vehicle", "B XY 123"),
    ]


def test_attachment_goes_up_and_comes_down_and_its_key_does_not(screens: Screens) -> None:
    asking, answering = doha(screens), berlin(screens)
    draft = asking.post("cases/drafts", {"kind": "request", "fields": FIELDS})
    path, content = f"cases/drafts/{draft['draft']}", b"%PDF-" + bytes(3_000_000)
    named = "attachment; filename*=UTF-8''%D8%A3.pdf"
    added = asking.call("POST", f"{path}/files", content, Content_Disposition=named)
    assert added.status_code == 201, added.content
    assert added.json()["files"] == [
        {"number": 0, "name": "أ.pdf", "media_type": "application/pdf", "size": len(content)}
    ]
    assert b'"key"' not in added.content
    asking.post(f"{path}/files", b"superfluous")
    assert asking.call("DELETE", f"{path}/files/1").status_code == 204
    version = asking.call("GET", path).headers["ETag"]
    sent = asking.post(f"{path}/send", If_Match=version)
    screens.world.settle(6)
    record = answering.get(f"cases/{sent['case']}", Comity_Purpose="investigation")["records"][0]
    (file,) = record["files"]
    assert file["complete"]
    answer = answering.call("GET", f"cases/records/{sent['record']}/files/0", Comity_Purpose="investigation")
    assert b"".join(answer.streaming_content) == content
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert answer.headers["Content-Type"] == "application/octet-stream"
    other = answering.call("GET", f"cases/records/{sent['record']}/files/1", Comity_Purpose="investigation")
    assert other.status_code == 404


def test_file_without_a_size_or_larger_than_the_room_is_turned_away(
    screens: Screens, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = doha(screens)
    draft = one.post("cases/drafts", {"kind": "request"})
    monkeypatch.setattr("comity.cases.api_drafts.room_for", lambda _node: 3)
    assert one.call("POST", f"cases/drafts/{draft['draft']}/files", b"four").status_code == 413
    assert one.call("POST", f"cases/drafts/{draft['draft']}/files", b"abc").status_code == 201


def test_second_person_releases_what_the_first_handed_over_and_nobody_their_own(screens: Screens) -> None:
    writing = doha(screens)
    releasing = program(screens, "QA.doha", "hamad", Scope.CASES_WRITE, Scope.CASES_RELEASE)
    fields = FIELDS | {"clause": "3(1)", "handling": "h2", "legal_basis": "A law"}
    draft = writing.post("cases/drafts", {"kind": "request", "fields": fields})
    assert draft["preflight"]["two_persons"], draft
    path, etag = f"cases/drafts/{draft['draft']}", f'"{draft["version"]}"'
    assert writing.call("POST", f"{path}/send", If_Match=etag).status_code == 403
    assert releasing.call("GET", path).status_code == 404
    waiting = writing.post(f"{path}/hand-over", If_Match=etag)
    assert [one["draft"] for one in releasing.get("cases/to-release")["items"]] == [draft["draft"]]
    version = f'"{waiting["version"]}"'
    assert releasing.call("POST", f"{path}/give-back", {"note": "Shorter."}, If_Match=version).status_code == 204
    back = writing.get(path)
    again = writing.post(f"{path}/hand-over", If_Match=f'"{back["version"]}"')
    sent = releasing.post(f"{path}/release", If_Match=f'"{again["version"]}"')
    assert writing.get(f"cases/{sent['case']}")["records"][0]["released_by"] == "Officer hamad"
    own = releasing.post("cases/drafts", {"kind": "request", "fields": fields})
    handed = releasing.post(f"cases/drafts/{own['draft']}/hand-over", If_Match=f'"{own["version"]}"')
    refused = releasing.call("POST", f"cases/drafts/{own['draft']}/release", If_Match=f'"{handed["version"]}"')
    assert refused.status_code == 403
    taken = releasing.post(f"cases/drafts/{own['draft']}/take-back")
    assert taken["state"] == "writing"


def test_list_is_paged_by_a_cursor_that_skips_nothing_while_cases_arrive(screens: Screens) -> None:
    one = doha(screens)
    cases = []
    for number in range(5):
        screens.world.clock.ms += 1000
        cases.append(one.ask(subject=f"Question {number}")["case"])
    first = one.get("cases?limit=2")
    screens.world.clock.ms += 1000
    one.ask(subject="Meanwhile")
    second = one.get(f"cases?limit=2&cursor={first['next']}")
    third = one.get(f"cases?limit=2&cursor={second['next']}")
    seen = [row["case"] for page in (first, second, third) for row in page["items"]]
    assert seen == cases[::-1]
    assert third["next"] is None


def test_other_realities_drafts_of_others_and_other_units_are_not_there(screens: Screens) -> None:
    one = doha(screens)
    sent = one.ask()
    draft = one.post("cases/drafts", {"kind": "request", "fields": FIELDS})
    screens.officer("QA.doha", "salma", Role.OFFICER)
    colleague = program(screens, "QA.doha", "salma", Scope.CASES_WRITE)
    assert colleague.call("GET", f"cases/drafts/{draft['draft']}").status_code == 404
    for method, path in (("POST", "send"), ("POST", "hand-over"), ("POST", "files")):
        body = b"file" if path == "files" else None
        answer = colleague.call(method, f"cases/drafts/{draft['draft']}/{path}", body, If_Match='"1"')
        assert answer.status_code == 404
    exercise = Program(screens, "QA.doha", one.token, "exercise")
    assert exercise.call("GET", f"cases/{sent['case']}").status_code == 404
    assert exercise.call("GET", f"cases/drafts/{draft['draft']}").status_code == 404
    assert exercise.call("GET", f"cases/records/{sent['record']}/receipt").status_code == 404
