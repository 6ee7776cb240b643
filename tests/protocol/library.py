"""Put a vector through the library: one function for each format, which returns the result or raises."""

import hashlib
import io
from base64 import b64decode, b64encode
from collections.abc import Callable
from pathlib import Path
from typing import Any

from comity.protocol import attachments, checkpoints, merkle, message, pairing, records, sealing, types
from comity.protocol.bundle import read_bundle
from comity.protocol.canonical import decode, encode
from comity.protocol.keys import NodeKeys, NodeSecret, PublicKeys
from comity.protocol.names import hex_digest
from comity.protocol.packs import verify_pack

VECTORS = Path(__file__).resolve().parents[2] / "spec" / "vectors"
Case = dict[str, Any]


def canonical(case: Case) -> Case:
    data = b64decode(case["data"])
    assert encode(types.Catalogue(*types.CONTROL_TYPES).read(case["type"], data)) == data
    return {}


def record(case: Case) -> Case:
    data = b64decode(case["data"])
    parsed = records.parse_header(data)
    assert encode(parsed.header) == data
    return {"leaf": parsed.leaf.hex()}


def identity(case: Case) -> Case:
    keys = PublicKeys(b64decode(case["data"]))
    return {"fingerprint": hex_digest(keys.fingerprint), "node": keys.node}


def pairing_words(case: Case) -> Case:
    one, other = (PublicKeys(b64decode(case[name])) for name in ("one", "other"))
    return {"numbers": list(pairing.pairing_code(one, other, b64decode(case["key"])))}


def journal(case: Case) -> Case:
    if case["kind"] == "root":
        growth = merkle.Growth()
        for number in range(case["size"]):
            growth.append(merkle.leaf_hash(b"record %d" % number))
        return {"root": growth.root().hex()}
    proof = [bytes.fromhex(one) for one in case["proof"]]
    if case["kind"] == "inclusion":
        leaf, root = bytes.fromhex(case["leaf"]), bytes.fromhex(case["root"])
        merkle.verify_inclusion(leaf, case["index"], case["size"], proof, root)
    else:
        roots = bytes.fromhex(case["old_root"]), bytes.fromhex(case["new_root"])
        merkle.verify_consistency(case["old"], case["new"], *roots, proof)
    return {}


def checkpoint(case: Case) -> Case:
    note, keys = b64decode(case["note"]), PublicKeys(b64decode(case["identity"]))
    if case["kind"] == "cosignature":
        return {"time": checkpoints.open_cosignature(note, keys).time}
    head = checkpoints.open_checkpoint(note, keys).checkpoint
    journal = head.journal
    return {"size": head.size, "root": head.root.hex(), "channel": journal.channel, "node": journal.node}


def _keys(case: Case) -> NodeKeys:
    return NodeKeys(decode(b64decode(case["secret"]), NodeSecret, limit=4096), b64decode(case["identity"]))


def sealed(case: Case) -> Case:
    raw = b64decode(case["header"])
    content = records.parse_header(raw).header.content
    assert isinstance(content, records.SealedContent)
    wraps = [sealing.Wrap(node, b64decode(wrapped)) for node, wrapped in case["wraps"]]
    key = sealing.unwrap(wraps, raw, _keys(case))
    salt, payload = sealing.open_payload(b64decode(case["ciphertext"]), key, raw, content.commitment)
    return {"salt": salt.hex(), "payload": b64encode(payload).decode()}


def attachment(case: Case) -> Case:
    data = b64decode(case["data"])
    plain = b"".join(attachments.decrypt([data], b64decode(case["key"])))
    digests = hashlib.sha256(plain).hexdigest(), hashlib.sha256(data).hexdigest()
    return {"size": len(plain), "sha256": digests[0], "id": digests[1]}


def messages(case: Case) -> Case:
    envelope = message.parse_envelope(b64decode(case["data"]))
    opened = message.open_message(envelope, _keys(case), b64decode(case["key"]))
    return {name: getattr(opened, name) for name in ("sender", "recipient", "channel", "time")}


def bundle(case: Case) -> Case:
    expected = [b64decode(one) for one in case.get("result", {}).get("messages", [])]
    found = []
    try:
        for one in read_bundle(io.BytesIO(b64decode(case["data"]))):
            found.append(one)  # noqa: PERF402  # what was read counts also when the rest is refused
    finally:
        assert len(found) == case.get("whole", len(expected))
    assert found == expected
    return dict(case["result"])


def pack(case: Case) -> Case:
    with (VECTORS / "pack" / case["file"]).open("rb") as stream:
        report = verify_pack(stream, [b64decode(one) for one in case["identities"]])
    items = sorted({finding.item for finding in report.findings})
    return {"expect": str(report.verdict), "items": items, "left_out": list(report.left_out)}


FORMATS: dict[str, Callable[[Case], Case]] = {
    "canonical": canonical,
    "record": record,
    "identity": identity,
    "pairing": pairing_words,
    "journal": journal,
    "checkpoint": checkpoint,
    "sealing": sealed,
    "attachment": attachment,
    "message": messages,
    "bundle": bundle,
    "pack": pack,
}
