"""Read Comity's formats a second time, from the pages of ``spec/`` alone.  `reader.py` is the program."""

import base64
import hashlib
import hmac
import io
import json
import re
import struct
from datetime import datetime
from pathlib import Path

from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives.asymmetric import ed25519, mldsa, mlkem, x25519
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA512
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, MLKEM768X25519PrivateKey, Suite
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand

SCHEMAS = Path(__file__).resolve().parent.parent / "schemas"
SUITE = Suite(KEM.MLKEM768_X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM)
CHUNK = 16 * 1024


class Refused(Exception):
    """Say that input does not follow the specification; the first argument is a kind of errors.md."""


def need(condition, kind="malformed"):
    if not condition:
        raise Refused(kind)


def sha(data):
    return hashlib.sha256(data).digest()


def named(namespace, data):
    return sha(namespace.encode() + b"\n" + data)


# canonical.md -----------------------------------------------------------------------------------------------------


def canonical(data, schema, limit=1 << 20):
    """Return the value of ``data`` if it is canonical JSON and follows a schema."""
    need(len(data) <= limit, "too-large")
    try:
        value = json.loads(data.decode(), parse_float=_none, parse_constant=_none)
        again = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
    except (ValueError, RecursionError):
        raise Refused("malformed") from None
    need(again == data)
    whole = json.loads((SCHEMAS / f"{schema}.json").read_text())
    follow(value, whole, whole)
    return value


def _none(text):
    raise ValueError(text)


def follow(value, schema, whole):
    """Check a value against the keywords that spec/schemas uses; defaults may not be written out."""
    if "$ref" in schema:
        return follow(value, whole["$defs"][schema["$ref"].rsplit("/", 1)[1]], whole)
    if "anyOf" in schema:
        return need(any(_follows(value, one, whole) for one in schema["anyOf"] if one.get("type") != "null"))
    if "enum" in schema:
        need(value in schema["enum"])
    kind = {"object": dict, "array": list, "string": str, "integer": int, "boolean": bool}.get(schema.get("type"))
    need(kind is None or type(value) is kind)
    if isinstance(value, dict):
        _object(value, schema, whole)
    elif isinstance(value, list):
        need(schema.get("minItems", 0) <= len(value) <= schema.get("maxItems", len(value)))
        for one in value:
            follow(one, schema["items"], whole)
    elif isinstance(value, str):
        need(schema.get("minLength", 0) <= len(value) <= schema.get("maxLength", len(value)))
        need("pattern" not in schema or re.search(schema["pattern"], value))
        if schema.get("contentEncoding") == "base64":
            unbase64(value)
    elif isinstance(value, int):
        need(schema.get("minimum", value) <= value <= schema.get("maximum", value))
    return None


def _object(value, schema, whole):
    properties = schema.get("properties", {})
    need(set(schema.get("required", ())) <= set(value))
    for name, one in value.items():
        inner = properties.get(name, schema.get("additionalProperties"))
        need(inner)
        need("default" not in inner or one != inner["default"])
        follow(one, inner, whole)


def _follows(value, schema, whole):
    try:
        follow(value, schema, whole)
    except Refused:
        return False
    return True


def unbase64(text):
    try:
        raw = base64.b64decode(text, validate=True)
    except ValueError:
        raise Refused("malformed") from None
    need(base64.b64encode(raw).decode() == text)
    return raw


# identity.md ------------------------------------------------------------------------------------------------------


class Keys:
    """Hold a node's public keys."""

    def __init__(self, document):
        value = canonical(document, "identity", 16 * 1024)
        need(value["v"] == "comity/v1/identity" and value["authorities"])
        need({name[:2] for name in [value["node"], *value["authorities"]]} == {value["party"]})
        need(len(set(value["authorities"])) == len(value["authorities"]))
        self.node, self.fingerprint = value["node"], "sha256:" + named("comity/v1/identity", document).hex()
        self.raw = {n: unbase64(value[n]) for n in ("ed25519", "mldsa65", "mlkem768", "x25519")}
        need([len(raw) for raw in self.raw.values()] == [32, 1952, 1184, 32])
        try:
            self.ed25519 = ed25519.Ed25519PublicKey.from_public_bytes(self.raw["ed25519"])
            self.mldsa65 = mldsa.MLDSA65PublicKey.from_public_bytes(self.raw["mldsa65"])
            mlkem.MLKEM768PublicKey.from_public_bytes(self.raw["mlkem768"])
        except ValueError:
            raise Refused("malformed") from None

    def verify(self, pair, text, context, text2=None):
        try:
            self.ed25519.verify(pair[0], text)
            self.mldsa65.verify(pair[1], text2 or text, context)
        except InvalidSignature:
            raise Refused("bad-signature") from None


def hpke_open(secret, sealed, info):
    value = json.loads(secret)
    seeds = [unbase64(value[n]) for n in ("mlkem768", "x25519")]
    key = MLKEM768X25519PrivateKey(
        mlkem.MLKEM768PrivateKey.from_seed_bytes(seeds[0]), x25519.X25519PrivateKey.from_private_bytes(seeds[1])
    )
    try:
        return SUITE.decrypt(sealed, key, info)
    except Exception:
        raise Refused("cannot-open") from None


