"""Ask blind: pad and blind the keys of a question, commit to it, answer it, verify, and look the answers up.

The asker: `ask`, then `finish`, then `look_up`. The holder: `answer`. The auditor: `open_commitment`.
Page: `spec/blind-search.md`, section 6.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from hmac import compare_digest
from typing import Final

from comity.matching import group, oprf
from comity.matching.dleq import Proof
from comity.matching.errors import LabelError, MalformedError
from comity.matching.group import ELEMENT_BYTES, Element, Scalar
from comity.matching.labels import Label
from comity.matching.list_index import ListIndex
from comity.matching.names.rules import RULE_NUMBERS, Key, Rule, Strength
from comity.matching.oprf import Blinding, Evaluation, KeyPair, Mode

KEYS_STEP: Final = 16
MOST_ELEMENTS: Final = 4096
_COMMITMENT: Final = b"comity/v1/query-commitment\0"
_PADDING: Final = b"comity/v1/padding\0"


@dataclass(frozen=True, slots=True)
class Question:
    """Hold one question: what is sent (`elements`, `commitment`) and what stays (`blindings`, `nonce`)."""

    keys: tuple[Key | None, ...]
    blindings: tuple[Blinding, ...]
    nonce: bytes
    commitment: bytes

    @property
    def elements(self) -> tuple[Element, ...]:
        """Return the blinded elements, in the order in which they are sent."""
        return tuple(b.element for b in self.blindings)

    def __repr__(self) -> str:
        """Show the commitment alone."""
        return f"Question(commitment={self.commitment.hex()})"


@dataclass(frozen=True, slots=True)
class Opening:
    """Hold what opens a commitment to an auditor: inputs, factors and nonce. It names the person asked about."""

    inputs: tuple[bytes, ...]
    factors: tuple[Scalar, ...]
    nonce: bytes

    def __repr__(self) -> str:
        """Show nothing of the person."""
        return f"Opening({len(self.inputs)} inputs)"


@dataclass(frozen=True, slots=True)
class Hit:
    """Hold one unverified hit: ask under `reference`; `rule` says why, `strength` whether it may speak alone."""

    reference: bytes
    rule: Rule
    strength: Strength


def ask(keys: Collection[Key]) -> Question:
    """Blind the keys of one question in random order, filled up to a multiple of 16; commit to them.

    Raise MalformedError for no keys or more than 4,096.
    """
    if not 0 < len(keys) <= MOST_ELEMENTS:
        raise MalformedError("a question has 1 to 4096 keys")
    rows: list[tuple[Key | None, bytes]] = [(key, key.encode()) for key in keys]
    # SECURITY: the number of keys does not tell how many names. Holds because every question is filled
    # up to a multiple of 16 with random inputs and shuffled. Breaks if padding were blinded otherwise than keys are.
    rows += [(None, _PADDING + secrets.token_bytes(32)) for _ in range(-len(rows) % KEYS_STEP)]
    secrets.SystemRandom().shuffle(rows)
    blindings = tuple([oprf.blind(Mode.VOPRF, data) for _, data in rows])
    nonce = secrets.token_bytes(32)
    commitment = _commit(nonce, [b.input for b in blindings], [b.element for b in blindings])
    return Question(tuple(key for key, _ in rows), blindings, nonce, commitment)


def _commit(nonce: bytes, inputs: Sequence[bytes], elements: Sequence[Element]) -> bytes:
    # SECURITY: a commitment opens to what was asked and to nothing else. Holds because 32 random bytes and
    # every input and element enter one SHA-256. Breaks if a nonce is shown before the opening.
    digest = hashlib.sha256(_COMMITMENT + nonce + len(inputs).to_bytes(4, "big"))
    for data, element in zip(inputs, elements, strict=True):
        digest.update(len(data).to_bytes(4, "big") + data + element)
    return digest.digest()


def opening_of(question: Question) -> Opening:
    """Return what an asker shows an auditor who asks what a journaled commitment was about."""
    blindings = question.blindings
    return Opening(tuple(b.input for b in blindings), tuple(b.factor for b in blindings), question.nonce)


def open_commitment(commitment: bytes, elements: Sequence[Element], opening: Opening) -> tuple[bytes, ...]:
    """Check an opening against the journaled commitment and the elements that were sent; return the inputs.

    Raise MalformedError if the opening belongs to another question, or the elements are not its inputs blinded.
    """
    if not len(elements) == len(opening.inputs) == len(opening.factors):
        raise MalformedError("the opening has another length than the question")
    for data, factor, element in zip(opening.inputs, opening.factors, elements, strict=True):
        if oprf.blind(Mode.VOPRF, data, factor).element != element:
            raise MalformedError("an element is not the blinded input that the opening shows")
    if not compare_digest(_commit(opening.nonce, opening.inputs, elements), commitment):
        raise MalformedError("the opening does not belong to the commitment")
    return tuple(data for data in opening.inputs if not data.startswith(_PADDING))


def parse_elements(data: bytes) -> tuple[Element, ...]:
    """Read the elements of a question or an answer; raise MalformedError for a wrong length or a bad element."""
    if len(data) % ELEMENT_BYTES or not 0 < len(data) <= MOST_ELEMENTS * ELEMENT_BYTES:
        raise MalformedError("a question has 1 to 4096 elements of 32 bytes")
    return tuple([group.parse_element(data[i : i + ELEMENT_BYTES]) for i in range(0, len(data), ELEMENT_BYTES)])


def answer(key: KeyPair, elements: Sequence[Element]) -> Evaluation:
    """Answer a question with a proof; looks nothing up, so its time depends on the number of elements alone."""
    # SECURITY: the holder's answer does not depend on a hit. Holds because the index is not an argument here. Breaks
    # if a holder looks outputs up before it answers; it cannot, for it never has them.
    return oprf.evaluate(key, elements)


def parse_answer(elements: bytes, proof: bytes) -> Evaluation:
    """Read an answer from the wire; raise MalformedError if any part is not canonical."""
    return Evaluation(parse_elements(elements), Proof.parse(proof))


def finish(question: Question, answered: Evaluation, public: Element) -> dict[Key, bytes]:
    """Verify an answer under the list's journaled public key and unblind it; raise ProofError if it does not hold."""
    outputs = oprf.finalize(Mode.VOPRF, question.blindings, answered, public)
    return {key: output for key, output in zip(question.keys, outputs, strict=True) if key is not None}


def look_up(index: ListIndex, outputs: Mapping[Key, bytes]) -> list[Hit]:
    """Return the hits of a question, strongest first, one for each reference and rule.

    Raise LabelError if a label was moved, changed, or names another rule than the key it was found under.
    """
    hits: dict[Hit, None] = {}
    for key, output in outputs.items():
        for label in index.find(output):
            hits[_hit(key, label)] = None
    return sorted(hits, key=lambda hit: (-hit.strength, RULE_NUMBERS[hit.rule], hit.reference))


def _hit(key: Key, label: Label) -> Hit:
    if label.rule is not key.rule or label.strength is not key.rule.strength:
        raise LabelError("the label names another rule than the key it is filed under")
    return Hit(label.reference, label.rule, label.strength)
