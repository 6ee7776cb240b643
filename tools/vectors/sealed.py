"""Make vectors of what is encrypted: payloads, attachments, messages."""

import hashlib

import msgspec

from comity.protocol import attachments as att
from comity.protocol import message as msg
from comity.protocol import sealing
from comity.protocol.canonical import encode
from comity.protocol.keys import NodeKeys
from comity.protocol.records import SealedContent, encode_header, parse_header
from tests.protocol.world import CHANNEL, DE, QA, START, STRANGER, World, seed
from tools.vectors.case import Case, b64, bad, good


def _secret(keys: NodeKeys) -> str:
    return b64(encode(keys.secret))


def _wraps(sealed: sealing.SealedPayload) -> list[list[str]]:
    return [[wrap.node, b64(wrap.wrapped)] for wrap in sealed.wraps]


def _flip_last(data: bytes) -> bytes:
    return data[:-1] + bytes([data[-1] ^ 1])


def sealing_cases() -> list[Case]:
    """Return cases of sealed payloads, as the recipient opens them."""
    first = World(attachment=b"x").exchange().journals["QA.doha"].headers[2]
    header = parse_header(first).header
    salt, payload = seed("salt"), b'{"text":"Who owns the lorry?"}'
    content = SealedContent(commitment=sealing.commit(salt, payload), size=len(payload))
    raw = encode_header(msgspec.structs.replace(header, content=content))
    other = encode_header(msgspec.structs.replace(header, content=content, clause="4(1)"))
    sealed = sealing.seal(salt, payload, raw, QA, [DE.public])
    wrong = sealing.seal(salt, payload + b" ", raw, QA, [DE.public])
    base = {
        "header": b64(raw),
        "ciphertext": b64(sealed.ciphertext),
        "wraps": _wraps(sealed),
        "secret": _secret(DE),
        "identity": b64(DE.public.document),
    }

    def but(**change: object) -> Case:
        return {**base, **change}

    closed = "cannot-open"
    changed_wrap = [["DE.berlin", b64(_flip_last(sealed.wraps[1].wrapped))]]
    other_payload = {"ciphertext": b64(wrong.ciphertext), "wraps": _wraps(wrong)}
    stranger = {"secret": _secret(STRANGER), "identity": b64(STRANGER.public.document)}
    return [
        good("opened", "The recipient opens it.", {"salt": salt.hex(), "payload": b64(payload)}, **base),
        bad("moved-to-another-header", "The key is bound to its header.", closed, **but(header=b64(other))),
        bad("ciphertext-changed", "A changed byte.", closed, **but(ciphertext=b64(b"\x00" + sealed.ciphertext[1:]))),
        bad("ciphertext-cut", "The last byte is missing.", closed, **but(ciphertext=b64(sealed.ciphertext[:-1]))),
        bad("ciphertext-empty", "Nothing to open.", closed, **but(ciphertext="")),
        bad("wrap-changed", "The sealed key was changed.", closed, **but(wraps=changed_wrap)),
        bad("wrap-of-another", "The key was sealed to another node.", closed, **but(wraps=base["wraps"][:1])),
        bad("stranger", "A node that it was not sealed for, under the recipient's name.", closed, **but(**stranger)),
        bad("another-payload", "Not what the header committed to.", "wrong-commitment", **but(**other_payload)),
    ]


