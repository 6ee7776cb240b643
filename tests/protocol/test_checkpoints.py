"""Notes, checkpoints and cosignatures."""

import base64
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from comity.protocol import checkpoints as cp
from comity.protocol.errors import (
    ComityError,
    MalformedError,
    SignatureInvalidError,
    TooLargeError,
    WrongAddressError,
)
from comity.protocol.notes import MAX_SIGNATURES, NOTE_LIMIT, Signature, key_id, parse_note
from tests.protocol.world import CHANNEL, DE, QA, STRANGER

HEAD = cp.Checkpoint(cp.JournalName(CHANNEL, "QA.doha"), 42, bytes(range(32)))


@cache
def signed() -> cp.SignedCheckpoint:
    return cp.sign_checkpoint(HEAD, QA)


@cache
def receipt() -> cp.Cosignature:
    return cp.cosign(signed(), DE, 1_795_000_000)


def test_text_of_a_checkpoint_is_that_of_c2sp() -> None:
    root = base64.b64encode(bytes(range(32))).decode()
    assert HEAD.text().decode() == f"comity/v1/journal/{CHANNEL}/QA.doha\n42\n{root}\n"


def test_checkpoint_comes_back_as_it_was_signed() -> None:
    opened = cp.open_checkpoint(signed().note, QA.public)
    assert opened == signed()
    assert parse_note(signed().note).encode() == signed().note


def test_cosigned_checkpoint_is_a_receipt_with_a_time() -> None:
    note = signed().note + receipt().lines
    assert cp.open_checkpoint(note, QA.public).checkpoint == HEAD
    opened = cp.open_cosignature(note, DE.public)
    assert (opened.time, opened.cosigner, opened.checkpoint) == (1_795_000_000, "DE.berlin", HEAD)
    assert opened.lines == receipt().lines


def test_signatures_of_strangers_are_ignored_and_those_of_known_keys_are_not() -> None:
    stranger = cp.cosign(signed(), STRANGER, 5).lines
    note = signed().note + stranger + receipt().lines
    assert cp.open_checkpoint(note, QA.public).checkpoint == HEAD
    assert cp.open_cosignature(note, DE.public).time == 1_795_000_000
    with pytest.raises(SignatureInvalidError):
        cp.open_cosignature(signed().note + stranger, DE.public)


def test_a_cosignature_is_never_taken_for_an_owners_signature() -> None:
    # The owner's key identifiers differ for each use, and so do the texts.
    own = cp.cosign(cp.SignedCheckpoint(cp.Checkpoint(cp.JournalName(CHANNEL, "DE.berlin"), 42, HEAD.root), b""), QA, 1)
    body = own.checkpoint.text() + b"\n" + own.lines
    with pytest.raises(SignatureInvalidError):
        cp.open_checkpoint(body, DE.public)
    with pytest.raises(WrongAddressError):
        cp.open_checkpoint(body, QA.public)


def test_a_node_does_not_cosign_itself() -> None:
    with pytest.raises(WrongAddressError):
        cp.cosign(signed(), QA, 1)


@given(st.data())
@settings(max_examples=300, deadline=None)
def test_any_changed_byte_of_a_cosigned_checkpoint_is_refused(data: st.DataObject) -> None:
    note = bytearray(signed().note + receipt().lines)
    at = data.draw(st.integers(0, len(note) - 1))
    note[at] ^= data.draw(st.integers(1, 255))
    with pytest.raises(ComityError):
        open_both(bytes(note))


def open_both(note: bytes) -> None:
    assert cp.open_checkpoint(note, QA.public).checkpoint == HEAD
    cp.open_cosignature(note, DE.public)


@given(st.binary(max_size=400))
def test_random_notes_raise_documented_errors_only(data: bytes) -> None:
    for one in (
        data,
        HEAD.text() + b"\n" + data,
        HEAD.text() + "\n— QA.doha ".encode() + base64.b64encode(data) + b"\n",
    ):
        with pytest.raises(ComityError):
            cp.open_checkpoint(one, QA.public)


def test_note_limits_are_kept() -> None:
    with pytest.raises(TooLargeError):
        parse_note(b"x" * (NOTE_LIMIT + 1))
    line = Signature("a", b"1234", b"x").line()
    assert len(parse_note(b"text\n\n" + line * MAX_SIGNATURES).signatures) == MAX_SIGNATURES
    with pytest.raises(TooLargeError):
        parse_note(b"text\n\n" + line * (MAX_SIGNATURES + 1))


@pytest.mark.parametrize(
    "line",
    ["- a MTIzNHg=", "—a MTIzNHg=", "— a  MTIzNHg=", "— a b MTIzNHg=", "— a+b MTIzNHg=", "— \u00a0 MTIzNHg=",
     "— a MTIzNHg", "— a MTIzNHh=", "— a MTIz", "— a ", "—  MTIzNHg=", "— a MTIzNHg= ", "— a MTI\u00a0zNHg="],
)  # fmt: skip
def test_malleable_signature_lines_are_refused(line: str) -> None:
    with pytest.raises(MalformedError):
        parse_note(f"text\n\n{line}\n".encode())


def test_key_identifiers_are_those_of_c2sp() -> None:
    # The example of c2sp.org/signed-note: example.com/foo+530d903a+Aek...
    public = base64.b64decode("AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k")
    assert key_id("example.com/foo", public[:1], public[1:]).hex() == "530d903a"


def test_time_of_a_cosignature_has_a_bound() -> None:
    with pytest.raises(MalformedError):
        cp.cosign(signed(), DE, 2**63)
