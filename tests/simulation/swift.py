"""Stand in for ML-DSA-65 where only speed differs: a keyed hash of the same sizes.

A signature takes milliseconds and a scenario makes hundreds; what the channel does with signatures does not depend on
the mathematics.  Ed25519, HPKE and AES stay real.  ``--real-signatures`` leaves ML-DSA real, too.
"""

import hashlib

from cryptography.exceptions import InvalidSignature

from comity.protocol import keys

PUBLIC_BYTES = 1952
SIGNATURE_BYTES = 3309


class SwiftPublicKey:
    """Verify by computing the same hash."""

    def __init__(self, raw: bytes) -> None:
        self._raw = raw

    @classmethod
    def from_public_bytes(cls, raw: bytes) -> "SwiftPublicKey":
        return cls(raw)

    def public_bytes_raw(self) -> bytes:
        return self._raw

    def verify(self, signature: bytes, text: bytes, context: bytes) -> None:
        if signature != stamp(self._raw, text, context):
            raise InvalidSignature


class SwiftPrivateKey:
    """Sign by a hash under the public key; nobody in a simulation forges one by accident."""

    def __init__(self, seed: bytes) -> None:
        self._public = hashlib.shake_256(seed).digest(PUBLIC_BYTES)

    @classmethod
    def from_seed_bytes(cls, seed: bytes) -> "SwiftPrivateKey":
        return cls(seed)

    def public_key(self) -> SwiftPublicKey:
        return SwiftPublicKey(self._public)

    def sign(self, text: bytes, context: bytes) -> bytes:
        return stamp(self._public, text, context)


def stamp(public: bytes, text: bytes, context: bytes) -> bytes:
    """Return what stands for a signature."""
    short = hashlib.blake2b(context + b"\0" + text, key=public[:64]).digest()
    return short + bytes(SIGNATURE_BYTES - len(short))


def install() -> None:
    """Let every key made from now on be a quick one."""
    vars(keys)["MLDSA65PublicKey"] = SwiftPublicKey
    vars(keys)["MLDSA65PrivateKey"] = SwiftPrivateKey
