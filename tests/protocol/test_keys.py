"""Keys: both signatures count, or none; what is sealed opens for its recipient, in its place, and nowhere else."""

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA65PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st

from comity.protocol.canonical import encode
from comity.protocol.errors import CannotOpenError, ComityError, MalformedError, SignatureInvalidError
from comity.protocol.keys import HPKE_OVERHEAD, NodeKeys, PublicKeys, SignaturePair, make_identity, new_secret
from tests.protocol.world import DE, QA, STRANGER

TEXT, CONTEXT = b"a text", "comity/v1/test"


def test_both_signatures_must_verify() -> None:
    pair = QA.sign(TEXT, CONTEXT)
    QA.public.verify(TEXT, CONTEXT, pair)
    other = DE.sign(TEXT, CONTEXT)
    wrong = (
        SignaturePair(pair.ed25519, other.mldsa65),
        SignaturePair(other.ed25519, pair.mldsa65),
        SignaturePair(b"", pair.mldsa65),
        SignaturePair(pair.ed25519, b""),
        SignaturePair(pair.mldsa65, pair.ed25519),
        SignaturePair(pair.ed25519 + b"\x00", pair.mldsa65),
        SignaturePair(pair.ed25519, pair.mldsa65 + b"\x00"),
    )
    for one in wrong:
        with pytest.raises(SignatureInvalidError):
            QA.public.verify(TEXT, CONTEXT, one)


def test_signature_holds_for_one_text_and_one_context() -> None:
    pair = QA.sign(TEXT, CONTEXT)
    for text, context in ((TEXT + b".", CONTEXT), (TEXT, "comity/v1/other"), (b"", CONTEXT)):
        with pytest.raises(SignatureInvalidError):
            QA.public.verify(text, context, pair)
    with pytest.raises(SignatureInvalidError):
        QA.public.verify(TEXT, CONTEXT, pair, b"another text for ML-DSA")


def test_mldsa_signs_the_text_it_is_given_where_that_differs() -> None:
    pair = QA.sign(TEXT, CONTEXT, b"second text")
    QA.public.verify(TEXT, CONTEXT, pair, b"second text")
    key = MLDSA65PrivateKey.from_seed_bytes(QA.secret.mldsa65).public_key()
    key.verify(pair.mldsa65, b"second text", CONTEXT.encode())


def test_sealed_opens_for_its_recipient_and_its_use_only() -> None:
    sealed = DE.public.seal(b"a key", b"info")
    assert DE.open(sealed, b"info") == b"a key"
    assert len(sealed) == len(b"a key") + HPKE_OVERHEAD
    attempts = ((QA, sealed, b"info"), (DE, sealed, b"other"), (DE, sealed[:-1], b"info"), (DE, b"", b"info"))
    for keys, data, info in attempts:
        with pytest.raises(CannotOpenError):
            keys.open(data, info)


@given(st.binary(max_size=1300))
@settings(max_examples=50, deadline=None)
def test_random_bytes_do_not_open_and_raise_the_documented_error(data: bytes) -> None:
    with pytest.raises(CannotOpenError):
        DE.open(data, b"info")


@given(st.data())
@settings(max_examples=200, deadline=None)
def test_changed_identity_is_refused_or_has_another_fingerprint(data: st.DataObject) -> None:
    raw = bytearray(QA.public.document)
    at = data.draw(st.integers(0, len(raw) - 1))
    raw[at] ^= data.draw(st.integers(1, 255))
    try:
        other = PublicKeys(bytes(raw))
    except ComityError:
        return
    assert other.fingerprint != QA.public.fingerprint
    assert other.document == encode(other.identity)


def test_secret_keys_of_another_node_are_refused() -> None:
    with pytest.raises(MalformedError):
        NodeKeys(DE.secret, QA.public.document)
    mixed = msgspec.structs.replace(QA.secret, x25519=DE.secret.x25519)
    with pytest.raises(MalformedError):
        NodeKeys(mixed, QA.public.document)


def test_fresh_secrets_never_repeat() -> None:
    one, two = new_secret(), new_secret()
    assert not set(msgspec.structs.astuple(one)) & set(msgspec.structs.astuple(two))
    keys = NodeKeys(one, make_identity(one, "FR.lyon", ("FR/DCPJ",), "2026-11-24T03:09:00.000Z"))
    assert keys.public.fingerprint != STRANGER.public.fingerprint


def test_identity_holds_public_keys_only() -> None:
    for seed in msgspec.structs.astuple(QA.secret):
        assert msgspec.json.encode(seed)[1:-1] not in QA.public.document
