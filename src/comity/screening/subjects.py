"""Hold a person with documents, sealed at rest; make the keys of both, and keyed digests to know them again."""

import hmac
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from comity.channel.runtime import LocalNode
from comity.desk import vault
from comity.matching import BirthDate, DocumentKind, Key, MatchingError, Person, Sex, document_key, person_keys
from comity.protocol.canonical import Strict, decode, encode
from comity.screening.imports.values import Document, Entry

LIMIT: Final = 64 * 1024 * 1024
LONGEST_NAME: Final = 512


@dataclass(frozen=True, slots=True)
class Subject:
    """Hold whom a question or an entry is about; ``reference`` is the list's or the file's own, and stays here."""

    person: Person
    documents: tuple[Document, ...] = ()
    reference: str = ""

    def __repr__(self) -> str:
        """Show nothing of the person."""
        return "Subject(...)"


class _Paper(Strict):
    kind: str
    number: str
    state: str


class _Stored(Strict):
    names: tuple[str, ...] = ()
    births: tuple[tuple[int, int, int], ...] = ()
    sex: str = ""
    nationalities: tuple[str, ...] = ()
    papers: tuple[_Paper, ...] = ()
    reference: str = ""


def subject_of(entry: Entry) -> Subject:
    """Return an imported entry as whom it is about."""
    return Subject(entry.person, entry.documents, entry.reference)


def keys_of(subject: Subject) -> frozenset[Key]:
    """Return the keys of a subject's names and documents; a document that makes no key is passed over."""
    keys = set(person_keys(subject.person)) if subject.person.names else set()
    for paper in subject.documents:
        try:
            keys.add(document_key(paper.kind, paper.state, paper.number))
        except MatchingError:
            continue
    return frozenset(keys)


def pack(subjects: Iterable[Subject]) -> bytes:
    """Return subjects as bytes, to be sealed."""
    return encode([_stored(one) for one in subjects])


def unpack(data: bytes) -> tuple[Subject, ...]:
    """Return what `pack` was given."""
    return tuple(_subject(one) for one in decode(data, tuple[_Stored, ...], limit=LIMIT))


def _stored(subject: Subject) -> _Stored:
    person = subject.person
    return _Stored(
        names=tuple(name.encode("utf-8", "replace").decode() for name in person.names),
        births=tuple((one.year, one.month or 0, one.day or 0) for one in person.births),
        sex=person.sex.value if person.sex else "",
        nationalities=person.nationalities,
        papers=tuple(_Paper(kind=one.kind.value, number=one.number, state=one.state) for one in subject.documents),
        reference=subject.reference,
    )


def _subject(stored: _Stored) -> Subject:
    births = tuple(BirthDate(year, month or None, day or None) for year, month, day in stored.births)
    person = Person(stored.names, births, Sex(stored.sex) if stored.sex else None, stored.nationalities)
    papers = tuple(Document(DocumentKind(one.kind), one.number, one.state) for one in stored.papers)
    return Subject(person, papers, stored.reference)


def seal(node: LocalNode, place: str, subjects: Sequence[Subject]) -> bytes:
    """Return subjects sealed under the node's storage key for one place."""
    return vault.seal(node, f"screening/{place}", pack(subjects))


def unseal(node: LocalNode, place: str, data: bytes) -> tuple[Subject, ...]:
    """Return what `seal` was given.  Raises `CannotOpenError`."""
    return unpack(vault.unseal(node, f"screening/{place}", data))


def keyed(node: LocalNode, use: str, data: bytes) -> str:
    """Return a digest of ``data`` that nobody computes without the node's storage key; 64 hexadecimal digits."""
    # SECURITY: a column of digests cannot be searched for a name. Holds because the digest is keyed and the key is
    # not in the database. Breaks if the storage key is stolen with it, as everything sealed does.
    key = hmac.digest(node.keys.storage_key, b"comity/v1/screening\n" + use.encode(), "sha256")
    return hmac.digest(key, data, "sha256").hex()


def _evened(name: str) -> str:
    # Normalising is quadratic in a run of combining marks, and a text this long is no name: it is taken as it stands,
    # whole, for two that were cut might be taken for one.
    even = unicodedata.normalize("NFKC", name) if len(name) <= LONGEST_NAME else name
    return " ".join(even.casefold().encode("utf-8", "replace").decode().split())


def identities(node: LocalNode, subject: Subject) -> tuple[str, ...]:
    """Return keyed digests by which a person is known again: each document, and the names with a full date of birth.

    A name alone is not enough: another person of the same name must not count as cleared.
    """
    papers = [encode(["paper", one.kind.value, one.state, one.number]) for one in subject.documents if one.state]
    names = sorted(_evened(name) for name in subject.person.names)
    births = [one for one in subject.person.births if one.month and one.day and names]
    texts = [encode(["person", *names, f"{one.year:04}-{one.month:02}-{one.day:02}"]) for one in births] + papers
    return tuple(keyed(node, "identity", text) for text in texts)
