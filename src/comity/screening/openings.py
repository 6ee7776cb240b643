"""Open the commitments of a check to an auditor, and examine what was opened against the journal.

The asker writes an opening; either node examines it, for both hold the records of the questions.
"""

from dataclasses import dataclass
from typing import Annotated, Final

from msgspec import Meta

from comity.channel import reading
from comity.channel.models import Channel
from comity.channel.runtime import LocalNode
from comity.matching import MatchingError, Opening, open_commitment, opening_of, parse_elements
from comity.matching.group import parse_scalar
from comity.protocol.canonical import Strict, decode, encode
from comity.screening import asked, checks
from comity.screening.errors import CheckError
from comity.screening.models import Batch, Check
from comity.screening.records import Query

LIMIT: Final = 256 * 1024 * 1024
_KEY: Final = b"comity/v1/key\0"


class OpenedQuestion(Strict):
    """Hold what opens one question: its record, the nonce, and each input with its blinding factor, in order."""

    question: str
    nonce: Annotated[bytes, Meta(min_length=32, max_length=32)]
    inputs: tuple[bytes, ...]
    factors: tuple[bytes, ...]


class OpenedCheck(Strict):
    """Hold the openings of all questions of one check."""

    v: str
    check: str
    questions: tuple[OpenedQuestion, ...]


@dataclass(frozen=True, slots=True)
class Examined:
    """Say what one journaled question was about: the keys that it asked for, as rule and text."""

    question: str
    keys: tuple[tuple[str, str], ...]


def write(node: LocalNode, channel: Channel, check: Check) -> bytes:
    """Return what opens all questions of a check.  Raises `CheckError` once its secrets are erased."""
    batches = Batch.objects.using(node.using).filter(check_of=check).exclude(question="").order_by("first")
    records = reading.held(node, channel, [one.question for one in batches])
    opened: list[OpenedQuestion] = []
    for batch in batches:
        body = reading.opened(node, records[batch.question]) if batch.question in records else None
        if batch.secret is None or not isinstance(body, Query):
            raise CheckError("The secrets of the check were erased.", "Nobody can open its commitments any more.")
        place = checks.place(check.uid, batch.first)
        secrets = asked.unseal(node, place, bytes(batch.secret), body.elements, body.commitment)
        found = opening_of(secrets.question)
        opened.append(
            OpenedQuestion(question=batch.question, nonce=found.nonce, inputs=found.inputs, factors=found.factors)
        )
    if not opened:
        raise CheckError("Nothing was asked in this check yet.")
    return encode(OpenedCheck(v="comity/v1/opening", check=check.uid, questions=tuple(opened)))


def examine(node: LocalNode, channel: Channel, data: bytes) -> list[Examined]:
    """Check an opening against the questions in the journal and return what they were about.

    Raises `CheckError` if a question is not in the journal, or was about something else; `MalformedError` for a file
    that is none.
    """
    shown = decode(data, OpenedCheck, limit=LIMIT)
    records = reading.held(node, channel, [one.question for one in shown.questions])
    found: list[Examined] = []
    for one in shown.questions:
        body = reading.opened(node, records[one.question]) if one.question in records else None
        if not isinstance(body, Query):
            raise CheckError("A question is not in this node's journal, or its content was erased.")
        try:
            factors = tuple(parse_scalar(factor) for factor in one.factors)
            opening = Opening(one.inputs, factors, one.nonce)
            inputs = open_commitment(body.commitment, parse_elements(body.elements), opening)
        except MatchingError as error:
            raise CheckError(f"The opening does not hold: {error}.", "Ask for that of this check.") from None
        found.append(Examined(one.question, tuple(_key(data) for data in inputs)))
    return found


def _key(data: bytes) -> tuple[str, str]:
    tag, _, text = data.removeprefix(_KEY).removesuffix(b"\0").partition(b"\0")
    return tag.decode("utf-8", "replace"), text.decode("utf-8", "replace")
