"""Programs reach the desk with tokens: narrowed by scopes, bounded, ended; refusals are problem documents."""

import json
import re
from itertools import product
from typing import Any

import pytest
from click.testing import CliRunner
from django.test import Client

from comity.desk.api import tokens
from comity.desk.api.pages import read_cursor, write_cursor
from comity.desk.api.problems import CallError
from comity.desk.api.rates import WRITES_A_MINUTE, Rates
from comity.desk.api.scopes import SCOPES, Scope, permissions_of
from comity.desk.errors import NotAllowedError
from comity.desk.models import AccessLine, Officer, Token
from comity.desk.roles import TABLE, Permission, Role
from comity.node.api import AREAS, build
from tests.support.calls import FIELDS, Program, program
from tests.support.screens import PASSWORD, Screens, text

pytestmark = pytest.mark.django_db(databases=["default", "second", "third"], transaction=True)

UUID = "01900000-0000-7000-8000-000000000000"


def operations() -> list[tuple[str, str, Permission]]:
    found = []
    for area in AREAS:
        for path, view in area.router.path_operations.items():
            for one in view.operations:
                permission = getattr(one.view_func, "permission", None)
                assert isinstance(permission, Permission), path
                found.append((one.methods[0], path, permission))
    return found


def address(screens: Screens, path: str) -> str:
    filled = path.replace("{uuidstr:agreement}", screens.channel).replace("{reality}", "actual")
    filled = filled.replace("{what}", "plan").replace("{form}", "xlsx").replace("{key}", "x").replace("{list_id}", "x")
    for kind, value in (("int", "0"), ("uuidstr", UUID)):
        filled = re.sub(rf"\{{{kind}:\w+\}}", value, filled)
    return "/api/v1" + filled


def test_every_operation_asks_for_a_permission_that_some_scope_leaves() -> None:
    assert len(operations()) > 15
    assert all(any(permission in left for left in SCOPES.values()) for _, _, permission in operations())


def test_each_call_is_denied_to_each_scope_and_role_that_lack_its_permission(screens: Screens) -> None:
    by_scope = {
        scope: program(screens, "QA.doha", "noura", scope) for scope in (Scope.AGREEMENTS_READ, Scope.CASES_READ)
    }
    by_scope[Scope.CASES_RELEASE] = program(screens, "QA.doha", "hamad", Scope.CASES_RELEASE)
    for (method, path, permission), (scope, one) in product(operations(), by_scope.items()):
        answer = one.call(method, address(screens, path), {} if method in ("POST", "PATCH") else None, If_Match='"1"')
        assert (answer.status_code == 403) == (permission not in SCOPES[scope]) or answer.status_code == 400, path


def test_scope_counts_only_while_the_officer_holds_the_role(screens: Screens) -> None:
    one = program(screens, "QA.doha", "noura", Scope.CASES_WRITE)
    one.get("cases")
    screens.officers["noura"].grants.update(until_ms=screens.world.clock())
    assert one.call("GET", "cases").status_code == 403


@pytest.mark.parametrize("role", list(Role))
def test_no_token_reaches_further_than_the_roles_of_its_officer(screens: Screens, role: Role) -> None:
    screens.officer("QA.doha", "salma", role)
    for scope in Scope:
        if SCOPES[scope] <= TABLE[role]:
            program(screens, "QA.doha", "salma", scope)
        else:
            with pytest.raises(NotAllowedError):
                program(screens, "QA.doha", "salma", scope)


def test_calls_without_a_token_that_counts_are_answered_alike(screens: Screens) -> None:
    good = program(screens, "QA.doha", "noura", Scope.CASES_READ)
    ended = program(screens, "QA.doha", "noura", Scope.CASES_READ)
    Token.objects.filter(handle=ended.token.split("_")[1]).update(ended_ms=1)
    wrong = Program(screens, "QA.doha", good.token[:-1] + ("A" if good.token[-1] != "A" else "B"))
    others = [ended, wrong, Program(screens, "QA.doha", "x"), Program(screens, "QA.doha", "é" * 300)]
    answers = [one.call("GET", "cases") for one in others]
    screens.at("QA.doha")
    answers.append(Client().get(f"/api/v1/agreements/{screens.channel}/actual/cases"))
    signed_in = screens.sit("QA.doha", "noura")
    answers.append(signed_in.get(f"/api/v1/agreements/{screens.channel}/actual/cases"))
    assert {one.status_code for one in answers} == {401}
    assert len({one.content for one in answers}) == 1
    assert all(one.headers["WWW-Authenticate"] for one in answers)
    screens.world.clock.ms += 30 * tokens.DAY_MS
    assert good.call("GET", "cases").status_code == 401


