"""One vocabulary of errors: every kind has a problem document, exit code, sentence, log event, line in the spec."""

import json
import os
import re
from typing import Any

import click
import pytest
import structlog

from comity.channel import judge, views
from comity.node import cli, exits
from comity.protocol.agreement.findings import ReasonCode
from comity.protocol.errors import ComityError, ErrorKind
from tools.root import ROOT

SPEC = (ROOT / "spec" / "errors.md").read_text(encoding="utf-8")
TABLE = [
    # kind, HTTP status, kind over HTTP, exit code
    ("malformed", 400, "malformed", 1),
    ("too-large", 413, "too-large", 1),
    ("bad-signature", 400, "bad-signature", 1),
    ("bad-proof", 400, "bad-proof", 1),
    ("cannot-open", 403, "unknown-peer", 1),
    ("wrong-commitment", 400, "wrong-commitment", 1),
    ("wrong-address", 421, "wrong-address", 1),
    ("unknown-type", 400, "unknown-type", 1),
    ("unknown-peer", 403, "unknown-peer", 1),
    ("not-permitted", 403, "not-permitted", 1),
    ("wrong-state", 409, "wrong-state", 1),
    ("busy", 503, "busy", 75),
    ("quota-exceeded", 507, "quota-exceeded", 75),
]


def error_of(kind: ErrorKind) -> ComityError:
    error = ComityError("This is what happened.", "This is what to do.")
    error.kind = kind
    return error


def test_table_names_every_kind_of_error_once() -> None:
    assert [row[0] for row in TABLE] == [kind.value for kind in ErrorKind]
    assert set(views.STATUS) == set(exits.EXIT_CODES) == set(ErrorKind)


@pytest.mark.parametrize(("name", "status", "shown", "code"), TABLE)
def test_kind_of_error_looks_as_the_table_says_wherever_it_surfaces(
    name: str, status: int, shown: str, code: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    kind = ErrorKind(name)
    with structlog.testing.capture_logs() as logged:
        answer = views.problem(error_of(kind))
    assert (answer.status_code, answer["Content-Type"]) == (status, "application/problem+json")
    document: dict[str, Any] = json.loads(answer.content)
    assert document["type"] == f"urn:comity:error:{shown}"
    assert document["status"] == status
    assert document["detail"]
    assert document["remedy"]
    assert answer.has_header("Retry-After") is (kind is ErrorKind.BUSY)
    assert [(one["event"], one["kind"]) for one in logged] == [("message-refused", name)]

    def fails(**_: object) -> None:
        raise error_of(kind)

    monkeypatch.setattr(cli, "cli", fails)
    monkeypatch.setattr(os, "umask", lambda _mask: 0)
    with pytest.raises(SystemExit) as ended:
        cli.main()
    assert ended.value.code == code
    assert capsys.readouterr().err == "comity: This is what happened.\n        This is what to do.\n"
    assert re.search(rf"^\| `{name}` \| {status} \| .+ \|$", SPEC, re.MULTILINE)


def test_stranger_and_tampered_message_are_answered_with_the_same_words() -> None:
    answers = [views.problem(error_of(kind)).content for kind in (ErrorKind.UNKNOWN_PEER, ErrorKind.CANNOT_OPEN)]
    assert answers[0] == answers[1]


def test_specification_lists_every_reason_for_which_a_record_is_refused() -> None:
    source = (ROOT / "src" / "comity" / "channel" / "judge.py").read_text(encoding="utf-8")
    own = set(re.findall(r'No\(\s*"([a-z-]+)"', source))
    own |= {value for name, value in vars(judge).items() if name.isupper() and isinstance(value, str)}
    assert {"duplicate", "withheld", "clock-ahead", "wrong-address"} <= own
    assert [reason for reason in sorted(own) if f"| `{reason}` |" not in SPEC] == []
    agreement = (ROOT / "spec" / "agreement.md").read_text(encoding="utf-8")
    assert [reason for reason in ReasonCode if f"`{reason}`" not in agreement] == []


def test_errors_of_click_and_of_comity_end_alike_for_whoever_waits() -> None:
    assert click.ClickException("x").exit_code == exits.REFUSED