def words(one, other, key):
    prints = b"".join(sorted(bytes.fromhex(keys.fingerprint[7:]) for keys in (one, other)))
    bits = int.from_bytes(named("comity/v1/pairing", prints + named("comity/v1/pairing", key)))
    return [bits >> 256 - 11 * (i + 1) & 2047 for i in range(12)]


# record.md --------------------------------------------------------------------------------------------------------


def header(data):
    value = canonical(data, "header", 16 * 1024)
    try:
        datetime.strptime(value["time"], "%Y-%m-%dT%H:%M:%S.%fZ")
    except ValueError:
        raise Refused("malformed") from None
    ids = [one["id"] for one in value.get("attachments", ())]
    need(len(unbase64(value["content"].get("commitment", base64.b64encode(bytes(32)).decode()))) == 32)
    need(
        value["time"][17:19] < "60" and value["author"] not in value["to"] and len(set(value["to"])) == len(value["to"])
    )
    need(value["author"][:2] == value["authority"][:2] and len(set(ids)) == len(ids))
    return value


def check_content(content, data):
    """Return the document, given what its header announced; sealed content comes as salt and payload."""
    if content["kind"] == "open":
        need("sha256:" + named("comity/v1/open", data).hex() == content["digest"], "wrong-commitment")
        document = data
    else:
        need(named("comity/v1/payload", data) == unbase64(content["commitment"]), "wrong-commitment")
        document = data[32:]
    need(len(document) == content["size"], "wrong-commitment")
    return document


# journal.md -------------------------------------------------------------------------------------------------------


def leaf_hash(data):
    return sha(b"\0" + data)


def node_hash(left, right):
    return sha(b"\1" + left + right)


def tree_root(leaves):
    if len(leaves) < 2:
        return leaves[0] if leaves else sha(b"")
    split = 1 << (len(leaves) - 1).bit_length() - 1
    return node_hash(tree_root(leaves[:split]), tree_root(leaves[split:]))


def inclusion(leaf, index, size, proof, root):
    need(0 <= index < size and all(len(one) == 32 for one in proof), "bad-proof")
    need(_climb(leaf, index, size, list(proof)) == root, "bad-proof")


def _climb(leaf, index, size, proof):
    """Walk down to the leaf as the tree was built, and fold back up; every hash must be used."""
    if size == 1:
        need(not proof, "bad-proof")
        return leaf
    need(proof, "bad-proof")
    split, last = 1 << (size - 1).bit_length() - 1, proof.pop()
    if index < split:
        return node_hash(_climb(leaf, index, split, proof), last)
    return node_hash(last, _climb(leaf, index - split, size - split, proof))


def consistency(old, new, old_root, new_root, proof):
    need(0 < old <= new and all(len(one) == 32 for one in proof), "bad-proof")
    roots = _join(old, new, list(proof), old_root, True)
    need(roots == (old_root, new_root), "bad-proof")


def _join(old, new, proof, old_root, whole):
    """Return both roots as the proof gives them (RFC 9162, 2.1.4.1 read backwards)."""
    if old == new:
        if whole:
            need(not proof, "bad-proof")
            return old_root, old_root
        need(len(proof) == 1, "bad-proof")
        return proof[0], proof[0]
    need(proof, "bad-proof")
    split, last = 1 << (new - 1).bit_length() - 1, proof.pop()
    if old <= split:
        first, second = _join(old, split, proof, old_root, whole)
        return first, node_hash(second, last)
    first, second = _join(old - split, new - split, proof, old_root, False)
    return node_hash(last, first), node_hash(last, second)


# checkpoint.md ----------------------------------------------------------------------------------------------------


def note(data):
    need(len(data) <= 256 * 1024, "too-large")
    try:
        text = data.decode()
    except UnicodeDecodeError:
        raise Refused("malformed") from None
    body, blank, tail = text.rpartition("\n\n")
    need(blank and tail.endswith("\n") and not re.search(r"[\x00-\x09\x0b-\x1f]", text))
    lines = []
    for line in tail[:-1].split("\n"):
        found = re.fullmatch(r"\u2014 ([^\s+]+) (\S+)", line)
        need(found)
        raw = unbase64(found[2])
        need(len(raw) > 4)
        lines.append((found[1], raw[:4], raw[4:]))
    need(len(lines) <= 32, "too-large")
    found = re.fullmatch(
        r"comity/v1/journal/([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})/([A-Z]{2}\.[a-z0-9-]{1,40})"
        r"\n(0|[1-9][0-9]{0,15})\n([A-Za-z0-9+/]{43}=)\n",
        body + "\n",
    )
    need(found and int(found[3]) < 1 << 53)
    head = {"channel": found[1], "node": found[2], "size": int(found[3]), "root": unbase64(found[4])}
    return head, (body + "\n").encode(), lines