def test_token_ends_with_its_officer_and_when_the_officer_begins_again(screens: Screens) -> None:
    one = program(screens, "QA.doha", "noura", Scope.CASES_READ)
    operator = screens.sit("QA.doha", "operator")
    operator.post(f"/people/of/{screens.officers['noura'].pseudonym}/again/")
    assert one.call("GET", "cases").status_code == 401
    other = program(screens, "QA.doha", "hamad", Scope.CASES_READ)
    operator.post(f"/people/of/{screens.officers['hamad'].pseudonym}/end/", {"sure": "1"})
    assert other.call("GET", "cases").status_code == 401


def test_database_holds_no_secret(screens: Screens) -> None:
    one = program(screens, "QA.doha", "noura", Scope.CASES_READ)
    row = Token.objects.get()
    secret = one.token.split("_", 2)[2]
    assert secret.encode() not in bytes(row.digest)
    assert secret not in str(vars(row))


def test_refusals_are_problem_documents_without_what_was_sent(screens: Screens) -> None:
    one = program(screens, "QA.doha", "noura", Scope.CASES_WRITE)
    answers = [
        (404, one.call("GET", "/api/v1/nothing")),
        (404, one.call("GET", f"/api/v1/agreements/{UUID}/actual/cases")),
        (404, one.call("GET", f"cases/{UUID}")),
        (400, one.call("GET", "cases?limit=Mallory")),
        (400, one.call("GET", "cases?cursor=Mallory")),
        (400, one.call("GET", "cases", Comity_Purpose="mallory")),
        (400, one.call("POST", "cases/drafts", {"kind": "request", "name": "Mallory"})),
        (400, one.call("POST", "cases/drafts", b"{Mallory")),
        (428, one.call("PATCH", f"cases/drafts/{UUID}", {"subject": "Mallory"})),
        (403, one.call("POST", f"cases/drafts/{UUID}/release", If_Match='"1"')),
    ]
    for status, answer in answers:
        assert answer.status_code == status, answer.content
        assert answer.headers["Content-Type"] == "application/problem+json"
        said = answer.json()
        assert said["status"] == status
        assert said["type"] == f"urn:comity:error:{said['title']}"
        assert said["detail"]
        assert said["remedy"]
        assert b"allory" not in answer.content


def test_fault_inside_is_said_without_what_it_was(screens: Screens, monkeypatch: pytest.MonkeyPatch) -> None:
    one = program(screens, "QA.doha", "noura", Scope.CASES_READ)

    def fail(*_: Any, **__: Any) -> None:
        raise RuntimeError("Mallory")

    monkeypatch.setattr("comity.cases.access.inbox_after", fail)
    answer = one.call("GET", "cases")
    assert answer.status_code == 500
    assert b"Mallory" not in answer.content


def test_problem_is_said_in_the_language_of_the_call(screens: Screens) -> None:
    one = program(screens, "QA.doha", "noura", Scope.CASES_READ)
    assert one.call("GET", "/api/v1/nothing", Accept_Language="de").json()["detail"] == "Hier ist nichts."


def test_repeated_write_gets_the_first_answer_and_happens_once(screens: Screens) -> None:
    one = program(screens, "QA.doha", "noura", Scope.CASES_WRITE)
    body = {"kind": "request", "fields": FIELDS}
    first = one.call("POST", "cases/drafts", body, Idempotency_Key="a-key-of-mine")
    again = one.call("POST", "cases/drafts", body, Idempotency_Key="a-key-of-mine")
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.json() == first.json()
    assert again.headers["Idempotency-Replayed"] == "true"
    assert again.headers["ETag"] == first.headers["ETag"]
    assert len(one.get("cases/drafts")["items"]) == 1
    other = one.call("POST", "cases/drafts", {"kind": "notice"}, Idempotency_Key="a-key-of-mine")
    assert other.status_code == 409
    screens.world.clock.ms += 25 * 3_600_000
    one.post("cases/drafts", body, Idempotency_Key="a-key-of-mine")
    assert len(one.get("cases/drafts")["items"]) == 2


def test_refused_write_may_be_tried_again_under_its_key(screens: Screens) -> None:
    one = program(screens, "QA.doha", "noura", Scope.CASES_WRITE)
    draft = one.post("cases/drafts", {"kind": "request", "fields": FIELDS | {"subject": ""}})
    path = f"cases/drafts/{draft['draft']}"
    version = f'"{draft["version"]}"'
    assert one.call("POST", f"{path}/send", If_Match=version, Idempotency_Key="send-it-once").status_code == 400
    changed = one.call("PATCH", path, {"subject": "Ownership"}, If_Match=version)
    etag = changed.headers["ETag"]
    assert one.call("POST", f"{path}/send", If_Match=etag, Idempotency_Key="send-it-once").status_code == 200
    assert one.call("POST", f"{path}/send", If_Match=etag, Idempotency_Key="send-it-once").status_code == 200


