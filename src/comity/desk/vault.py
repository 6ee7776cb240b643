"""Seal what officers write before it rests in the database."""

import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from comity.channel.runtime import LocalNode
from comity.protocol import sealing
from comity.protocol.errors import CannotOpenError

_WRAPPED = 60
_ONE_USE_NONCE = bytes(12)


def seal(node: LocalNode, label: str, plain: bytes) -> bytes:
    """Return ``plain`` encrypted under a fresh key, wrapped by the node's storage key; both are bound to ``label``."""
    key = secrets.token_bytes(sealing.KEY_BYTES)
    bound = _bound(label)
    wrapped = sealing.wrap_at_rest(key, bound, node.keys.storage_key)
    # SECURITY: a key and nonce never meet twice. Holds because the key is fresh and encrypts this one text.
    return wrapped + AESGCM(key).encrypt(_ONE_USE_NONCE, plain, bound)


def unseal(node: LocalNode, label: str, data: bytes) -> bytes:
    """Return what `seal` was given.  Raises `CannotOpenError`."""
    bound = _bound(label)
    key = sealing.unwrap_at_rest(data[:_WRAPPED], bound, node.keys.storage_key)
    try:
        return AESGCM(key).decrypt(_ONE_USE_NONCE, data[_WRAPPED:], bound)
    except (InvalidTag, ValueError):
        raise CannotOpenError("A draft does not open with this node's storage key, or was changed.") from None


def _bound(label: str) -> bytes:
    return b"comity/v1/desk-draft\n" + label.encode()
