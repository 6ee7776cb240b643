"""Seal a payload for its recipients and open it again, as in ``spec/sealing.md``.

A payload is encrypted once under a fresh key; that key is sealed to each recipient node, and wrapped for the author
under its own storage key so that an author who lost records can read its partner's copies.  The header commits to
the payload under a salt that travels inside: once key and content are destroyed, the commitment reveals nothing.
"""

import hmac
import secrets
from collections.abc import Sequence
from typing import Annotated, Final

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from comity.protocol.canonical import digest
from comity.protocol.errors import CannotOpenError, CommitmentMismatchError
from comity.protocol.keys import NodeKeys, PublicKeys
from comity.protocol.names import NodeName

KEY_BYTES: Final = 32
SALT_BYTES: Final = 32
SEALED_OVERHEAD: Final = SALT_BYTES + 16
WRAP_LIMIT: Final = 2048
"""A key sealed by HPKE has 1168 bytes; nobody stores more for a partner."""
PAYLOAD_V: Final = "comity/v1/payload"
SEAL_V: Final = b"comity/v1/seal\n"
REST_V: Final = b"comity/v1/at-rest\n"

_ONE_USE_NONCE: Final = bytes(12)


class Wrap(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """Hold a payload key wrapped for one node: HPKE for a recipient, the storage key for the author."""

    node: NodeName
    wrapped: Annotated[bytes, msgspec.Meta(max_length=WRAP_LIMIT)]


class SealedPayload(msgspec.Struct, frozen=True):
    """Hold an encrypted payload, its key wrapped for every reader, and the same key at rest here."""

    ciphertext: bytes
    wraps: tuple[Wrap, ...]
    key_at_rest: bytes


def new_salt() -> bytes:
    """Return a fresh salt for one commitment."""
    return secrets.token_bytes(SALT_BYTES)


def commit(salt: bytes, payload: bytes) -> bytes:
    """Return the commitment to ``payload`` that its header carries; 32 bytes."""
    return digest(PAYLOAD_V, salt + payload)


def seal(
    salt: bytes, payload: bytes, header: bytes, author: NodeKeys, recipients: Sequence[PublicKeys]
) -> SealedPayload:
    """Encrypt ``payload`` for ``recipients`` and its author, bound to ``header``."""
    key = secrets.token_bytes(KEY_BYTES)
    bound = _bound(header)
    # SECURITY: a key and nonce never meet twice. Holds because the key is fresh and encrypts this one message.
    # Breaks if a payload key is ever used again.
    ciphertext = AESGCM(key).encrypt(_ONE_USE_NONCE, salt + payload, bound)
    at_rest = wrap_at_rest(key, header, author.storage_key)
    wraps = [Wrap(author.node, at_rest)]
    wraps += [Wrap(to.node, to.seal(key, SEAL_V + bound + to.node.encode())) for to in recipients]
    return SealedPayload(ciphertext, tuple(wraps), at_rest)


def unwrap(wraps: Sequence[Wrap], header: bytes, keys: NodeKeys) -> bytes:
    """Return the payload key that was sealed for this node.  Raises `CannotOpenError`."""
    for wrap in wraps:
        if wrap.node == keys.node:
            return keys.open(wrap.wrapped, SEAL_V + _bound(header) + keys.node.encode())
    raise CannotOpenError("The payload was not sealed for this node.")


def open_payload(ciphertext: bytes, key: bytes, header: bytes, commitment: bytes) -> tuple[bytes, bytes]:
    """Return salt and payload, checked against the header's ``commitment``.

    Raises `CannotOpenError` or `CommitmentMismatchError`.
    """
    try:
        plain = AESGCM(key).decrypt(_ONE_USE_NONCE, ciphertext, _bound(header))
    except (InvalidTag, ValueError):
        raise CannotOpenError("The payload does not open with its key, or was changed.") from None
    salt, payload = plain[:SALT_BYTES], plain[SALT_BYTES:]
    check_commitment(salt, payload, commitment)
    return salt, payload


def check_commitment(salt: bytes, payload: bytes, commitment: bytes) -> None:
    """Verify that ``payload`` is what a header committed to.  Raises `CommitmentMismatchError`."""
    # SECURITY: one ciphertext never opens to two payloads that both pass. Holds because the commitment is in the
    # signed tree and SHA-256 is collision resistant, although AES-GCM alone commits to no key.
    if len(salt) != SALT_BYTES or not hmac.compare_digest(commit(salt, payload), commitment):
        raise CommitmentMismatchError("The payload is not the one that the header committed to.")


def wrap_at_rest(key: bytes, header: bytes, storage_key: bytes) -> bytes:
    """Return a payload key wrapped under the node's storage key; 60 bytes."""
    nonce = secrets.token_bytes(12)
    return nonce + AESGCM(storage_key).encrypt(nonce, key, REST_V + _bound(header))


def unwrap_at_rest(wrapped: bytes, header: bytes, storage_key: bytes) -> bytes:
    """Return a payload key from its form at rest.  Raises `CannotOpenError`."""
    try:
        return AESGCM(storage_key).decrypt(wrapped[:12], wrapped[12:], REST_V + _bound(header))
    except (InvalidTag, ValueError):
        raise CannotOpenError(
            "A payload key does not open with this node's storage key.",
            "Check that the key file and the database come from one backup.",
        ) from None


def _bound(header: bytes) -> bytes:
    return digest("comity/v1/record", header)
