"""Make vectors of whole files: bundles and case packs."""

import io
from pathlib import Path

from comity.protocol import bundle
from comity.protocol.packs import redact, verify_pack
from tests.protocol.world import DE, QA, World
from tools.vectors.case import Case, b64, bad, good


def bundles() -> list[Case]:
    """Return cases of bundles; the messages in them are opaque here."""
    messages = [b"first message", b"second", b"third"]
    data = b"".join(bundle.write_bundle(messages))
    empty = b"".join(bundle.write_bundle([]))
    cases = [
        good("three", "Three messages.", {"messages": [b64(one) for one in messages]}, data=data),
        good("none", "A bundle may be empty.", {"messages": []}, data=empty),
        bad("cut-in-message", "Two whole messages, then it ends.", whole=2, data=data[:-6]),
        bad("cut-at-border", "All messages, but not the mark of the end.", whole=3, data=data[:-4]),
        bad("cut-in-length", "The length of the third message is not whole.", whole=2, data=data[: -4 - 5 - 2]),
        bad("bytes-after-the-end", "Bytes after the mark of the end.", whole=3, data=data + b"\x00"),
        bad(
            "message-too-large",
            "A length over the limit.",
            "too-large",
            whole=0,
            data=data[:17] + b"\xff" * 4 + data[21:],
        ),
        bad("no-prefix", "Not a bundle.", whole=0, data=data[1:]),
        bad("empty", "Nothing at all.", whole=0, data=b""),
    ]
    return [{**case, "data": b64(case["data"])} for case in cases]


def packs(folder: Path) -> list[Case]:
    """Return cases of packs, and write the packs themselves into ``folder`` as files."""
    whole = World(attachment=b"a short plan").exchange().pack()
    for old in folder.glob("*.pack"):
        old.unlink()
    body = whole.index(b"here")
    reply = whole.index(b"A haulier in Kiel.")
    content, head = "QA.doha/2/content", "DE.berlin/2/header"
    cases = [
        _pack("whole", "Everything is there.", whole),
        _pack("content-left-out", "A content is left out.", _without(whole, content)),
        _pack("header-left-out", "A header is left out.", _without(whole, head)),
        _pack("content-changed", "One byte of a reply was changed.", _put(whole, reply, b"B")),
        _pack(
            "manifest-changed",
            "One byte of the manifest was changed.",
            _put(whole, whole.index(b'"time":"2') + 8, b"3"),
        ),
        _pack("mark-changed", "The mark before an item was changed.", _put(whole, body, b"t")),
        _pack("cut", "The last byte is missing.", whole[:-1]),
        _pack("cut-before-trailer", "The trailer is missing.", whole[: whole.index(b'{"content":"')]),
        _pack("byte-added", "A byte after the end.", whole + b"\x00"),
        _pack("one-key", "Only one side's key is given.", whole, keys=("QA.doha",)),
        _pack("no-key", "No key is given.", whole, keys=()),
        _pack("not-a-pack", "Another file.", b"comity/v1/bundle\n"),
    ]
    for case in cases:
        (folder / case["file"]).write_bytes(case.pop("data"))
    return cases


def _pack(name: str, why: str, data: bytes, keys: tuple[str, ...] = ("QA.doha", "DE.berlin")) -> Case:
    known = {"QA.doha": QA.public.document, "DE.berlin": DE.public.document}
    report = verify_pack(io.BytesIO(data), [known[key] for key in keys])
    return {
        "name": name,
        "why": why,
        "expect": str(report.verdict),
        "items": sorted({finding.item for finding in report.findings}),
        "left_out": list(report.left_out),
        "file": f"{name}.pack",
        "identities": [b64(known[key]) for key in keys],
        "data": data,
    }


def _without(data: bytes, *names: str) -> bytes:
    return b"".join(redact(io.BytesIO(data), names))


def _put(data: bytes, at: int, byte: bytes) -> bytes:
    return data[:at] + byte + data[at + 1 :]
