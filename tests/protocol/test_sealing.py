"""Sealing: who can open what, and what is left after erasure."""

from collections.abc import Callable

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from comity.protocol import sealing
from comity.protocol.errors import CannotOpenError, ComityError, CommitmentMismatchError
from tests.protocol.world import DE, QA, STRANGER, seed

HEADER, OTHER = b'{"a":1}', b'{"a":2}'
SALT, PAYLOAD = seed("salt"), b"a question about a lorry"
COMMITMENT = sealing.commit(SALT, PAYLOAD)


def sealed() -> sealing.SealedPayload:
    return sealing.seal(SALT, PAYLOAD, HEADER, QA, [DE.public])


def test_recipient_and_author_open_and_nobody_else() -> None:
    one = sealed()
    key = sealing.unwrap(one.wraps, HEADER, DE)
    assert sealing.open_payload(one.ciphertext, key, HEADER, COMMITMENT) == (SALT, PAYLOAD)
    assert sealing.unwrap_at_rest(one.key_at_rest, HEADER, QA.storage_key) == key
    with pytest.raises(CannotOpenError):
        sealing.unwrap(one.wraps, HEADER, STRANGER)
    claimed = [sealing.Wrap("FR.paris", one.wraps[1].wrapped)]
    with pytest.raises(CannotOpenError):
        sealing.unwrap(claimed, HEADER, STRANGER)
    with pytest.raises(CannotOpenError):
        sealing.unwrap_at_rest(one.key_at_rest, HEADER, DE.storage_key)


def test_a_key_and_nonce_never_meet_twice() -> None:
    one, two = sealed(), sealed()
    assert sealing.unwrap(one.wraps, HEADER, DE) != sealing.unwrap(two.wraps, HEADER, DE)
    assert one.ciphertext != two.ciphertext
    assert one.key_at_rest[:12] != two.key_at_rest[:12]


def test_content_moved_under_another_header_does_not_open() -> None:
    one = sealed()
    key = sealing.unwrap(one.wraps, HEADER, DE)
    with pytest.raises(CannotOpenError):
        sealing.unwrap(one.wraps, OTHER, DE)
    with pytest.raises(CannotOpenError):
        sealing.open_payload(one.ciphertext, key, OTHER, COMMITMENT)
    with pytest.raises(CannotOpenError):
        sealing.unwrap_at_rest(one.key_at_rest, OTHER, QA.storage_key)


def test_one_ciphertext_never_opens_to_two_payloads_that_both_pass() -> None:
    for salt, payload in (
        (SALT, PAYLOAD + b"."),
        (seed("other"), PAYLOAD),
        (SALT[:-1], SALT[-1:] + PAYLOAD),
        (b"", b""),
    ):
        with pytest.raises(CommitmentMismatchError):
            sealing.check_commitment(salt, payload, COMMITMENT)
    other = sealing.seal(SALT, b"something else", HEADER, QA, [DE.public])
    key = sealing.unwrap(other.wraps, HEADER, DE)
    with pytest.raises(CommitmentMismatchError):
        sealing.open_payload(other.ciphertext, key, HEADER, COMMITMENT)


def test_after_erasure_the_commitment_does_not_confirm_a_guess() -> None:
    """Without the salt, the right guess looks like any wrong one: commitments of one payload never repeat."""
    commitments = {sealing.commit(sealing.new_salt(), PAYLOAD) for _ in range(50)}
    assert len(commitments) == 50
    assert COMMITMENT not in commitments
    assert sealing.commit(b"", PAYLOAD) not in commitments
    assert len(sealing.new_salt()) == sealing.SALT_BYTES == 32


def test_the_salt_travels_inside_only() -> None:
    one = sealed()
    for part in (one.ciphertext, *(wrap.wrapped for wrap in one.wraps)):
        assert SALT not in part
        assert PAYLOAD not in part
    assert len(one.ciphertext) == len(PAYLOAD) + sealing.SEALED_OVERHEAD


@given(st.data())
@settings(max_examples=150, deadline=None)
def test_any_changed_byte_is_refused(data: st.DataObject) -> None:
    one = sealed()
    key = sealing.unwrap(one.wraps, HEADER, DE)
    part = data.draw(st.sampled_from(["ciphertext", "wrap", "rest"]))
    raw = bytearray({"ciphertext": one.ciphertext, "wrap": one.wraps[1].wrapped, "rest": one.key_at_rest}[part])
    raw[data.draw(st.integers(0, len(raw) - 1))] ^= data.draw(st.integers(1, 255))
    changed = bytes(raw) if data.draw(st.booleans()) else bytes(raw)[: data.draw(st.integers(0, len(raw) - 1))]
    openers: dict[str, Callable[[], object]] = {
        "ciphertext": lambda: sealing.open_payload(changed, key, HEADER, COMMITMENT),
        "wrap": lambda: sealing.unwrap([sealing.Wrap("DE.berlin", changed)], HEADER, DE),
        "rest": lambda: sealing.unwrap_at_rest(changed, HEADER, QA.storage_key),
    }
    with pytest.raises(ComityError):
        openers[part]()


@pytest.mark.parametrize("size", [0, 16, 31, 32, 33])
def test_keys_of_any_size_raise_the_documented_error(size: int) -> None:
    with pytest.raises(CannotOpenError):
        sealing.open_payload(sealed().ciphertext, bytes(size), HEADER, COMMITMENT)


def test_empty_payload_is_sealed_like_any_other() -> None:
    one = sealing.seal(SALT, b"", HEADER, QA, [DE.public])
    key = sealing.unwrap(one.wraps, HEADER, DE)
    assert sealing.open_payload(one.ciphertext, key, HEADER, sealing.commit(SALT, b"")) == (SALT, b"")


def test_wrap_is_written_as_a_pair() -> None:
    data = msgspec.msgpack.encode(sealing.Wrap("DE.berlin", b"x"))
    assert msgspec.msgpack.decode(data) == ["DE.berlin", b"x"]
