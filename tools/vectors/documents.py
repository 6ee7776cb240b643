"""Make vectors of single documents: canonical JSON, record headers, identities, pairing."""

import msgspec

from comity.protocol import pairing, types
from comity.protocol.canonical import encode
from comity.protocol.keys import Identity
from comity.protocol.names import hex_digest
from comity.protocol.records import AttachmentRef, parse_header
from tests.protocol.world import DE, QA, World, seed
from tools.vectors.case import Case, b64, bad, good

_DISPOSITION = "channel.disposition/1"


_IN_PLAIN = (
    ("space-after-colon", "Spare whitespace.", b'"end":', b'"end": '),
    ("fields-unsorted", "Fields are sorted by name.", b'"end":5,"journal":"QA.doha"', b'"journal":"QA.doha","end":5'),
    ("field-twice", "A field that stands twice.", b'"end":5', b'"end":5,"end":5'),
    ("field-unknown", "A field that the type does not have.", b'"end":5', b'"end":5,"f":1'),
    ("field-missing", "A field that the type requires.", b'"end":5,', b""),
    ("default-explicit", "A default that is written out.", b'"start"', b'"refused":[],"start"'),
    ("float", "A number with a fraction.", b'"end":5', b'"end":5.0'),
    ("exponent", "A number with an exponent.", b'"end":5', b'"end":5e0'),
    ("leading-zero", "A number with a leading zero.", b'"end":5', b'"end":05'),
    ("minus-zero", "Minus zero.", b'"start":0', b'"start":-0'),
    ("above-2-53", "An integer that not every reader of JSON can hold.", b'"end":5', b'"end":9007199254740992'),
    ("string-for-number", "A number in quotes.", b'"end":5', b'"end":"5"'),
    ("escaped-letter", "A letter written as an escape.", b'"QA.', b'"\\u0051A.'),
    ("escaped-slash", "A slash written as an escape.", b"Z", b"\\/Z"),
    ("nan", "Not a number.", b'"end":5', b'"end":NaN'),
    ("newline-in-name", "A name with a newline at its end.", b'"QA.doha"', b'"QA.doha\\n"'),
)
_IN_RICH = (
    ("null-explicit", "Null where the field would be left out.", b'"index":3', b'"id":null,"index":3'),
    ("escaped-non-ascii", "A character above ASCII written as an escape.", "ü".encode(), b"\\u00fc"),
    ("long-escape", "A tab written in the long form of its escape.", b"\\t", b"\\u0009"),
    ("lone-surrogate", "Half of a surrogate pair.", "ü".encode(), b"\\ud800"),
    ("invalid-utf-8", "Bytes that are no UTF-8.", "ü".encode(), b"\xfc"),
    ("overlong-utf-8", "UTF-8 in a longer form than needed.", "ü".encode(), b"\xe0\x83\xbc"),
)


