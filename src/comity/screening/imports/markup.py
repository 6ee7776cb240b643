"""Read XML as a stream of small records, with the parser of the standard library and every door of XML shut.

SECURITY: no input makes the parser fetch, expand or hold more than the bounds. Holds because a document type
declaration is refused before it is read, so that no entity but the five of XML can exist, and depth, names, tags
without end and the size of a record are counted as they come. Breaks if a handler is set that reads external
entities. A tree of the document is never built.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import BinaryIO, Final
from xml.parsers import expat

from comity.screening.imports import bounds
from comity.screening.imports.packed import refuse_packed
from comity.screening.imports.values import ImportFault, Loss, RowError

_REST: Final = "Ask for a whole copy of the list; the entries before this place were read."
_ENCODINGS: Final = frozenset({"utf-8", "us-ascii", "iso-8859-1", "iso-8859-15", "windows-1252"})
_HOSTILE: Final = "Do not use the file; tell the list's owner."


@dataclass(slots=True)
class Node:
    """Hold one element of a record: local names, attributes, children, and the text that is its own."""

    tag: str
    attributes: dict[str, str] = field(default_factory=dict)
    children: list[Node] = field(default_factory=list)
    own: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        """Return the text without surrounding space."""
        return "".join(self.own).strip()

    def all(self, *path: str) -> list[Node]:
        """Return the elements at a path of tags below this one."""
        found = [self]
        for tag in path:
            found = [child for node in found for child in node.children if child.tag == tag]
        return found

    def first(self, *path: str) -> str:
        """Return the text of the first element at a path, or nothing."""
        return next((node.text for node in self.all(*path)), "")

    def get(self, name: str) -> str:
        """Return an attribute without surrounding space, or nothing."""
        return self.attributes.get(name, "").strip()


@dataclass(frozen=True, slots=True)
class Record:
    """Bring one record with its number; no node where it was larger than the bounds."""

    row: int
    tag: str
    node: Node | None


class _BrokenError(Exception):
    """Stop the parser: what is wrong, and what to do."""


def records(
    stream: BinaryIO, roots: frozenset[str], wanted: frozenset[str], of: str, tables: frozenset[str] = frozenset()
) -> Iterator[Record | RowError]:
    """Yield the elements named in `wanted`, numbered, and in `tables`; then at a break one fault that costs the rest.

    Raise ImportFault if the root is not one of `roots`, or the file is no XML, before the first record.
    """
    gatherer = _Gatherer(roots, wanted, tables, of)
    try:
        while chunk := stream.read(bounds.CHUNK):
            if not gatherer.begun:
                refuse_packed(chunk)
            gatherer.feed(chunk)
            yield from gatherer.taken()
        gatherer.feed(b"", last=True)
        yield from gatherer.taken()
    except (expat.ExpatError, _BrokenError) as error:
        yield from gatherer.taken()
        problem, remedy = error.args if isinstance(error, _BrokenError) else ("The XML breaks off or is broken.", _REST)
        if not gatherer.begun:
            raise ImportFault("The file is no XML." if remedy is _REST else problem, remedy) from None
        yield RowError(gatherer.at, "xml", problem, remedy, Loss.REST)


class _Gatherer:
    """Follow the parser's events and keep nothing but the record that is open."""

    def __init__(self, roots: frozenset[str], wanted: frozenset[str], tables: frozenset[str], of: str) -> None:
        self.row = 0
        self.begun = False
        self._roots, self._wanted, self._tables, self._of = roots, wanted, tables, of
        self._ready: deque[Record] = deque()
        self._depth = self._idle = self._nodes = self._signs = 0
        self._names: set[str] = set()
        self._open: list[Node] = []
        self._within = 0  # the depth of the record that is open, or nothing
        self._parser = expat.ParserCreate()
        self._parser.buffer_text = True
        self._parser.XmlDeclHandler = self._declaration
        self._parser.StartDoctypeDeclHandler = self._doctype
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self._text
        self._parser.CommentHandler = self._pass
        self._parser.ProcessingInstructionHandler = self._pass

    @property
    def at(self) -> int:
        """Return the number of the record that is open, or of the next."""
        return self.row if self._within else self.row + 1

    def feed(self, chunk: bytes, *, last: bool = False) -> None:
        """Parse a chunk; raise _BrokenError or ExpatError."""
        self._idle += len(chunk)
        self._parser.Parse(chunk, last)
        if self._idle > bounds.MOST_TOKEN:
            raise _BrokenError(f"A tag or comment has more than {bounds.MOST_TOKEN} bytes.", _HOSTILE)

    def taken(self) -> Iterator[Record]:
        """Yield the records that are complete."""
        while self._ready:
            yield self._ready.popleft()

    def _declaration(self, version: str, encoding: str | None, standalone: int) -> None:  # noqa: ARG002  # expat's interface
        # Any other name would be looked up among Python's codecs, of which some are no encodings of text.
        if encoding and encoding.lower() not in _ENCODINGS:
            raise _BrokenError("The XML has an encoding that is not read.", "Save the list as UTF-8.")

    def _doctype(self, name: str, system: str | None, public: str | None, internal: int) -> None:  # noqa: ARG002  # expat's interface
        raise ImportFault("The file has a document type declaration, which could hide other content.", _HOSTILE)

    def _pass(self, *ignored: str) -> None:  # noqa: ARG002  # expat's interface
        self._idle = 0

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self._idle = 0
        self._depth += 1
        self._count(name, attributes)
        tag = name.rpartition(":")[2]
        if not self.begun:
            if tag not in self._roots:
                raise ImportFault(f"The file is no {self._of}.")
            self.begun = True
        if not self._within and (tag in self._wanted or tag in self._tables):
            self.row += tag in self._wanted
            self._within, self._nodes, self._signs = self._depth, 0, 0
        if self._within:
            self._enter(tag, attributes)

    def _count(self, name: str, attributes: dict[str, str]) -> None:
        if self._depth > bounds.MOST_DEPTH:
            raise _BrokenError(f"Elements are nested more than {bounds.MOST_DEPTH} deep.", _HOSTILE)
        self._names.add(name)
        self._names.update(attributes)
        if len(self._names) > bounds.MOST_TAGS:
            raise _BrokenError(f"There are more than {bounds.MOST_TAGS} kinds of elements and attributes.", _HOSTILE)

    def _enter(self, tag: str, attributes: dict[str, str]) -> None:
        self._nodes += 1
        self._signs += sum(map(len, attributes.values()))
        longest = max(map(len, attributes.values()), default=0)
        if longest > bounds.MOST_ATTRIBUTE:
            self._signs = bounds.MOST_RECORD_TEXT + 1
        if self._is_over():
            del self._open[1:]
            self._open[:1] = [Node(tag)]
            return
        node = Node(tag, {key.rpartition(":")[2]: value for key, value in attributes.items()})
        if self._open:
            self._open[-1].children.append(node)
        self._open.append(node)

    def _end(self, name: str) -> None:
        self._idle = 0
        if self._within == self._depth:
            node = None if self._is_over() else self._open[0]
            self._ready.append(Record(self.row, name.rpartition(":")[2], node))
            self._open.clear()
            self._within = 0
        elif self._within and not self._is_over():
            self._open.pop()
        self._depth -= 1

    def _text(self, text: str) -> None:
        self._idle = 0
        if self._within and not self._is_over():
            self._signs += len(text)
            self._open[-1].own.append(text)

    def _is_over(self) -> bool:
        return self._nodes > bounds.MOST_RECORD_NODES or self._signs > bounds.MOST_RECORD_TEXT