def attachment() -> list[Case]:
    """Return cases of encrypted attachments."""
    key = seed("attachment key")
    cases = []
    for size in (0, 1, att.CHUNK - 1, att.CHUNK, att.CHUNK + 1):
        plain = (b"Comity " * 8192)[:size]
        blob = b"".join(att.encrypt([plain], key))
        result = {"size": size, "sha256": hashlib.sha256(plain).hexdigest(), "id": hashlib.sha256(blob).hexdigest()}
        cases.append(good(f"size-{size}", f"{size} bytes: {size // att.CHUNK + 1} chunks.", result, data=blob, key=key))
    plain = (b"Comity " * 8192)[: 2 * att.CHUNK + 5]
    blob = b"".join(att.encrypt([plain], key))
    head, rest = blob[: att.HEAD], blob[att.HEAD :]
    first, second, last = (
        rest[: att.SEALED_CHUNK],
        rest[att.SEALED_CHUNK : 2 * att.SEALED_CHUNK],
        rest[2 * att.SEALED_CHUNK :],
    )
    wrong = {
        "empty": ("Nothing at all.", b""),
        "head-only": ("No chunk follows the head.", head),
        "head-cut": ("The head is not whole.", blob[:55]),
        "last-chunk-missing": ("Cut at a border between chunks.", head + first + second),
        "last-byte-missing": ("Cut in a chunk.", blob[:-1]),
        "byte-added": ("A byte after the end.", blob + b"\x00"),
        "chunk-added": ("A whole chunk after the end.", blob + last),
        "chunks-swapped": ("Two chunks in each other's place.", head + second + first + last),
        "chunk-doubled": ("A chunk twice.", head + first + first + last),
        "first-chunk-missing": ("The first chunk is gone.", head + second + last),
        "salt-changed": ("Another salt.", b"\x00" + blob[1:]),
        "commitment-changed": ("Another key commitment.", blob[:24] + b"\x00" + blob[25:]),
        "chunk-changed": ("A changed byte in a chunk.", head + b"\x00" + rest[1:]),
    }
    cases += [bad(name, why, "cannot-open", data=data, key=key) for name, (why, data) in wrong.items()]
    cases.append(bad("another-key", "A key it was not encrypted with.", "cannot-open", data=blob, key=seed("other")))
    cases.append(bad("short-key", "A key of 31 bytes.", "cannot-open", data=blob, key=key[:31]))
    return [{**case, "data": b64(case["data"]), "key": b64(case["key"])} for case in cases]


_HEAD = b"comity/v1/message\nQA.doha\nDE.berlin\n"


def message() -> list[Case]:
    """Return cases of sealed messages, as the recipient opens them."""
    key = seed("transport key")
    value = msg.Message(1, CHANNEL, "QA.doha", "DE.berlin", START, heads=(msg.Head("QA.doha", 7),))
    data = msg.seal_message(value, DE.public, key)
    inside = _hostile(msgspec.msgpack.encode(msgspec.structs.replace(value, sender="QA.dukhan")), key)
    later = _hostile(msgspec.msgpack.encode([2, *msgspec.structs.astuple(value)[1:]]), key)
    no_mac = _HEAD + bytes(32) + data[len(_HEAD) + 32 :]
    closed = "cannot-open"
    result = {"sender": "QA.doha", "recipient": "DE.berlin", "channel": CHANNEL, "time": START}
    swaps = {name: data.replace(name, other, 1) for name, other in ((b"QA.doha", b"QA.dohb"), (b"berlin", b"bremen"))}
    cases = [
        good("message", "A head, from Doha to Berlin.", result, data=data),
        bad("mac-changed", "The code that authenticates it was changed.", closed, data=no_mac),
        bad("body-changed", "The sealed part was changed.", closed, data=_flip_last(data)),
        bad("cut", "The last byte is missing.", closed, data=data[:-1]),
        bad("sender-changed", "Another sender on the outside.", closed, data=swaps[b"QA.doha"]),
        bad("for-another", "A message for another node.", "wrong-address", data=swaps[b"berlin"]),
        bad("other-names-inside", "The sender inside is not the one outside.", "wrong-address", data=inside),
        bad("unknown-version", "A version inside that does not exist.", data=later),
        bad("no-prefix", "Not a message.", data=data[1:]),
        bad("no-names", "A message without names.", data=b"comity/v1/message\n\n\n" + bytes(80)),
        bad("empty", "Nothing at all.", data=b""),
    ]
    base = {"key": b64(key), "secret": _secret(DE), "identity": b64(DE.public.document)}
    return [{**case, **base, "data": b64(case["data"])} for case in cases]


def _hostile(plain: bytes, key: bytes) -> bytes:
    """Return what a sender can send that holds the transport key and keeps no rule."""
    body = DE.public.seal(plain, _HEAD)
    return _HEAD + msg._mac(key, _HEAD, body) + body  # noqa: SLF001  # what the library would not make
