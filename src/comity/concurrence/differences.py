"""Show what differs between two versions of a document, field by field, in the words of its kind."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

import msgspec

from comity.concurrence.documents import DocumentKind, Json, Label
from comity.protocol.canonical import encode


class Change(StrEnum):
    """Say how a field differs."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"


@dataclass(frozen=True, slots=True)
class Difference:
    """Show one field that differs: its place, the labels on the way to it, and what it said before and says after.

    Texts are shown as they are, lists line by line, everything else as JSON.  ``language`` is that of a text that
    stands beside its translations: the last name of a place that is a language.
    """

    path: str
    change: Change
    labels: tuple[Label, ...]
    before: tuple[str, ...]
    after: tuple[str, ...]
    language: str | None = None

    def title(self, language: str) -> str:
        """Return the labels in one language, else in English, else as the names are written."""
        return " / ".join(one.get(language) or one.get("en") or one.get("", "") for one in self.labels)


def differences(
    kind: DocumentKind, before: bytes | None, after: bytes, languages: frozenset[str] = frozenset({"en", "de", "ar"})
) -> tuple[Difference, ...]:
    """Return every field that differs between two documents, in order of their places."""
    old: Json = {} if before is None else msgspec.json.decode(before)
    new: Json = msgspec.json.decode(after)
    return tuple(_walk(kind, "", old, new, languages))


_MISSING = object()


def _walk(kind: DocumentKind, path: str, old: object, new: object, languages: frozenset[str]) -> Iterator[Difference]:
    if isinstance(old, dict) and isinstance(new, dict):
        for name in sorted({*old, *new}):
            yield from _walk(kind, f"{path}/{name}", old.get(name, _MISSING), new.get(name, _MISSING), languages)
    elif old is _MISSING and isinstance(new, dict) and new:
        yield from _walk(kind, path, {}, new, languages)
    elif new is _MISSING and isinstance(old, dict) and old:
        yield from _walk(kind, path, old, {}, languages)
    elif old != new:
        change = Change.ADDED if old is _MISSING else Change.REMOVED if new is _MISSING else Change.CHANGED
        last = path.rpartition("/")[2]
        language = last if last in languages else None
        yield Difference(path, change, _labels(kind, path, language), _lines(old), _lines(new), language)


def _labels(kind: DocumentKind, path: str, language: str | None) -> tuple[Label, ...]:
    names = path.split("/")[1:]
    if language:
        names = names[:-1]
    return tuple(kind.label("/" + "/".join(names[: at + 1])) for at in range(len(names)))


def _lines(value: object) -> tuple[str, ...]:
    if value is _MISSING:
        return ()
    if isinstance(value, str):
        return tuple(value.splitlines()) or ("",)
    if isinstance(value, list):
        return tuple(line for one in value for line in _lines(one))
    return (encode(value).decode(),)
