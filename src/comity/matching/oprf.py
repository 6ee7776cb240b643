"""Evaluate a keyed function on an input that the key holder never sees (RFC 9497, ristretto255-SHA512).

The holder has a key, the asker an input; the asker learns F(key, input), 64 bytes, and the holder learns
that one evaluation took place. Mode VOPRF adds a proof that the agreed key was used. Page: `spec/blind-search.md`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum

from comity.matching import dleq, group, native
from comity.matching.dleq import Proof
from comity.matching.errors import MalformedError
from comity.matching.group import Element, Scalar
from comity.matching.native import Origin

OUTPUT_BYTES = 64
MAX_INPUT_BYTES = 0xFFFF
_SUITE = b"ristretto255-SHA512"


class Mode(IntEnum):
    """Number the two modes in use (RFC 9497, section 3.1)."""

    OPRF = 0
    VOPRF = 1


@dataclass(frozen=True, slots=True)
class KeyPair:
    """Hold a holder's secret scalar and the element that names it publicly; `origin` if a seed gave them."""

    mode: Mode
    secret: Scalar
    public: Element
    origin: Origin | None = None

    def __repr__(self) -> str:
        """Show the public half alone, so that no log can hold the secret."""
        return f"KeyPair({self.mode.name}, public={self.public.hex()})"


@dataclass(frozen=True, slots=True)
class Blinding:
    """Hold one blinded input: the element to send, and the secret factor and input to keep."""

    input: bytes
    factor: Scalar
    element: Element

    def __repr__(self) -> str:
        """Show the blinded element alone: input and factor are the asker's secrets."""
        return f"Blinding(element={self.element.hex()})"


@dataclass(frozen=True, slots=True)
class Evaluation:
    """Hold a holder's answer to a batch; `proof` is None in mode OPRF."""

    elements: tuple[Element, ...]
    proof: Proof | None


def context(mode: Mode) -> bytes:
    """Return the context string that separates modes and suites (CreateContextString, section 3.1)."""
    return b"OPRFV1-" + bytes([mode]) + b"-" + _SUITE


def generate_key(mode: Mode) -> KeyPair:
    """Draw a fresh key pair."""
    secret = group.random_scalar()
    return KeyPair(mode, secret, group.multiply_base(secret))


def key_from_secret(mode: Mode, secret: bytes) -> KeyPair:
    """Rebuild a pair from the stored secret; raise MalformedError for a non-canonical or zero scalar."""
    scalar = group.parse_scalar(secret)
    return KeyPair(mode, scalar, group.multiply_base(scalar))


def derive_key(mode: Mode, seed: bytes, info: bytes) -> KeyPair:
    """Derive a key pair from a 32-byte seed (DeriveKeyPair, section 3.2.1)."""
    if len(seed) != 32:
        raise MalformedError("a seed is exactly 32 bytes")
    text = seed + len(info).to_bytes(2, "big") + info
    for counter in range(256):
        secret = group.hash_to_scalar(text + bytes([counter]), b"DeriveKeyPair" + context(mode))
        if secret != bytes(32):
            origin = Origin(seed, info) if mode is Mode.VOPRF else None
            return KeyPair(mode, secret, group.multiply_base(secret), origin)
    raise MalformedError("the seed yields no key")


def hash_input(mode: Mode, data: bytes) -> Element:
    """Map an input to the group; raise MalformedError above 65,535 bytes."""
    if len(data) > MAX_INPUT_BYTES:
        raise MalformedError("an input is at most 65535 bytes")
    return group.hash_to_element(data, b"HashToGroup-" + context(mode))


def blind(mode: Mode, data: bytes, factor: Scalar | None = None) -> Blinding:
    """Blind one input (Blind, section 3.3.1); `factor` is for test vectors only."""
    # SECURITY: a blinded element says nothing of its input. Holds because the factor is uniform and used
    # once, so the product is uniform too. Breaks if a factor is passed in outside a test, or reused.
    fresh = group.random_scalar() if factor is None else factor
    return Blinding(data, fresh, group.multiply(fresh, hash_input(mode, data)))


def evaluate(key: KeyPair, blinded: Sequence[Element], nonce: Scalar | None = None) -> Evaluation:
    """Answer a batch under the key (BlindEvaluate, sections 3.3.1 and 3.3.2); VOPRF adds one proof.

    The time depends on the number of elements alone: the holder looks nothing up.
    """
    if key.origin is not None and nonce is None and 0 < len(blinded) <= native.MOST_AT_ONCE:
        return Evaluation(*native.evaluate(key.origin, blinded))
    elements = tuple([group.multiply(key.secret, element) for element in blinded])
    if key.mode is Mode.OPRF:
        return Evaluation(elements, None)
    proof = dleq.prove(context(key.mode), key.secret, key.public, blinded, elements, nonce=nonce)
    return Evaluation(elements, proof)


def finalize(mode: Mode, blindings: Sequence[Blinding], answer: Evaluation, public: Element) -> list[bytes]:
    """Verify a batch (VOPRF), unblinds it and returns 64 bytes per input (Finalize, section 3.3).

    Raise ProofError if the proof is missing or does not hold, MalformedError if the counts differ.
    """
    if len(blindings) != len(answer.elements):
        raise MalformedError("a batch has as many answers as questions")
    if mode is Mode.VOPRF:
        proof = answer.proof
        if proof is None:
            raise MalformedError("the answer lacks its proof")
        dleq.verify(context(mode), public, [b.element for b in blindings], answer.elements, proof)
    inverses = group.invert_scalars([b.factor for b in blindings])
    return [
        _output(blinding.input, group.multiply(inverse, element))
        for blinding, inverse, element in zip(blindings, inverses, answer.elements, strict=True)
    ]


def evaluate_plain(key: KeyPair, data: bytes) -> bytes:
    """Return F(key, data) for an input the holder has itself (Evaluate, section 3.3.1)."""
    if key.origin is not None:
        return native.evaluate_plain(key.origin, data)
    return _output(data, group.multiply(key.secret, hash_input(key.mode, data)))


def _output(data: bytes, element: Element) -> bytes:
    text = len(data).to_bytes(2, "big") + data + b"\0\x20" + element + b"Finalize"
    return hashlib.sha512(text).digest()
