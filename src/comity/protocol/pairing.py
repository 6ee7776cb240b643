"""Introduce two nodes to each other, as in ``spec/identity.md``: invitation, acceptance, and words on the telephone.

The acceptance carries a fresh transport key sealed to the inviter.  Both sides then read out the same twelve words:
132 bits over both identities and that key, too many to be matched by somebody in between.
"""

import secrets
from typing import Annotated, Final

from msgspec import Meta

from comity.protocol.canonical import Strict, decode, digest, encode
from comity.protocol.errors import MalformedError, WrongAddressError
from comity.protocol.keys import NodeKeys, PublicKeys
from comity.protocol.names import Digest, hex_digest

INVITATION_V: Final = "comity/v1/invitation"
ACCEPTANCE_V: Final = "comity/v1/acceptance"
PAIRING_V: Final = "comity/v1/pairing"
PAIRING_LIMIT: Final = 64 * 1024
WORDS: Final = 12
WORD_BITS: Final = 11

Endpoint = Annotated[str, Meta(max_length=300, pattern=r"^(https?://[^\s]+)?$(?!\n)")]


class Invitation(Strict):
    """Introduce the inviting node: identity, address (empty: it only calls out), TLS certificate in PEM if its own."""

    v: str
    identity: bytes
    endpoint: Endpoint = ""
    certificate: Annotated[str, Meta(max_length=16_384)] = ""


class Acceptance(Strict):
    """Answer an invitation: the accepting node, and the transport key sealed to the inviter."""

    v: str
    invitation: Digest
    identity: bytes
    sealed_key: bytes
    endpoint: Endpoint = ""
    certificate: Annotated[str, Meta(max_length=16_384)] = ""


def invite(identity: bytes, endpoint: str, certificate: str = "") -> bytes:
    """Return an invitation file for the partner."""
    PublicKeys(identity)
    return encode(Invitation(v=INVITATION_V, identity=identity, endpoint=endpoint, certificate=certificate))


def read_invitation(data: bytes) -> tuple[Invitation, PublicKeys]:
    """Return an invitation and the keys in it.  Raises `MalformedError` or `TooLargeError`."""
    invitation = decode(data, Invitation, limit=PAIRING_LIMIT)
    if invitation.v != INVITATION_V:
        raise MalformedError("This is not a Comity invitation of version 1.")
    return invitation, PublicKeys(invitation.identity)


def accept(invitation: bytes, keys: NodeKeys, endpoint: str, certificate: str = "") -> tuple[bytes, bytes]:
    """Return the acceptance file for the inviter, and the transport key both will share."""
    _, inviter = read_invitation(invitation)
    if inviter.node == keys.node:
        raise WrongAddressError("This invitation is this node's own.", "Send it to the partner instead.")
    key = secrets.token_bytes(32)
    sealed = inviter.seal(key, _info(invitation, keys.public))
    acceptance = Acceptance(
        v=ACCEPTANCE_V,
        invitation=hex_digest(digest(INVITATION_V, invitation)),
        identity=keys.public.document,
        sealed_key=sealed,
        endpoint=endpoint,
        certificate=certificate,
    )
    return encode(acceptance), key


def complete(invitation: bytes, data: bytes, keys: NodeKeys) -> tuple[Acceptance, PublicKeys, bytes]:
    """Return acceptance, partner's keys and transport key, at the node that made ``invitation``.

    Raises `WrongAddressError` for an answer to another invitation, `CannotOpenError`, `MalformedError`.
    """
    acceptance = decode(data, Acceptance, limit=PAIRING_LIMIT)
    if acceptance.v != ACCEPTANCE_V:
        raise MalformedError("This is not a Comity acceptance of version 1.")
    if acceptance.invitation != hex_digest(digest(INVITATION_V, invitation)):
        raise WrongAddressError(
            "This acceptance answers another invitation.", "Use the answer to the latest invitation."
        )
    partner = PublicKeys(acceptance.identity)
    key = keys.open(acceptance.sealed_key, _info(invitation, partner))
    if partner.node == keys.node or len(key) != 32:
        raise MalformedError("This acceptance names this node itself, or holds no key.")
    return acceptance, partner, key


def pairing_code(one: PublicKeys, other: PublicKeys, transport_key: bytes) -> tuple[int, ...]:
    """Return what both sides compare: `WORDS` numbers below 2**`WORD_BITS`, the same on either node.

    SECURITY: a person in between cannot show both sides the same words. Holds because the words are 132 bits of a
    digest over both identities and the transport key. Breaks if people compare only some of them.
    """
    fingerprints = sorted((one.fingerprint, other.fingerprint))
    value = int.from_bytes(digest(PAIRING_V, b"".join(fingerprints) + digest(PAIRING_V, transport_key)))
    return tuple(value >> 256 - WORD_BITS * (i + 1) & (1 << WORD_BITS) - 1 for i in range(WORDS))


def _info(invitation: bytes, accepter: PublicKeys) -> bytes:
    return digest(ACCEPTANCE_V, digest(INVITATION_V, invitation) + accepter.fingerprint)