def test_token_that_calls_too_often_waits() -> None:
    rates, now = Rates(), 1_000_000
    assert not any(rates.wait_s("a", now, write=True) for _ in range(WRITES_A_MINUTE))
    assert rates.wait_s("a", now, write=True) == 1
    assert not rates.wait_s("a", now, write=False)
    assert not rates.wait_s("b", now, write=True)
    assert not rates.wait_s("a", now + 1000, write=True)


def test_cursor_is_taken_back_and_nothing_else_is() -> None:
    assert read_cursor(write_cursor(12, 3), 2) == (12, 3)
    assert read_cursor("", 2) is None
    for wrong in (write_cursor(1), "MTIt", "%%%", "LTEtMg", "w7w"):
        with pytest.raises(CallError):
            read_cursor(wrong, 2)


def test_words_that_are_no_scope_leave_nothing() -> None:
    assert permissions_of(["cases:everything", "admin"]) == frozenset()


def test_officer_makes_a_token_on_the_page_sees_it_once_and_ends_it(screens: Screens) -> None:
    screens.at("QA.doha")
    noura = Client()
    noura.post("/sign-in/", {"username": "noura", "password": PASSWORD})
    shown = text(noura.post("/me/tokens/make/", {"label": "ZEVIS", "scopes": ["cases:read"], "days": "30"}))
    match = re.search(r"comity_[0-9a-f]{16}_[A-Za-z0-9_-]{43}", shown)
    assert match is not None
    one = Program(screens, "QA.doha", match[0])
    one.get("cases")
    listed = text(noura.get("/me/tokens/"))
    assert "ZEVIS" in listed
    assert match[0] not in listed
    handle = match[0].split("_")[1]
    screens.sit("QA.doha", "hamad").post(f"/me/tokens/{handle}/end/")
    one.get("cases")
    noura.post(f"/me/tokens/{handle}/end/")
    assert one.call("GET", "cases").status_code == 401
    assert [line.records.split()[1] for line in AccessLine.objects.filter(what="grant").order_by("index")] == [
        "token-made",
        "token-ended",
    ]


def test_token_is_made_only_within_a_quarter_of_an_hour_after_signing_in_and_not_beyond_the_roles(
    screens: Screens,
) -> None:
    screens.at("QA.doha")
    noura = Client()
    noura.post("/sign-in/", {"username": "noura", "password": PASSWORD})
    noura.post("/me/tokens/make/", {"label": "x", "scopes": ["cases:release"], "days": "30"})
    noura.post("/me/tokens/make/", {"label": "x", "scopes": ["cases:read"], "days": "3000"})
    noura.post("/me/tokens/make/", {"label": "x", "scopes": [], "days": "30"})
    assert not Token.objects.exists()
    screens.world.clock.ms += 16 * 60_000
    noura.post("/me/tokens/make/", {"label": "x", "scopes": ["cases:read"], "days": "30"})
    assert not Token.objects.exists()


def test_description_names_scopes_and_problems_of_every_call() -> None:
    described = build().get_openapi_schema(path_prefix="/api/v1/")
    calls = [one for path in described["paths"].values() for one in path.values()]
    assert len(calls) == len(operations())
    for one in calls:
        assert one["x-scopes"]
        assert one["responses"][403]["content"]["application/problem+json"]
    assert json.dumps(described, default=str)


def test_officers_have_so_many_tokens_and_no_more(screens: Screens) -> None:
    for _ in range(tokens.MOST):
        program(screens, "QA.doha", "noura", Scope.CASES_READ)
    with pytest.raises(Exception, match="too many tokens"):
        program(screens, "QA.doha", "noura", Scope.CASES_READ)
    assert Officer.objects.get(pk=screens.officers["noura"].pk).tokens.count() == tokens.MOST


def test_command_makes_lists_and_ends_a_token(screens: Screens, monkeypatch: pytest.MonkeyPatch) -> None:
    from comity.node.cli import Context
    from comity.node.commands import token as command

    node = screens.at("QA.doha")
    monkeypatch.setattr("comity.node.bring_up.open_node", lambda home: node)
    run = CliRunner()
    made = run.invoke(
        command.token, ["add", "noura", "--label", "ZEVIS", "--scope", "cases:read"], obj=Context(node.home)
    )
    assert made.exit_code == 0, made.output
    one = Program(screens, "QA.doha", made.stdout.strip())
    one.get("cases")
    listed = json.loads(run.invoke(command.token, ["list", "--json"], obj=Context(node.home)).stdout)["tokens"]
    assert [(row["officer"], row["label"], row["state"]) for row in listed] == [("noura", "ZEVIS", "counts")]
    assert run.invoke(command.token, ["end", listed[0]["token"]], obj=Context(node.home)).exit_code == 0
    assert one.call("GET", "cases").status_code == 401
