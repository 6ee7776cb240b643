"""Encrypt attachments of any size in bounded memory, as in ``spec/attachment.md``.

Source: c2sp.org/chunked-encryption, instantiation Cobblestone-256 (SHA-512, AES-256-GCM): chunks of 16 KiB, the last
one shorter, key and nonce derived with a key commitment.  An attachment is named by the digest of its encrypted
form; its key travels in the sealed payload of the record that announces it.
"""

import hashlib
import secrets
from collections.abc import Iterable, Iterator
from typing import Annotated, Final

from cryptography.cobblestone import Cobblestone256Decryptor, Cobblestone256Encryptor
from cryptography.exceptions import InvalidTag
from msgspec import Meta

from comity.protocol.canonical import Strict
from comity.protocol.errors import CannotOpenError
from comity.protocol.names import Digest

CHUNK: Final = 16 * 1024
TAG: Final = 16
SEALED_CHUNK: Final = CHUNK + TAG
HEAD: Final = 24 + 32
KEY_BYTES: Final = 32
CONTEXT: Final = b"comity/v1/attachment"


class Attachment(Strict):
    """Describe an attachment to its recipients; travels inside a sealed payload."""

    id: Digest
    key: Annotated[bytes, Meta(min_length=32, max_length=32)]
    name: Annotated[str, Meta(min_length=1, max_length=255)]
    media_type: Annotated[str, Meta(pattern=r"^[a-z]+/[a-z0-9.+-]{1,80}$(?!\n)")]
    size: Annotated[int, Meta(ge=0, le=2**52)]


def new_key() -> bytes:
    """Return a fresh key for one attachment."""
    return secrets.token_bytes(32)


def sealed_size(size: int) -> int:
    """Return how many bytes ``size`` bytes have once encrypted."""
    return HEAD + size + (size // CHUNK + 1) * TAG


def encrypt(blocks: Iterable[bytes], key: bytes) -> Iterator[bytes]:
    """Yield the encrypted form of ``blocks`` (any sizes), piece by piece.  Raises `CannotOpenError` for a wrong key."""
    _check_key(key)
    cipher = Cobblestone256Encryptor(key, CONTEXT)
    for block in blocks:
        yield cipher.update(block)
    yield cipher.finalize()


def decrypt(blocks: Iterable[bytes], key: bytes) -> Iterator[bytes]:
    """Yield the plain form of encrypted ``blocks`` (any sizes).

    Raises `CannotOpenError` before it yields anything that does not verify, and at the end when the end is missing:
    whoever writes what is yielded must discard it then.
    """
    _check_key(key)
    # SECURITY: one ciphertext opens under one key only. Holds because the format carries a key commitment, which the
    # library compares before it opens a chunk. Breaks if a format without one is ever accepted.
    cipher = Cobblestone256Decryptor(key, CONTEXT)
    try:
        for block in blocks:
            yield cipher.update(block)
        yield cipher.finalize()
    except (InvalidTag, ValueError):
        raise CannotOpenError("The attachment was changed, is cut short, or does not open with this key.") from None


def _check_key(key: bytes) -> None:
    if len(key) != KEY_BYTES:
        raise CannotOpenError("The key of an attachment has 32 bytes.")


def blob_digest() -> "hashlib._Hash":
    """Return the running hash that names an encrypted attachment."""
    return hashlib.sha256()
