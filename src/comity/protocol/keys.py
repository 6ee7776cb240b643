"""Hold a node's keys: Ed25519 and ML-DSA-65 to sign, MLKEM768-X25519 to receive, as in ``spec/identity.md``.

Post-quantum from the first day: what is recorded now must stay secret, and provable, for decades.  Both signatures
must verify; either algorithm may fall and the other still holds.
"""

import secrets
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA65PrivateKey, MLDSA65PublicKey
from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM768PrivateKey, MLKEM768PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.hpke import (
    AEAD,
    KDF,
    KEM,
    MLKEM768X25519PrivateKey,
    MLKEM768X25519PublicKey,
    Suite,
)

from comity.protocol.canonical import Strict, decode, digest, encode
from comity.protocol.errors import CannotOpenError, MalformedError, SignatureInvalidError
from comity.protocol.names import AuthorityName, Instant, NodeName, Party, party_of

IDENTITY_LIMIT: Final = 16 * 1024
HPKE_OVERHEAD: Final = 1136
"""Bytes that HPKE adds: the encapsulated key (1088 + 32) and one tag (16)."""

_SUITE = Suite(KEM.MLKEM768_X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM)


class Identity(Strict):
    """Name a node and its public keys; what the partner pins when pairing.  Holds no personal data."""

    v: str
    node: NodeName
    party: Party
    authorities: tuple[AuthorityName, ...]
    created: Instant
    ed25519: bytes
    mldsa65: bytes
    mlkem768: bytes
    x25519: bytes


IDENTITY_V: Final = "comity/v1/identity"
_SIZES: Final = {"ed25519": 32, "mldsa65": 1952, "mlkem768": 1184, "x25519": 32}


@dataclass(frozen=True, slots=True)
class SignaturePair:
    """Hold the two signatures over one text; neither counts without the other."""

    ed25519: bytes
    mldsa65: bytes


class PublicKeys:
    """Verify and seal for one node, from its `Identity` as it travelled."""

    def __init__(self, identity: bytes) -> None:
        """Read ``identity``.  Raises `MalformedError` when a key has the wrong size or names do not agree."""
        self.document = identity
        self.identity = decode(identity, Identity, limit=IDENTITY_LIMIT)
        _check_identity(self.identity)
        try:
            self._ed25519 = Ed25519PublicKey.from_public_bytes(self.identity.ed25519)
            self._mldsa65 = MLDSA65PublicKey.from_public_bytes(self.identity.mldsa65)
            self._hpke = MLKEM768X25519PublicKey(
                MLKEM768PublicKey.from_public_bytes(self.identity.mlkem768),
                X25519PublicKey.from_public_bytes(self.identity.x25519),
            )
        except ValueError:
            raise MalformedError("A public key of this identity is not a valid key.") from None

    @property
    def node(self) -> str:
        """Return the node's name."""
        return self.identity.node

    @cached_property
    def fingerprint(self) -> bytes:
        """Return the digest of the identity as it travelled; 32 bytes."""
        return digest(IDENTITY_V, self.document)

    def verify(self, text: bytes, context: str, pair: SignaturePair, mldsa_text: bytes | None = None) -> None:
        """Verify both signatures over ``text``; ``mldsa_text`` where the standard gives ML-DSA another text.

        Raises `SignatureInvalidError` unless both hold.
        """
        try:
            self._ed25519.verify(pair.ed25519, text)
            self._mldsa65.verify(pair.mldsa65, mldsa_text or text, context.encode())
        except InvalidSignature:
            raise SignatureInvalidError(f"A signature of {self.node} does not verify.") from None

    def seal(self, plaintext: bytes, info: bytes) -> bytes:
        """Return ``plaintext`` sealed for this node (HPKE base mode, one shot); `HPKE_OVERHEAD` bytes longer."""
        return _SUITE.encrypt(plaintext, self._hpke, info)