def signatures(lines, keys, kinds):
    pair = []
    for kind, public in zip(kinds, (keys.raw["ed25519"], keys.raw["mldsa65"]), strict=True):
        key_id = sha(keys.node.encode() + b"\n" + kind + public)[:4]
        values = [value for name, id_, value in lines if (name, id_) == (keys.node, key_id)]
        need(len(values) == 1, "bad-signature")
        pair += values
    return pair


def checkpoint(data, keys):
    head, text, lines = note(data)
    need(head["node"] == keys.node, "wrong-address")
    pair = signatures(lines, keys, (b"\x01", b"\xffcomity/v1/checkpoint/ml-dsa-65"))
    keys.verify(pair, text, b"comity/v1/checkpoint")
    return head


def cosignature(data, keys):
    head, text, lines = note(data)
    pair = signatures(lines, keys, (b"\x04", b"\xffcomity/v1/cosignature/ml-dsa-65"))
    need(len(pair[0]) > 8 and pair[0][:8] == pair[1][:8], "bad-signature")
    time, name, origin = struct.unpack(">Q", pair[0][:8])[0], keys.node.encode(), text.split(b"\n")[0]
    message = b"subtree/v1\n\0" + bytes([len(name)]) + name + pair[0][:8] + bytes([len(origin)]) + origin
    message += struct.pack(">QQ", 0, head["size"]) + head["root"]
    keys.verify(
        [pair[0][8:], pair[1][8:]], b"cosignature/v1\ntime %d\n" % time + text, b"comity/v1/cosignature", message
    )
    return time


# sealing.md, attachment.md, message.md ----------------------------------------------------------------------------


def open_payload(raw, ciphertext, wraps, secret, node):
    bound = named("comity/v1/record", raw)
    wrapped = next((value for name, value in wraps if name == node), None)
    need(wrapped is not None, "cannot-open")
    key = hpke_open(secret, wrapped, b"comity/v1/seal\n" + bound + node.encode())
    try:
        plain = AESGCM(key).decrypt(bytes(12), ciphertext, bound)
    except (InvalidTag, ValueError):
        raise Refused("cannot-open") from None
    check_content(header(raw)["content"], plain)
    return plain


def open_attachment(data, key):
    salt, commitment, rest = data[:24], data[24:56], data[56:]
    need(len(key) == 32 and len(data) >= 56, "cannot-open")
    info = b"c2sp.org/chunked-encryption@v1+AEAD_AES_256_GCM\0" + salt + b"comity/v1/attachment"
    made = HKDFExpand(SHA512(), 76, info).derive(key)
    need(made[44:] == commitment, "cannot-open")
    chunks = [rest[i : i + CHUNK + 16] for i in range(0, len(rest), CHUNK + 16)]
    need(chunks and len(chunks[-1]) < CHUNK + 16, "cannot-open")
    try:
        base = int.from_bytes(made[32:44])
        return b"".join(AESGCM(made[:32]).decrypt((base ^ i).to_bytes(12), c, None) for i, c in enumerate(chunks))
    except (InvalidTag, ValueError):
        raise Refused("cannot-open") from None


def open_message(data, keys, secret, transport):
    found = re.match(rb"comity/v1/message\n([A-Z]{2}\.[a-z0-9-]{1,40})\n([A-Z]{2}\.[a-z0-9-]{1,40})\n", data)
    need(found)
    need(found[2].decode() == keys.node, "wrong-address")
    mac, sealed = data[found.end() : found.end() + 32], data[found.end() + 32 :]
    need(hmac.compare_digest(hmac.digest(transport, found[0] + sealed, "sha256"), mac), "cannot-open")
    plain = io.BytesIO(hpke_open(secret, sealed, found[0]))
    need(0x90 < plain.read(1)[0] <= 0x9F)
    version, channel, sender, recipient, time = (unpack(plain) for _ in range(5))
    need(version == 1)
    need((sender, recipient) == (found[1].decode(), found[2].decode()), "wrong-address")
    return {"sender": sender, "recipient": recipient, "channel": channel, "time": time}


def unpack(stream):
    """Read one MessagePack integer or string: what a message begins with."""
    kind = stream.read(1)[0]
    if kind < 0x80:
        return kind
    if 0xCC <= kind <= 0xCF:
        return int.from_bytes(stream.read(1 << kind - 0xCC))
    if 0xA0 <= kind < 0xC0:
        return stream.read(kind - 0xA0).decode()
    need(kind == 0xD9)
    return stream.read(stream.read(1)[0]).decode()


# bundle.md --------------------------------------------------------------------------------------------------------


def bundle(data):
    need(data.startswith(b"comity/v1/bundle\n"))
    at, messages = 17, []
    while True:
        size = int.from_bytes(data[at : at + 4])
        need(len(data) >= at + 4)
        need(size <= 24 * 1024 * 1024 + 256, "too-large")
        need(len(data) >= at + 4 + size)
        if not size:
            need(len(data) == at + 4)
            return messages
        messages.append(data[at + 4 : at + 4 + size])
        at += 4 + size
