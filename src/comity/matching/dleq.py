"""Prove that one key was used for a whole batch, and verifies it (RFC 9497, section 2.2).

The proof is of equality of discrete logarithms: the key k of the public key k*G is the k of every pair
(C[i], k*C[i]). The batch is first folded into one pair by weights that nobody can steer.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from hmac import compare_digest

from comity.matching import group
from comity.matching.errors import MalformedError, ProofError
from comity.matching.group import Element, Scalar

PROOF_BYTES = 64


@dataclass(frozen=True, slots=True)
class Proof:
    """Hold the challenge and the response of one batched proof; 64 bytes on the wire."""

    challenge: Scalar
    response: Scalar

    def encode(self) -> bytes:
        """Return challenge || response."""
        return self.challenge + self.response

    @classmethod
    def parse(cls, data: bytes) -> Proof:
        """Read a proof; raise MalformedError unless both halves are canonical scalars."""
        if len(data) != PROOF_BYTES:
            raise MalformedError("a proof is exactly 64 bytes")
        return cls(group.parse_scalar_or_zero(data[:32]), group.parse_scalar_or_zero(data[32:]))


def _prefixed(data: bytes) -> bytes:
    return len(data).to_bytes(2, "big") + data


def _weights(context: bytes, public: Element, left: Sequence[Element], right: Sequence[Element]) -> list[Scalar]:
    """Derive one weight per pair from the whole statement (ComputeComposites, section 2.2.1)."""
    tag = b"Seed-" + context
    seed = hashlib.sha512(_prefixed(public) + _prefixed(tag)).digest()
    start = _prefixed(seed)
    scalar_tag = b"HashToScalar-" + context
    out: list[Scalar] = []
    for index, (one, other) in enumerate(zip(left, right, strict=True)):
        text = start + index.to_bytes(2, "big") + _prefixed(one) + _prefixed(other) + b"Composite"
        out.append(group.hash_to_scalar(text, scalar_tag))
    return out


def _fold(weights: Sequence[Scalar], elements: Sequence[Element]) -> Element:
    total: Element | None = None
    for weight, element in zip(weights, elements, strict=True):
        term = group.multiply(weight, element)
        total = term if total is None else group.add(total, term)
    if total is None:
        raise MalformedError("a proof needs at least one element")
    return total


def _challenge(context: bytes, parts: Sequence[Element]) -> Scalar:
    text = b"".join(_prefixed(part) for part in parts) + b"Challenge"
    return group.hash_to_scalar(text, b"HashToScalar-" + context)


def prove(
    context: bytes,
    key: Scalar,
    public: Element,
    left: Sequence[Element],
    right: Sequence[Element],
    *,
    nonce: Scalar | None = None,
) -> Proof:
    """Prove right[i] = key * left[i] for all i (GenerateProof, section 2.2.1).

    At most 65,535 pairs. `nonce` is for test vectors only; by default it is drawn afresh.
    """
    _check_batch(left, right)
    # SECURITY: the proof leaks nothing of the key. Holds because the nonce is drawn uniformly and used
    # once. Breaks if a nonce is passed in outside a test: two proofs with one nonce reveal the key.
    fresh = group.random_scalar() if nonce is None else nonce
    folded = _fold(_weights(context, public, left, right), left)
    image = group.multiply(key, folded)
    parts = [public, folded, image, group.multiply_base(fresh), group.multiply(fresh, folded)]
    challenge = _challenge(context, parts)
    return Proof(challenge, group.scalar_subtract(fresh, group.scalar_multiply(challenge, key)))


def verify(context: bytes, public: Element, left: Sequence[Element], right: Sequence[Element], proof: Proof) -> None:
    """Verify a proof (VerifyProof, section 2.2.2); raise ProofError if it does not hold."""
    _check_batch(left, right)
    weights = _weights(context, public, left, right)
    folded, image = _fold(weights, left), _fold(weights, right)
    try:
        base_part = _combine(proof, None, public)
        other_part = _combine(proof, folded, image)
    except RuntimeError as error:  # libsodium refuses a zero scalar or a sum that is the identity
        raise ProofError("the holder's proof does not hold") from error
    expected = _challenge(context, [public, folded, image, base_part, other_part])
    # SECURITY: a wrong key is detected. Holds because a valid challenge binds the public key, the batch
    # and the answers. Breaks if the public key is taken from the answer, not from the agreed list.
    if not compare_digest(expected, proof.challenge):
        raise ProofError("the holder's proof does not hold")


def _combine(proof: Proof, base: Element | None, public: Element) -> Element:
    own = group.multiply_base(proof.response) if base is None else group.multiply(proof.response, base)
    return group.add(own, group.multiply(proof.challenge, public))


def _check_batch(left: Sequence[Element], right: Sequence[Element]) -> None:
    if len(left) != len(right):
        raise MalformedError("a batch has as many answers as questions")
    if not 0 < len(left) <= 0xFFFF:
        raise MalformedError("a batch has 1 to 65535 elements")
