"""Say what travels in this area, as in ``spec/screening.md``: an index, a question, its answer, what a review found.

All contents are sealed, and none holds personal data: elements are blinded, labels are opaque, outcomes are counts.
"""

from enum import StrEnum
from typing import Annotated, Final

from msgspec import Meta

from comity.matching.query import KEYS_STEP, MOST_ELEMENTS
from comity.protocol.attachments import Attachment
from comity.protocol.canonical import Strict
from comity.protocol.names import Digest, Slug
from comity.protocol.types import Count, Positive, RecordType

ELEMENT: Final = 32
STEP_BYTES: Final = KEYS_STEP * ELEMENT

Title = Annotated[str, Meta(min_length=1, max_length=200)]
Element = Annotated[bytes, Meta(min_length=ELEMENT, max_length=ELEMENT)]
Elements = Annotated[bytes, Meta(min_length=STEP_BYTES, max_length=MOST_ELEMENTS * ELEMENT)]
Commitment = Annotated[bytes, Meta(min_length=32, max_length=32)]
Proof = Annotated[bytes, Meta(min_length=64, max_length=64)]
RuleTag = Annotated[str, Meta(pattern=r"^[a-z]{2}$(?!\n)")]


class Index(Strict):
    """Publish one version of the blind index of a list: its key, and the change that leads to it as an attachment.

    ``digest`` is that of the change in clear; ``entries`` is what the change shows, padding included.
    """

    list_id: Slug
    title: Title
    generation: Positive
    version: Positive
    public: Element
    digest: Digest
    entries: Count
    change: Attachment


class Query(Strict):
    """Ask blind: the elements, a commitment to what they hide, and the index in which answers will be looked up."""

    list_id: Slug
    generation: Positive
    version: Positive
    elements: Elements
    commitment: Commitment


class Answer(Strict):
    """Answer a question: each element under the list's key, in the same order, and one proof for all."""

    elements: Elements
    proof: Proof


class Reason(StrEnum):
    """Say why a question is not answered."""

    UNKNOWN_LIST = "unknown-list"
    OLD_GENERATION = "old-generation"
    MALFORMED = "malformed"
    DAY_SPENT = "day-spent"
    MONTH_SPENT = "month-spent"


class Refusal(Strict):
    """Refuse a question; ``left`` is how many steps of 16 elements the budget that stopped it still has."""

    reason: Reason
    left: Count = 0


class Finding(StrEnum):
    """Say what a person found who compared a hit with what the partner answered."""

    SAME = "same-person"
    DIFFERENT = "different-person"
    OPEN = "cannot-tell"


class Counted(Strict):
    """Count hits of one rule that led to one finding."""

    rule: RuleTag
    finding: Finding
    count: Positive


class Outcome(Strict):
    """Tell what reviews of hits found, by rule alone: about whom, and under which reference, is not said."""

    list_id: Slug
    counts: Annotated[tuple[Counted, ...], Meta(min_length=1, max_length=256)]


INDEX: Final = RecordType("screening.index/1", Index)
QUERY: Final = RecordType("screening.query/1", Query)
ANSWER: Final = RecordType("screening.answer/1", Answer)
REFUSAL: Final = RecordType("screening.refusal/1", Refusal)
OUTCOME: Final = RecordType("screening.outcome/1", Outcome)
TYPES: Final = (INDEX, QUERY, ANSWER, REFUSAL, OUTCOME)


def steps_of(size: int) -> int:
    """Return how many steps of 16 elements a question or an answer of ``size`` bytes holds.

    The size stands in the header and outlives erasure.  A step takes 682 and two thirds bytes in base64, and what
    stands beside the elements takes less than one step, so that the division is exact up to 256 steps.
    """
    return max(1, size // 683)
