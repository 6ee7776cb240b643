"""Hold what a joint document is: typed by the area that uses it, changed by edits, compared field by field.

A document is canonical JSON of its kind's type.  Collections are objects whose keys identify the parts, so that a part
has one place for good; a list is one value.  Everything here is a function of values alone.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

import msgspec

from comity.concurrence.errors import NotFittingError, UnknownKindError
from comity.concurrence.records import Edit
from comity.protocol.canonical import Strict, decode, encode
from comity.protocol.errors import ComityError
from comity.protocol.names import party_of

DOCUMENT_LIMIT: Final = 16 * 1024 * 1024
"""Bytes of a document as canonical JSON; what changes it travels in records of at most 1 MiB."""

Json = None | bool | int | str | list["Json"] | dict[str, "Json"]
Label = Mapping[str, str]
"""What people call something, per language."""


@dataclass(frozen=True, slots=True)
class DocumentKind:
    """Describe a kind of joint document: its type, which places may be updated without a signature, and its labels.

    Places are paths in which ``*`` stands for any one name: ``/actions/*/done``, and ``@`` for the party of whoever
    updates: below ``/notes/@`` each side writes beside the other and nobody in another's place.  What lies below a
    technical place is technical, too.
    """

    name: str
    body: type[Strict]
    title: Label
    technical: tuple[str, ...] = ()
    labels: Mapping[str, Label] = field(default_factory=lambda: MappingProxyType({}))

    def is_technical(self, path: str, author: str = "") -> bool:
        """Say whether a technical update of node ``author`` may touch that place."""
        own = party_of(author) if author else ""
        return any(_matches(pattern, path, own) for pattern in self.technical)

    def label(self, path: str) -> Label:
        """Return what people call a place; its last name, in no language, where the kind has no label for it."""
        for pattern, label in self.labels.items():
            if pattern.count("/") == path.count("/") and _matches(pattern, path):
                return label
        return {"": path.rpartition("/")[2]}


class Kinds:
    """Hold every kind of document that the areas of this node bring."""

    def __init__(self, kinds: Sequence[DocumentKind]) -> None:
        """Join ``kinds``.  Raises `ValueError` when a name appears twice: that is a fault of the program."""
        self._kinds = {one.name: one for one in kinds}
        if len(self._kinds) != len(kinds):
            raise ValueError("A kind of document is registered twice.")

    def __getitem__(self, name: str) -> DocumentKind:
        """Return the kind of that name.  Raises `UnknownKindError`."""
        try:
            return self._kinds[name]
        except KeyError:
            raise UnknownKindError("This node knows no documents of this kind.") from None


def read(kind: DocumentKind, content: bytes) -> Strict:
    """Return a document as its kind's type says.  Raises `NotFittingError`."""
    try:
        return decode(content, kind.body, limit=DOCUMENT_LIMIT)
    except ComityError as error:
        raise NotFittingError(f"This leads to no document of its kind: {error.sentence}") from None


def edits_between(before: bytes | None, after: bytes) -> tuple[Edit, ...]:
    """Return the edits that lead from one document to the other, in order of their places."""
    if before is None:
        return (Edit(path="", value=after.decode()),)
    found = _edits("", msgspec.json.decode(before), msgspec.json.decode(after))
    return tuple(sorted(found, key=lambda one: one.path))


def apply(kind: DocumentKind, before: bytes | None, edits: Sequence[Edit]) -> bytes:
    """Return the document after ``edits``, read strictly as its kind.

    Raises `NotFittingError`, on every node for the same values: edits out of order, inside each other, without effect,
    or that lead to no document of the kind.
    """
    check_edits(edits)
    state: Json = None if before is None else msgspec.json.decode(before)
    for one in edits:
        state = _put(state, one.path.split("/")[1:], one)
    after = encode(state)
    read(kind, after)
    return after


def check_edits(edits: Sequence[Edit]) -> None:
    """Verify that no two edits meet in one place.  Raises `NotFittingError`."""
    paths = [one.path for one in edits]
    if paths != sorted(set(paths)):
        raise NotFittingError("The edits are not in order, or two are of one place.")
    known = set(paths)
    if any(path[:at] in known for path in paths for at, char in enumerate(path) if char == "/"):
        raise NotFittingError("One edit lies within another.")


def overlap(one: str, other: str) -> bool:
    """Say whether two places are the same or one lies within the other."""
    return one == other or one.startswith(other + "/") or other.startswith(one + "/")


def _edits(path: str, before: Json, after: Json) -> Iterator[Edit]:
    if isinstance(before, dict) and isinstance(after, dict):
        for name in sorted({*before, *after}):
            if name not in after:
                yield Edit(path=f"{path}/{name}")
            elif name not in before:
                yield Edit(path=f"{path}/{name}", value=encode(after[name]).decode())
            else:
                yield from _edits(f"{path}/{name}", before[name], after[name])
    elif before != after:
        yield Edit(path=path, value=encode(after).decode())


def _value(edit: Edit) -> Json:
    text = (edit.value or "").encode()
    try:
        value: Json = msgspec.json.decode(text)
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        raise NotFittingError("The value of an edit is not JSON.") from None
    if encode(value) != text:
        raise NotFittingError("The value of an edit is not in canonical form.")
    return value


def _put(state: Json, names: Sequence[str], edit: Edit) -> Json:
    """Return ``state`` with one edit made; parts that it does not touch are shared, never changed."""
    if not names:
        if edit.value is None:
            raise NotFittingError("A document cannot be removed.")
        return _value(edit)
    if not isinstance(state, dict):
        raise NotFittingError("An edit names a place that the document does not have.")
    first, rest = names[0], names[1:]
    if rest:
        if first not in state:
            raise NotFittingError("An edit names a place that the document does not have.")
        return {**state, first: _put(state[first], rest, edit)}
    if edit.value is not None:
        return {**state, first: _value(edit)}
    if first not in state:
        raise NotFittingError("An edit removes what is not there.")
    return {name: value for name, value in state.items() if name != first}


def _matches(pattern: str, path: str, own: str = "") -> bool:
    wanted, names = pattern.split("/"), path.split("/")
    return len(names) >= len(wanted) and all(
        one == "*" or (name == own != "" if one == "@" else name == one)
        for one, name in zip(wanted, names, strict=False)
    )
