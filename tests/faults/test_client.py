"""A program asks and another answers over the REST interface of two real nodes, by library and by command line."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any, TypeVar

import pytest

from comity.client import CallFailedError, Client, Connection
from tests.support.processes import Node, Pair
from tools.root import ROOT

pytestmark = [pytest.mark.loopback, pytest.mark.timeout(300)]
Found = TypeVar("Found")
REQUEST = {
    "clause": "4(2)", "purpose": "investigation", "urgency": "urgent", "case_number": "ST-2026-0417",
    "subject": "Owner of a vehicle", "question": "Has Mohammed Müller kept the vehicle since May?",
}  # fmt: skip


def token(node: Node) -> str:
    code, _out, err = node.run("officer", "add", "desk", "--display-name", "Desk", "--invite")
    assert code == 0, err
    scopes = ("--scope", "cases:write", "--scope", "agreements:read")
    code, out, err = node.run("token", "add", "desk", "--label", "National system", *scopes)
    assert code == 0, err
    return out.strip()


def until(look: Callable[[], Found], seconds: float = 30.0) -> Found:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        found = look()
        if found:
            return found
        time.sleep(0.2)
    raise AssertionError("nothing came")


def test_question_is_asked_answered_searched_and_fetched_over_the_interface(running: Pair, tmp_path: Path) -> None:
    tokens = {node.name: token(node) for node in running}
    with ExitStack() as stack:
        doha, berlin = (
            Client(stack.enter_context(Connection(node.endpoint, tokens[node.name], ca=str(node.home / "tls.pem"))))
            for node in (running.doha, running.berlin)
        )
        talk(running, tokens, doha, berlin, tmp_path)


def talk(running: Pair, tokens: dict[str, str], doha: Client, berlin: Client, tmp_path: Path) -> None:
    letter = tmp_path / "صورة.txt"
    letter.write_bytes(b"evidence" * 1000)

    draft = doha.begin("request", REQUEST | {"question": "?"})
    assert not draft.preflight.ready
    with pytest.raises(CallFailedError) as refused:
        doha.send(draft)
    assert refused.value.status == 403
    assert "4(2)" in str(refused.value)
    ready = doha.begin("request", REQUEST, files=[letter])
    assert ready.preflight.ready, ready.preflight.findings
    sent = doha.send(ready)

    (line,) = until(lambda: list(berlin.cases(state="from-us")))
    assert (line.case, line.urgency, line.ours) == (sent.case, "urgent", False)
    (hit,) = until(lambda: list(berlin.search("محمد", purpose="investigation")))
    assert hit.record == sent.record
    with pytest.raises(CallFailedError) as asked:
        berlin.case(sent.case)
    assert (asked.value.status, asked.value.suggested) == (403, "investigation")
    request = berlin.case(sent.case, purpose="investigation").records[0]
    assert request.body is not None
    until(lambda: berlin.record(sent.record, purpose="investigation").files[0].complete)
    assert b"".join(berlin.file(sent.record, purpose="investigation")) == letter.read_bytes()

    reply = tmp_path / "reply.json"
    reply.write_text(json.dumps({"text": "A company in Lusail.", "source": "A", "information": "1"}))
    (answered,) = command(running.berlin, tokens["DE.berlin"], tmp_path, "answer", "reply", sent.record, str(reply))
    assert answered["case"] == sent.case
    until(lambda: doha.record(sent.record).answered)
    shown = command(running.doha, tokens["QA.doha"], tmp_path, "show", sent.case)
    assert [one["kind"] for one in shown[0]["records"]] == ["request", "reply"]
    (row,) = command(running.doha, tokens["QA.doha"], tmp_path, "list", "--state", "answered")
    assert row["subject"] == REQUEST["subject"]
    (found,) = command(
        running.berlin, tokens["DE.berlin"], tmp_path, "search", "-", "--purpose", "investigation", said="Mohamad\n"
    )
    assert found["case"] == sent.case


def test_command_refuses_a_token_that_others_can_read_and_says_what_a_node_says(running: Pair, tmp_path: Path) -> None:
    made = token(running.doha)
    file = tmp_path / "token"
    file.write_text(made)
    file.chmod(0o644)
    words = (
        "--at",
        running.doha.endpoint,
        "--ca",
        str(running.doha.home / "tls.pem"),
        "--token-file",
        str(file),
        "list",
    )
    code, _out, err = running.doha.run("case", *words)
    assert code == 1
    assert "chmod 600" in err
    file.write_text("comity_0000000000000000_wrong")
    file.chmod(0o600)
    code, _out, err = running.doha.run("case", *words)
    assert code == 1
    assert made not in err
    with pytest.raises(ValueError, match="https"):
        Connection("http://127.0.0.1", made)


def command(node: Node, made: str, folder: Path, *words: str, said: str = "") -> list[dict[str, Any]]:
    """Run ``comity case`` and return the JSON lines that it prints."""
    environment = os.environ | {
        "COMITY_API": node.endpoint, "COMITY_TOKEN": made, "COMITY_CA": str(node.home / "tls.pem"),
    }  # fmt: skip
    done = subprocess.run(
        [sys.executable, "-m", "comity", "case", *words], cwd=ROOT, env=environment, input=said, check=False,
        capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]
