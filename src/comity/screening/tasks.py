"""Do the heavy work of screening as pure functions: what goes in and comes out travels between processes.

Whoever runs them, a thread, a process or a machine of a cluster, needs no database and no framework.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from comity.matching import (
    Key,
    KeyPair,
    MatchingError,
    ProofError,
    Question,
    Rule,
    answer,
    ask,
    evaluate_plain,
    finish,
    parse_answer,
)
from comity.matching.group import Element
from comity.matching.query import MOST_ELEMENTS
from comity.screening import asked
from comity.screening.asked import Asked
from comity.screening.records import Answer
from comity.screening.subjects import Subject, keys_of

Outputs = tuple[tuple[Rule, bytes], ...]


@dataclass(frozen=True, slots=True)
class Entries:
    """Hold some entries of a list and the list's key."""

    key: KeyPair
    subjects: tuple[Subject, ...]


def evaluate(task: Entries) -> tuple[Outputs, ...]:
    """Return, for each subject, the rule and the output of each of its keys."""
    return tuple(
        tuple((key.rule, evaluate_plain(task.key, key.encode())) for key in keys_of(one)) for one in task.subjects
    )


@dataclass(frozen=True, slots=True)
class Blinded:
    """Hold a batch ready to be asked; without a question if its rows make no key, or too many for one question."""

    question: Question | None
    owners: tuple[tuple[int, ...], ...]
    too_many: bool = False


def blind(subjects: tuple[Subject, ...]) -> Blinded:
    """Make the keys of some rows and blind them as one question."""
    keys: Sequence[frozenset[Key]] = [keys_of(one) for one in subjects]
    union = frozenset[Key]().union(*keys)
    if not union or len(union) > MOST_ELEMENTS:
        return Blinded(None, (), too_many=bool(union))
    question = ask(union)
    return Blinded(question, asked.owners_of(question, keys))


@dataclass(frozen=True, slots=True)
class Job:
    """Hold a question that may be answered: the list's key and the elements."""

    key: KeyPair
    elements: tuple[Element, ...]


def compute(job: Job) -> Answer:
    """Return the answer to a question; its time depends on the number of elements alone."""
    evaluated = answer(job.key, job.elements)
    proof = evaluated.proof.encode() if evaluated.proof else b""
    return Answer(elements=b"".join(evaluated.elements), proof=proof)


@dataclass(frozen=True, slots=True)
class Work:
    """Hold an answer to be verified: the question with its secrets, what came, and the list's public key."""

    asked: Asked
    elements: bytes
    proof: bytes
    public: Element


@dataclass(frozen=True, slots=True)
class Verified:
    """Hold what an answer gave: the outputs by key, or why it is not to be used."""

    by_key: Mapping[Key, bytes]
    fault: str = ""


def verify(work: Work) -> Verified:
    """Verify and unblind an answer; an answer that does not hold is a fault, never an output."""
    # SECURITY: a holder that answers under a wrong key or with a wrong proof is detected. Holds because the public
    # key comes from the record of the index, which this node cosigned before it asked. Breaks if it came from the
    # answer.
    try:
        return Verified(finish(work.asked.question, parse_answer(work.elements, work.proof), work.public))
    except ProofError:
        return Verified({}, "the proof of an answer does not hold under the list's journaled key")
    except MatchingError:
        return Verified({}, "an answer is not of the form that the question asks for")
