"""Read XML element by element, with the line of each, and every door of XML shut.

SECURITY: no file makes the reader fetch, expand or hold more than the bounds. Holds because defusedxml refuses document
types, entities and external references, and bytes, depth and the size of one record are counted as they come. Breaks
if a document type is let through.
"""

import io
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final
from xml.sax import SAXParseException
from xml.sax.handler import ContentHandler, feature_external_ges, feature_namespaces
from xml.sax.xmlreader import InputSource

from defusedxml import DefusedXmlException
from defusedxml.expatreader import DefusedExpatParser

from comity.plan.imports.report import Fault, ImportRefusedError, Why

MOST_BYTES: Final = 128 * 1024 * 1024
"""Bytes of a file: 20,000 tasks as Microsoft Project writes them, with all its calculated fields, are about 100 MB."""
MOST_DEPTH: Final = 32
"""Levels; the deepest known in either format is twelve."""
MOST_NODES: Final = 100_000
"""Elements of one record; a task has about a hundred, a calendar with a hundred exceptions a thousand."""
MOST_TEXT: Final = 1_000_000
"""Characters of one record, notes included."""


@dataclass(slots=True)
class Node:
    """Hold an element: its name, where it stands, what it says and what is in it."""

    name: str
    space: str
    line: int
    attributes: dict[str, str] = field(default_factory=dict)
    nodes: list["Node"] = field(default_factory=list)
    own: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        """Return the text that is the element's own, without space around it."""
        return "".join(self.own).strip()

    def all(self, name: str) -> list["Node"]:
        """Return the elements of a name directly within this one."""
        return [one for one in self.nodes if one.name == name]

    def one(self, name: str) -> "Node | None":
        """Return the first element of a name, if there is one."""
        return next((node for node in self.nodes if node.name == name), None)

    def get(self, name: str) -> str:
        """Return the text of the first element of a name, or nothing."""
        found = self.one(name)
        return found.text if found else ""


Take = Callable[[tuple[str, ...], Node], None]
"""Takes an element that is complete, and the names of those around it."""


def read(
    data: bytes,
    *,
    root: tuple[str, str],
    containers: frozenset[tuple[str, ...]],
    take: Take,
    begin: Take = lambda _path, _node: None,
) -> Node:
    """Give each element in a container to ``take``, in order, and return the root with its attributes.

    ``root`` is namespace and name, ``containers`` the paths of elements whose children are given one by one; ``begin``
    gets each container when it opens, still empty.  Raises `ImportRefusedError`.
    """
    if len(data) > MOST_BYTES:
        raise ImportRefusedError(Fault(1, root[1], Why.TOO_LARGE))
    handler = _Handler(root, containers, take, begin)
    parser: Any = DefusedExpatParser(forbid_dtd=True)
    parser.setFeature(feature_namespaces, 1)
    parser.setFeature(feature_external_ges, 0)
    parser.setContentHandler(handler)
    source = InputSource()
    source.setByteStream(io.BytesIO(data))
    try:
        parser.parse(source)
    except DefusedXmlException as problem:
        raise ImportRefusedError(Fault(1, root[1], Why.HOSTILE)) from problem
    except SAXParseException as problem:
        raise ImportRefusedError(Fault(problem.getLineNumber() or 1, handler.place, Why.NOT_XML)) from problem
    except (LookupError, UnicodeError, ValueError) as problem:  # an encoding that Python does not know
        raise ImportRefusedError(Fault(1, handler.place, Why.NOT_XML)) from problem
    if handler.root is None:
        raise ImportRefusedError(Fault(1, root[1], Why.NOT_XML))
    return handler.root


class _Handler(ContentHandler):
    def __init__(self, root: tuple[str, str], containers: frozenset[tuple[str, ...]], take: Take, begin: Take) -> None:
        super().__init__()
        self.root: Node | None = None
        self._expected, self._containers, self._take, self._begin = root, containers, take, begin
        self._path: list[str] = []
        self._open: list[Node] = []
        self._nodes = self._signs = 0
        self._locator: Any = None

    @property
    def place(self) -> str:
        return "/".join((*self._path, *(one.name for one in self._open))) or self._expected[1]

    def setDocumentLocator(self, locator: Any) -> None:  # noqa: N802, ANN401  # the parser's interface
        self._locator = locator

    def startElementNS(self, name: tuple[str | None, str], qname: str | None, attrs: Any) -> None:  # noqa: ARG002, N802, ANN401  # the parser's interface
        line = int(self._locator.getLineNumber() or 1)
        node = Node(name[1], name[0] or "", line, {_attribute(key): value for key, value in attrs.items()})
        if len(self._path) + len(self._open) >= MOST_DEPTH:
            raise ImportRefusedError(Fault(line, self.place, Why.TOO_LARGE))
        if self.root is None:
            if (node.space, node.name) != self._expected:
                raise ImportRefusedError(Fault(line, node.name, Why.WRONG_FORMAT))
            self.root = node
        if not self._open and (*self._path, node.name) in self._containers:
            self._begin(tuple(self._path), node)
            self._path.append(node.name)
            return
        self._count(line, sum(map(len, node.attributes.values())), nodes=1)
        if self._open:
            self._open[-1].nodes.append(node)
        self._open.append(node)

    def endElementNS(self, name: tuple[str | None, str], qname: str | None) -> None:  # noqa: ARG002, N802  # the parser's interface
        if not self._open:
            self._path.pop()
            return
        node = self._open.pop()
        if not self._open:
            self._nodes = self._signs = 0
            self._take(tuple(self._path), node)

    def characters(self, content: str) -> None:
        if self._open:
            self._count(0, len(content))
            self._open[-1].own.append(content)

    def _count(self, line: int, signs: int, *, nodes: int = 0) -> None:
        self._nodes += nodes
        self._signs += signs
        if self._nodes > MOST_NODES or self._signs > MOST_TEXT:
            raise ImportRefusedError(Fault(line or int(self._locator.getLineNumber()), self.place, Why.TOO_LARGE))


def _attribute(key: tuple[str | None, str]) -> str:
    space, name = key
    if space == "http://www.w3.org/XML/1998/namespace":
        return f"xml:{name}"
    return f"{{{space}}}{name}" if space else name
