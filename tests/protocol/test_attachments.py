"""Attachments: any size, in pieces, and nothing unverified comes out."""

import hashlib
import tracemalloc
from collections.abc import Iterator

import pytest
from cryptography.cobblestone import Cobblestone256Decryptor, Cobblestone256Encryptor
from cryptography.exceptions import InvalidTag
from hypothesis import given, settings
from hypothesis import strategies as st

from comity.protocol.attachments import (
    CHUNK,
    CONTEXT,
    HEAD,
    SEALED_CHUNK,
    TAG,
    blob_digest,
    decrypt,
    encrypt,
    new_key,
    sealed_size,
)
from comity.protocol.errors import CannotOpenError
from tests.protocol.world import seed

KEY = seed("attachment")
SIZES = (0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK - 1, 3 * CHUNK, 3 * CHUNK + 7, 300 * CHUNK + 1)


def pieces(data: bytes, size: int) -> list[bytes]:
    return [data[i : i + size] for i in range(0, len(data), size)]


@pytest.mark.parametrize("size", SIZES)
def test_what_we_encrypt_another_implementation_opens_and_the_reverse(size: int) -> None:
    plain = (b"0123456789" * (size // 10 + 1))[:size]
    ours = b"".join(encrypt(pieces(plain, 5000), KEY))
    assert len(ours) == sealed_size(size)
    theirs = Cobblestone256Decryptor(KEY, CONTEXT)
    assert theirs.update(ours) + theirs.finalize() == plain
    encryptor = Cobblestone256Encryptor(KEY, CONTEXT)
    assert b"".join(decrypt(pieces(encryptor.update(plain) + encryptor.finalize(), 7777), KEY)) == plain


@given(st.integers(0, 3 * CHUNK), st.integers(1, 40_000), st.integers(1, 40_000))
@settings(max_examples=60, deadline=None)
def test_sizes_of_pieces_make_no_difference(size: int, write: int, read: int) -> None:
    plain = bytes(size)
    blob = b"".join(encrypt(pieces(plain, write), KEY))
    assert b"".join(decrypt(pieces(blob, read), KEY)) == plain


@given(st.data())
@settings(max_examples=150, deadline=None)
def test_any_changed_cut_or_added_byte_is_refused(data: st.DataObject) -> None:
    blob = b"".join(encrypt([bytes(2 * CHUNK + 100)], KEY))
    at = data.draw(st.integers(0, len(blob) - 1))
    changed = bytes([blob[at] ^ data.draw(st.integers(1, 255))])
    for wrong in (blob[:at] + changed + blob[at + 1 :], blob[:at], blob[:at] + b"x" + blob[at:]):
        with pytest.raises(CannotOpenError):
            b"".join(decrypt([wrong], KEY))
        theirs = Cobblestone256Decryptor(KEY, CONTEXT)
        with pytest.raises(InvalidTag):
            (theirs.update(wrong), theirs.finalize())


def test_chunks_cannot_be_reordered_doubled_or_dropped_or_taken_from_another() -> None:
    blob = b"".join(encrypt([bytes(3 * CHUNK)], KEY))
    other = b"".join(encrypt([bytes(3 * CHUNK)], KEY))
    head, chunks = blob[:HEAD], pieces(blob[HEAD:], SEALED_CHUNK)
    foreign = pieces(other[HEAD:], SEALED_CHUNK)
    orders = ([1, 0, 2, 3], [0, 0, 2, 3], [0, 2, 3], [1, 2, 3], [0, 1, 2], [0, 1, 2, 3, 3])
    for order in orders:
        with pytest.raises(CannotOpenError):
            b"".join(decrypt([head, *(chunks[i] for i in order)], KEY))
    with pytest.raises(CannotOpenError):
        b"".join(decrypt([head, chunks[0], foreign[1], *chunks[2:]], KEY))


def test_one_ciphertext_opens_under_one_key_only() -> None:
    blob = b"".join(encrypt([b"a plan"], KEY))
    for key in (new_key(), KEY[:-1], KEY + b"\x00", b""):
        stream = decrypt([blob], key)
        with pytest.raises(CannotOpenError):
            next(stream)


def test_nothing_comes_out_before_it_is_verified() -> None:
    blob = bytearray(b"".join(encrypt([bytes(3 * CHUNK)], KEY)))
    blob[HEAD + SEALED_CHUNK + 5] ^= 1
    stream = decrypt(pieces(bytes(blob), SEALED_CHUNK), KEY)
    got: list[bytes] = []
    with pytest.raises(CannotOpenError):
        got.extend(stream)
    assert b"".join(got) in (b"", bytes(CHUNK))


def test_same_content_looks_different_each_time() -> None:
    names = {hashlib.sha256(b"".join(encrypt([b"a plan"], KEY))).digest() for _ in range(10)}
    assert len(names) == 10
    assert blob_digest().name == "sha256"


def test_memory_is_bounded_at_any_size() -> None:
    def source() -> Iterator[bytes]:
        for _ in range(256):
            yield bytes(256 * 1024)

    tracemalloc.start()
    total = sum(len(block) for block in decrypt(encrypt(source(), KEY), KEY))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert total == 64 * 1024 * 1024
    assert peak < 4 * 1024 * 1024


def test_sizes_are_known_beforehand() -> None:
    assert sealed_size(0) == HEAD + TAG
    assert sealed_size(CHUNK) == HEAD + CHUNK + 2 * TAG
