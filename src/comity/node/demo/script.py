"""Play the exchange of ``comity demo --once``: ask, answer, refuse, receipt, verify, prove; say what happened."""

import hashlib
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import click

from comity.node.demo.stage import BERLIN, DOHA, SideProcess, Stage, StageError, until

ABOUT = {"clause": "4(2)", "purpose": "investigation", "handling": "h1", "language": "en"}
QUESTION = {
    "subject": "Keeper of a vehicle",
    "question": "Who has kept the vehicle with the invented plate XX-EX 4711 since 1 May 2026?",
    "case_number": "DOH-2026-0417",
    "legal_basis": "Invented statute, section 12",
}


@dataclass
class Script:
    """Hold what the play needs, and count what went wrong."""

    stage: Stage
    doha: SideProcess
    berlin: SideProcess
    faults: list[str] = field(default_factory=list)
    uids: list[str] = field(default_factory=list)

    def say(self, line: str) -> None:
        """Print what happened."""
        click.echo(line)

    def expect(self, what: str, *, holds: bool) -> None:
        """Print a result, and count it as a fault if it is not as it must be."""
        self.say(f"  {'ok ' if holds else 'NOT'} {what}")
        if not holds:
            self.faults.append(what)


def play(script: Script, attach: Path) -> None:
    """Play all acts in turn; faults gather in ``script``."""
    _refused_before_sending(script)
    asked = _ask(script, attach)
    _answer(script, asked)
    _refuse(script)
    _verify(script)
    _prove(script, asked)


def _refused_before_sending(script: Script) -> None:
    script.say("Doha writes a request and forgets the case number.")
    fields = {key: value for key, value in QUESTION.items() if key != "case_number"}
    answer = script.doha("send", kind="cases.request/1", fields=fields, to=BERLIN.name, urgency="urgent", **ABOUT)
    script.expect(
        f"not sent: {answer.get('refused')} {answer.get('remedy')}",
        holds="clause 4(2)" in answer.get("refused", "").lower(),
    )


def _ask(script: Script, attach: Path) -> str:
    size = attach.stat().st_size
    script.say(f"Doha asks Berlin under clause 4(2), urgent, with {attach.name} ({size} bytes) attached.")
    answer = script.doha(
        "send",
        kind="cases.request/1",
        fields=QUESTION,
        attach=str(attach.absolute()),
        to=BERLIN.name,
        urgency="urgent",
        **ABOUT,
    )
    uid = _sent(script, answer)
    _receipt(script, script.doha, uid, by=BERLIN.name)
    until(lambda: _complete(script.berlin("read", uid=uid)), "the attachment arrives in Berlin")
    opened = script.berlin("read", uid=uid)
    script.expect(
        f'Berlin opens it: "{opened["body"]["question"]}"', holds=opened["body"]["question"] == QUESTION["question"]
    )
    with attach.open("rb") as file:
        ours = hashlib.file_digest(file, "sha256").hexdigest()
    theirs = script.berlin("attachment_digest", uid=uid)
    script.expect(f"the attachment opens in Berlin, SHA-256 {theirs[:16]}…", holds=ours == theirs)
    return uid


def _answer(script: Script, asked: str) -> None:
    script.say("Berlin answers.")
    fields = {"text": "An invented person, since 3 May 2026.", "source": "A", "information": "1"}
    answer = script.berlin(
        "send", kind="cases.reply/1", fields=fields, to=DOHA.name, case=asked, answers=asked, **ABOUT
    )
    uid = _sent(script, answer)
    _receipt(script, script.berlin, uid, by=DOHA.name)
    opened = script.doha("read", uid=uid)
    script.expect(f'Doha reads: "{opened["body"]["text"]}"', holds=opened["body"]["text"] == fields["text"])


def _refuse(script: Script) -> None:
    script.say("Berlin asks Doha; Doha refuses with a reason.")
    fields = {**QUESTION, "case_number": "BLN-2026-0815", "subject": "An invented telephone number"}
    uid = _sent(
        script,
        script.berlin("send", kind="cases.request/1", fields=fields, to=DOHA.name, urgency="normal", **ABOUT),
    )
    _receipt(script, script.berlin, uid, by=DOHA.name)
    refusal = {"ground": "judicial-authorisation", "reason": "A court has to authorise this first."}
    answer = _sent(
        script,
        script.doha("send", kind="cases.refusal/1", fields=refusal, to=BERLIN.name, case=uid, answers=uid, **ABOUT),
    )
    _receipt(script, script.doha, answer, by=BERLIN.name)


def _verify(script: Script) -> None:
    script.say("Both nodes recompute both journals from their records.")
    until(lambda: script.doha("quiet") and script.berlin("quiet"), "every record has its receipt")
    sizes = []
    for city, side in (("Doha", script.doha), ("Berlin", script.berlin)):
        checks = side("verify")
        sizes.append({check["node"]: check["size"] for check in checks})
        for check in checks:
            script.expect(f"in {city}: {check['line']}", holds=check["fault"] is None and check["size"] > 0)
        alarms = side("alarms")
        script.expect(f"in {city}: no alarms" if not alarms else f"in {city}: {alarms}", holds=not alarms)
    script.expect("both nodes hold the same two journals", holds=sizes[0] == sizes[1])


def _prove(script: Script, case: str) -> None:
    script.say("Berlin exports the case for a court; the court verifies it with the file and two public keys.")
    file = script.stage.folder / "case.pack"
    file.unlink(missing_ok=True)
    script.berlin("export", case=case, uids=script.uids[:2], file=str(file))
    keys = [word for actor in (DOHA, BERLIN) for word in ("--key", str(script.stage.home(actor) / "identity.json"))]
    verified = _pack("verify", str(file), *keys)
    first = verified.stdout.strip().splitlines()[:1]
    script.expect(f"comity pack verify: {' '.join(first)}", holds=verified.returncode == 0)
    changed = script.stage.folder / "changed.pack"
    data = bytearray(file.read_bytes())
    data[len(data) // 2] ^= 1
    changed.write_bytes(data)
    broken = _pack("verify", str(changed), *keys)
    script.expect("one bit changed in a copy: found, and the item named", holds=broken.returncode == 1)


def _pack(*words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-P", "-m", "comity", "pack", *words]
    return subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603  # this program itself


def _sent(script: Script, answer: dict[str, Any]) -> str:
    if "uid" not in answer:
        raise StageError(f"A record was refused before sending: {answer.get('refused')}")
    uid: str = answer["uid"]
    script.uids.append(uid)
    return uid


def _receipt(script: Script, side: SideProcess, uid: str, *, by: str) -> None:
    until(lambda: side("stated", uid=uid, by=by), f"{by} receipts a record", step_s=0.05)
    stated = side("stated", uid=uid, by=by)
    script.expect(f"{by} cosigned it and states: {stated['outcome']}", holds=stated["outcome"] == "accepted")


def _complete(opened: dict[str, Any] | None) -> bool:
    return bool(opened and opened["attachments"] == opened["complete"])
