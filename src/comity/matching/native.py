"""Run the holder's half of the function in Rust, in half the time that libsodium takes.

The package `voprf` (curve25519-dalek) gives byte for byte what `oprf` gives with libsodium, which a test shows;
it makes its keys from seeds alone, and keeps the interpreter's lock, which is why work on lists runs in processes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

from voprf import ristretto

from comity.matching import group
from comity.matching.dleq import PROOF_BYTES, Proof
from comity.matching.errors import MalformedError
from comity.matching.group import ELEMENT_BYTES, Element

MOST_AT_ONCE: Final = 512
"""Elements of one batch: longer ones would keep other threads waiting for more than some forty milliseconds."""


@dataclass(frozen=True, slots=True)
class Origin:
    """Hold what a key was derived from (DeriveKeyPair, RFC 9497, section 3.2.1): a secret."""

    seed: bytes
    info: bytes

    def __repr__(self) -> str:
        """Show nothing: the seed is the key."""
        return "Origin(...)"


@lru_cache(maxsize=32)
def _evaluator(origin: Origin) -> Any:  # noqa: ANN401  # the package states no types
    return ristretto.Evaluator.from_seed(origin.seed, origin.info)


def evaluate_plain(origin: Origin, data: bytes) -> bytes:
    """Return F(key, data), 64 bytes (Evaluate, section 3.3.1); raise MalformedError above 65,535 bytes."""
    try:
        return bytes(_evaluator(origin).evaluate_known_input(data))
    except ValueError:
        raise MalformedError("an input is at most 65535 bytes") from None


def evaluate(origin: Origin, blinded: Sequence[Element]) -> tuple[tuple[Element, ...], Proof]:
    """Answer a batch with one proof (BlindEvaluate, section 3.3.2); raise MalformedError for what is no element."""
    # The package reads the first 32 bytes and passes over what follows them.
    if any(len(element) != ELEMENT_BYTES for element in blinded):
        raise MalformedError("a group element is exactly 32 bytes")
    try:
        inputs = [ristretto.BlindedInput.deserialize(element) for element in blinded]
        data: bytes = _evaluator(origin).evaluate_batch(inputs).serialize()
    except ValueError:
        raise MalformedError("the bytes are not a canonical ristretto255 element") from None
    if len(data) != PROOF_BYTES + ELEMENT_BYTES * len(blinded):
        raise MalformedError("a batch has 1 to 65535 elements")
    starts = range(PROOF_BYTES, len(data), ELEMENT_BYTES)
    proof = Proof(group.parse_scalar_or_zero(data[:32]), group.parse_scalar_or_zero(data[32:PROOF_BYTES]))
    return tuple([Element(data[at : at + ELEMENT_BYTES]) for at in starts]), proof