class NodeKeys:
    """Sign and open as this node.  Stored as four seeds and the key that wraps payload keys at rest."""

    def __init__(self, secret: "NodeSecret", identity: bytes) -> None:
        """Join the secret seeds to the published ``identity``.  Raises `MalformedError` if they do not belong."""
        self.secret = secret
        self.public = PublicKeys(identity)
        self._ed25519 = Ed25519PrivateKey.from_private_bytes(secret.ed25519)
        self._mldsa65 = MLDSA65PrivateKey.from_seed_bytes(secret.mldsa65)
        mlkem = MLKEM768PrivateKey.from_seed_bytes(secret.mlkem768)
        x25519 = X25519PrivateKey.from_private_bytes(secret.x25519)
        self._hpke = MLKEM768X25519PrivateKey(mlkem, x25519)
        if public_bytes(secret) != tuple(getattr(self.public.identity, name) for name in _SIZES):
            raise MalformedError(
                "The secret keys do not belong to this identity.", "Restore both files from one backup."
            )

    @property
    def node(self) -> str:
        """Return this node's name."""
        return self.public.node

    @property
    def storage_key(self) -> bytes:
        """Return the 32-byte key that wraps payload keys at rest."""
        return self.secret.storage

    def sign(self, text: bytes, context: str, mldsa_text: bytes | None = None) -> SignaturePair:
        """Return both signatures over ``text``, ML-DSA bound to ``context``."""
        return SignaturePair(self._ed25519.sign(text), self._mldsa65.sign(mldsa_text or text, context.encode()))

    def open(self, sealed: bytes | memoryview, info: bytes) -> bytes:
        """Return what was sealed for this node.  Raises `CannotOpenError`."""
        try:
            return _SUITE.decrypt(sealed, self._hpke, info)
        except Exception:  # noqa: BLE001  # as said below
            # The library raises several kinds for one fact; none of them may tell an attacker more than this.
            raise CannotOpenError("This was not sealed for this node, or was changed on the way.") from None


class NodeSecret(Strict):
    """Hold the seeds of a node's keys; the content of its key file."""

    ed25519: bytes
    mldsa65: bytes
    mlkem768: bytes
    x25519: bytes
    storage: bytes


def new_secret() -> NodeSecret:
    """Return fresh seeds from the operating system's generator."""
    return NodeSecret(
        ed25519=secrets.token_bytes(32),
        mldsa65=secrets.token_bytes(32),
        mlkem768=secrets.token_bytes(64),
        x25519=secrets.token_bytes(32),
        storage=secrets.token_bytes(32),
    )


def public_bytes(secret: NodeSecret) -> tuple[bytes, bytes, bytes, bytes]:
    """Return the four public keys of ``secret``: Ed25519, ML-DSA-65, ML-KEM-768, X25519."""
    return (
        Ed25519PrivateKey.from_private_bytes(secret.ed25519).public_key().public_bytes_raw(),
        MLDSA65PrivateKey.from_seed_bytes(secret.mldsa65).public_key().public_bytes_raw(),
        MLKEM768PrivateKey.from_seed_bytes(secret.mlkem768).public_key().public_bytes_raw(),
        X25519PrivateKey.from_private_bytes(secret.x25519).public_key().public_bytes_raw(),
    )


def make_identity(secret: NodeSecret, node: str, authorities: tuple[str, ...], created: str) -> bytes:
    """Return the identity document of a node with ``secret``, ready to publish.

    Raises `MalformedError` when the names do not belong to one party.
    """
    ed25519, mldsa65, mlkem768, x25519 = public_bytes(secret)
    identity = Identity(
        v=IDENTITY_V,
        node=node,
        party=party_of(node),
        authorities=authorities,
        created=created,
        ed25519=ed25519,
        mldsa65=mldsa65,
        mlkem768=mlkem768,
        x25519=x25519,
    )
    document = encode(identity)
    return PublicKeys(document).document


def _check_identity(identity: Identity) -> None:
    if identity.v != IDENTITY_V:
        raise MalformedError("This is not a Comity identity of version 1.")
    if {party_of(identity.node), *map(party_of, identity.authorities)} != {identity.party}:
        raise MalformedError("A node and its authorities must belong to one party.")
    if not identity.authorities or len(set(identity.authorities)) != len(identity.authorities):
        raise MalformedError("An identity names each of its authorities once, and at least one.")
    for name, size in _SIZES.items():
        if len(getattr(identity, name)) != size:
            raise MalformedError(f"The {name} key of this identity must have {size} bytes.")