def canonical() -> list[Case]:
    """Return cases of canonical JSON, on the content of a disposition."""
    sentence = 'Grüße "quoted" \\ \u2028 \U0001f6a2'
    refused = types.Refused(index=3, reason="not-permitted", sentence=sentence, remedy="\t\n")
    body = types.Disposition(journal="QA.doha", start=0, end=5, time="2026-11-24T03:09:00.000Z", refused=(refused,))
    rich = encode(body)
    plain = encode(msgspec.structs.replace(body, refused=()))
    cases = [
        good("disposition", "A document in its one form.", data=rich),
        good("default-left-out", "A field that has its default is not written.", data=plain),
        bad("empty", "Nothing is not a document.", data=b""),
        bad("half", "A document that ends in the middle.", data=rich[: len(rich) // 2]),
        bad("trailing-newline", "Bytes after the document.", data=rich + b"\n"),
        bad("trailing-document", "A second document after the first.", data=plain + plain),
        bad("byte-order-mark", "A byte order mark before the document.", data=b"\xef\xbb\xbf" + rich),
        bad("deep", "Nesting without end.", data=b"[" * 100_000),
        *(bad(name, why, data=plain.replace(old, new)) for name, why, old, new in _IN_PLAIN),
        *(bad(name, why, data=rich.replace(old, new)) for name, why, old, new in _IN_RICH),
    ]
    return [{**case, "type": _DISPOSITION, "data": b64(case["data"])} for case in cases]


_BAD_FIELDS: tuple[tuple[str, str, dict[str, object]], ...] = (
    ("own-recipient", "An author that is its own recipient.", {"to": ("QA.doha",)}),
    ("recipient-twice", "A recipient that is named twice.", {"to": ("DE.berlin", "DE.berlin")}),
    ("no-recipient", "A record for nobody.", {"to": ()}),
    ("foreign-authority", "An authority of another party than the node's.", {"authority": "DE/BKA"}),
    ("no-such-day", "A time on the thirtieth of February.", {"time": "2026-02-30T00:00:00.000Z"}),
    ("leap-second", "A leap second; a time of this protocol has none.", {"time": "2026-12-31T23:59:60.000Z"}),
    ("time-zone", "A time that is not in UTC.", {"time": "2026-11-24T03:09:00.000+01:00"}),
    ("uppercase-uuid", "An identifier in capitals.", {"id": "0192F0C1-2345-7ABC-8DEF-0123456789AB"}),
    ("no-type-version", "A type without its version.", {"type": "cases.request"}),
    ("version", "A version that does not exist.", {"v": "comity/v2/record"}),
)


def record() -> list[Case]:
    """Return cases of record headers."""
    headers = World(attachment=b"x").exchange().journals["QA.doha"].headers
    sealed, opened = headers[2], headers[0]
    header = parse_header(sealed).header

    def changed(**fields: object) -> bytes:
        return encode(msgspec.structs.replace(header, **fields))

    commitment = sealed.split(b'"commitment":"')[1].split(b'"')[0]
    loose = sealed.replace(commitment, commitment[:-2] + bytes([commitment[-2] + 1]) + b"=")
    short = sealed.replace(commitment, b64(bytes(31)).encode())
    twice = (AttachmentRef(id=header.attachments[0].id, size=1),) * 2
    shut = opened.replace(b'"kind":"open"', b'"kind":"shut"')
    leaves = [{"leaf": parse_header(raw).leaf.hex()} for raw in (sealed, opened)]
    cases = [
        good("sealed", "A request whose content is sealed, with an attachment.", leaves[0], data=sealed),
        good("open", "A proposal, whose content is in clear.", leaves[1], data=opened),
        *(bad(name, why, data=changed(**fields)) for name, why, fields in _BAD_FIELDS),
        bad("short-commitment", "A commitment of 31 bytes.", data=short),
        bad("loose-base64", "Base64 whose last character has bits that nothing reads.", data=loose),
        bad("attachment-twice", "An attachment that is named twice.", data=changed(attachments=twice)),
        bad("unknown-kind", "A content that is neither open nor sealed.", data=shut),
        bad("too-large", "A header over its limit.", "too-large", data=changed(purpose="a" * 16_384)),
    ]
    return [{**case, "data": b64(case["data"])} for case in cases]


def identity() -> list[Case]:
    """Return cases of identity documents."""
    document = QA.public.document
    value = QA.public.identity

    def changed(**fields: object) -> bytes:
        return encode(msgspec.structs.replace(value, **fields))

    assert isinstance(value, Identity)
    fingerprint = {"fingerprint": hex_digest(QA.public.fingerprint), "node": "QA.doha"}
    cases = [
        good("identity", "The keys of one node.", fingerprint, data=document),
        bad("foreign-authority", "An authority of another party.", data=changed(authorities=("DE/BKA",))),
        bad("foreign-party", "A node of another party.", data=changed(party="DE")),
        bad("no-authority", "A node that acts for nobody.", data=changed(authorities=())),
        bad("authority-twice", "An authority that is named twice.", data=changed(authorities=("QA/MOI", "QA/MOI"))),
        bad("short-ed25519", "A key of 31 bytes.", data=changed(ed25519=bytes(31))),
        bad("short-mldsa65", "A key of ML-DSA-44 where ML-DSA-65 is required.", data=changed(mldsa65=bytes(1312))),
        bad(
            "bad-mlkem768",
            "An encapsulation key that is not reduced (FIPS 203, 7.2).",
            data=changed(mlkem768=b"\xff" * 1184),
        ),
        bad("version", "A version that does not exist.", data=changed(v="comity/v2/identity")),
        bad("too-large", "An identity over its limit.", "too-large", data=document + b" " * 20_000),
    ]
    return [{**case, "data": b64(case["data"])} for case in cases]


def pairing_words() -> list[Case]:
    """Return cases of the numbers that both sides compare."""
    key, other = seed("transport key"), seed("another transport key")
    pair = {"one": b64(QA.public.document), "other": b64(DE.public.document)}
    swapped = {"one": pair["other"], "other": pair["one"]}
    numbers = {"numbers": list(pairing.pairing_code(QA.public, DE.public, key))}
    others = {"numbers": list(pairing.pairing_code(QA.public, DE.public, other))}
    return [
        good(
            "numbers",
            "Twelve numbers below 2048, over both identities and the transport key.",
            numbers,
            key=b64(key),
            **pair,
        ),
        good("either-side", "The same numbers on either node.", numbers, key=b64(key), **swapped),
        good("other-key", "Other numbers for another transport key.", others, key=b64(other), **pair),
    ]
