"""Open contents at rest: what this node holds of a record, by its own keys."""

from collections.abc import Sequence

from comity.channel.runtime import LocalNode
from comity.channel.store import StoredRecord
from comity.protocol import sealing
from comity.protocol.canonical import Strict
from comity.protocol.errors import CannotOpenError
from comity.protocol.records import Header, OpenContent, check_open, parse_header


def payload(node: LocalNode, record: StoredRecord) -> tuple[Header, bytes, bytes]:
    """Return header, salt and payload of a stored record; the salt is empty for an open document.

    Raises `CannotOpenError` when the content is erased, was never here, or was not for this node.
    """
    header = parse_header(record.header).header
    if record.content is None:
        raise CannotOpenError("The content of this record is not held here, or was erased.")
    if isinstance(header.content, OpenContent):
        return header, b"", record.content
    if record.key_at_rest is None:
        raise CannotOpenError("The content of this record was not sealed for this node.")
    key = sealing.unwrap_at_rest(record.key_at_rest, record.header, node.keys.storage_key)
    salt, plain = sealing.open_payload(record.content, key, record.header, header.content.commitment)
    return header, salt, plain


def body(node: LocalNode, record: StoredRecord) -> Strict:
    """Return the opened content of a stored record as its type says.  Raises what `payload` raises."""
    header, _, plain = payload(node, record)
    return node.catalogue.read(header.type, plain)


def read_own(node: LocalNode, raw: bytes, content: bytes | None, wraps: Sequence[sealing.Wrap]) -> Strict | None:
    """Return the body of one of this node's own records as a partner kept it; nothing if it was erased.

    Raises `CannotOpenError` or `CommitmentMismatchError`: then the partner's copy is not ours.
    """
    if content is None:
        return None
    header = parse_header(raw).header
    if isinstance(header.content, OpenContent):
        check_open(header.content, content)
        return node.catalogue.read(header.type, content)
    wrapped = next((wrap.wrapped for wrap in wraps if wrap.node == node.name), b"")
    key = sealing.unwrap_at_rest(wrapped, raw, node.keys.storage_key)
    _, plain = sealing.open_payload(content, key, raw, header.content.commitment)
    return node.catalogue.read(header.type, plain)
