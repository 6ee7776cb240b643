"""Keep the secrets of a question, sealed, until its answer comes, and for an auditor after that."""

import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import msgspec

from comity.channel.runtime import LocalNode
from comity.desk import vault
from comity.matching import Key, Question, Rule
from comity.matching.group import Element, Scalar
from comity.matching.oprf import Blinding
from comity.screening.records import ELEMENT

_Row = tuple[str, str, bytes, bytes]
_DECODER: Final = msgspec.msgpack.Decoder(tuple[bytes, list[_Row], list[tuple[int, ...]]])


@dataclass(frozen=True, slots=True)
class Asked:
    """Hold a question with its secrets, and which of its keys belong to which row."""

    question: Question
    owners: tuple[tuple[int, ...], ...]

    def __repr__(self) -> str:
        """Show nothing: it names whom the question was about."""
        return "Asked(...)"


def owners_of(question: Question, keys: Sequence[frozenset[Key]]) -> tuple[tuple[int, ...], ...]:
    """Return, for each row, the positions of its keys in the question."""
    at: Mapping[Key, int] = {key: place for place, key in enumerate(question.keys) if key is not None}
    return tuple(tuple(sorted(at[key] for key in own)) for own in keys)


def seal(node: LocalNode, place: str, asked: Asked) -> bytes:
    """Return the secrets sealed; the elements are not among them, for they stand in the question's record."""
    rows: list[_Row] = [
        (key.rule.value if key else "", key.text if key else "", b"" if key else blinding.input, blinding.factor)
        for key, blinding in zip(asked.question.keys, asked.question.blindings, strict=True)
    ]
    plain = msgspec.msgpack.encode((asked.question.nonce, rows, asked.owners))
    return vault.seal(node, f"screening/secret/{place}", zlib.compress(plain, 1))


def unseal(node: LocalNode, place: str, data: bytes, elements: bytes, commitment: bytes) -> Asked:
    """Return what `seal` was given, with elements and commitment from the record.  Raises `CannotOpenError`."""
    plain = zlib.decompress(vault.unseal(node, f"screening/secret/{place}", data))
    nonce, rows, owners = _DECODER.decode(plain)
    keys = tuple(Key(Rule(tag), text) if tag else None for tag, text, _, _ in rows)
    blindings = tuple(
        Blinding(key.encode() if key else pad, Scalar(factor), Element(elements[at * ELEMENT : (at + 1) * ELEMENT]))
        for at, (key, (_, _, pad, factor)) in enumerate(zip(keys, rows, strict=True))
    )
    return Asked(Question(keys, blindings, nonce, commitment), tuple(owners))
