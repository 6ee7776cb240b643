"""Say how a pack is laid out: manifest, items in its order, trailer, as in ``spec/pack.md``."""

import hashlib
from enum import StrEnum
from typing import Annotated, Final, Literal, Protocol

from msgspec import Meta

from comity.protocol.canonical import Strict, decode, digest
from comity.protocol.checkpoints import MAX_SIZE
from comity.protocol.errors import MalformedError
from comity.protocol.keys import IDENTITY_LIMIT
from comity.protocol.merkle import HASH_BYTES, MAX_PROOF
from comity.protocol.names import Digest, Instant, NodeName, Uuid, hex_digest, parse_instant
from comity.protocol.notes import NOTE_LIMIT
from comity.protocol.records import HEADER_LIMIT, PAYLOAD_LIMIT
from comity.protocol.sealing import SALT_BYTES

PACK_V: Final = "comity/v1/pack"
MAGIC: Final = PACK_V.encode() + b"\n"
MAX_ITEMS: Final = 100_000
"""Some thirty thousand records in one case; its manifest has 20 MB."""
MANIFEST_LIMIT: Final = 32 * 1024 * 1024
TRAILER_LIMIT: Final = 512 * 1024
PRESENT: Final = b"here"
LEFT_OUT: Final = b"gone"
"""What stands before each item.  No single damaged byte makes one of the other."""


class ItemKind(StrEnum):
    """Name what an item is; items stand in this order, those of one record together."""

    IDENTITY = "identity"
    AGREEMENT = "agreement"
    CHECKPOINT = "checkpoint"
    HEADER = "header"
    PROOF = "proof"
    CONTENT = "content"
    ATTACHMENT = "attachment"


LIMITS: Final = {
    ItemKind.IDENTITY: IDENTITY_LIMIT,
    ItemKind.AGREEMENT: PAYLOAD_LIMIT,
    ItemKind.CHECKPOINT: NOTE_LIMIT,
    ItemKind.HEADER: HEADER_LIMIT,
    ItemKind.PROOF: MAX_PROOF * HASH_BYTES,
    ItemKind.CONTENT: PAYLOAD_LIMIT + SALT_BYTES,
    ItemKind.ATTACHMENT: 2**52,
}
_FIELDS: Final = {
    ItemKind.IDENTITY: (True, False, False),
    ItemKind.AGREEMENT: (False, False, False),
    ItemKind.CHECKPOINT: (True, False, True),
    ItemKind.HEADER: (True, True, False),
    ItemKind.PROOF: (True, True, True),
    ItemKind.CONTENT: (True, True, False),
    ItemKind.ATTACHMENT: (False, False, False),
}
"""Which of node, index and tree an item of each kind has."""
_RECORD: Final = (ItemKind.HEADER, ItemKind.PROOF, ItemKind.CONTENT)
_STAGES: Final = ((ItemKind.IDENTITY,), (ItemKind.AGREEMENT,), (ItemKind.CHECKPOINT,), _RECORD, (ItemKind.ATTACHMENT,))
_STAGE: Final = {kind: (number, stage.index(kind)) for number, stage in enumerate(_STAGES) for kind in stage}

Count = Annotated[int, Meta(ge=0, le=MAX_SIZE)]


class Item(Strict):
    """Announce one item: what it is, its size, and the plain SHA-256 of its bytes.

    ``node`` names the journal (or, for an identity, the node), ``index`` the record, ``tree`` the size of the tree
    that a checkpoint is of and that a proof leads to.
    """

    kind: ItemKind
    digest: Digest
    size: Annotated[int, Meta(ge=0, le=2**52)]
    node: NodeName | None = None
    index: Count | None = None
    tree: Count | None = None


class Manifest(Strict):
    """List everything that a pack held when it was made; its digest stands in the exporter's journal."""

    v: Literal["comity/v1/pack"]
    case: Uuid
    channel: Uuid
    exporter: NodeName
    time: Instant
    items: Annotated[tuple[Item, ...], Meta(max_length=MAX_ITEMS)]


class Trailer(Strict):
    """Prove the manifest: the ``pack.exported/1`` record of the exporter, its place, and the checkpoint over it."""

    v: Literal["comity/v1/pack-trailer"]
    index: Count
    header: bytes
    content: bytes
    proof: Annotated[tuple[Annotated[bytes, Meta(min_length=32, max_length=32)], ...], Meta(max_length=MAX_PROOF)]
    note: bytes


class Reader(Protocol):
    """Read like an open binary file."""

    def read(self, size: int, /) -> bytes:
        """Return at most ``size`` bytes; nothing at the end."""
        ...


def item_name(item: Item) -> str:
    """Return the name by which people call an item: ``DE.berlin/12/content``, ``attachment/3f0a...``."""
    short = item.digest[7:23]
    match item.kind:
        case ItemKind.IDENTITY:
            return f"identity/{item.node}/{short}"
        case ItemKind.AGREEMENT | ItemKind.ATTACHMENT:
            return f"{item.kind}/{short}"
        case ItemKind.CHECKPOINT:
            return f"checkpoint/{item.node}/{item.tree}"
        case _:
            return f"{item.node}/{item.index}/{item.kind}"


def manifest_digest(manifest: bytes) -> str:
    """Return the digest of a manifest that `PackExported` carries."""
    return hex_digest(digest(PACK_V, manifest))


def plain_digest(data: bytes) -> str:
    """Return the plain SHA-256 by which a manifest lists an item: anybody can compare it with a common tool."""
    return hex_digest(hashlib.sha256(data).digest())


def parse_manifest(data: bytes) -> Manifest:
    """Return ``data`` as a manifest.

    Raises `MalformedError` or `TooLargeError`, also where items lack what their kind needs, repeat, or are unordered.
    """
    manifest = decode(data, Manifest, limit=MANIFEST_LIMIT)
    parse_instant(manifest.time)
    before: _Place | None = None
    record: tuple[str | None, int | None] | None = None
    for item in manifest.items:
        _check_item(item)
        place = item_place(item)
        # SECURITY: one set of items has one manifest. Holds because their order is fixed and none stands twice.
        if before is not None and place <= before:
            raise MalformedError("The items of a pack are not in order, or one stands twice.")
        before = place
        if item.kind is ItemKind.HEADER:
            record = (item.node, item.index)
        elif item.kind in _RECORD and record != (item.node, item.index):
            raise MalformedError("A pack holds a part of a record without its header.")
    if len({item_name(item) for item in manifest.items}) != len(manifest.items):
        raise MalformedError("A pack calls two items by one name.")
    return manifest


_Place = tuple[int, str, int, int, int, str]


def item_place(item: Item) -> _Place:
    """Return what items are ordered by: stage, node, record, part, tree, digest."""
    stage, part = _STAGE[item.kind]
    return (stage, item.node or "", item.index or 0, part, item.tree or 0, item.digest)


def _check_item(item: Item) -> None:
    has = (item.node is not None, item.index is not None, item.tree is not None)
    if has != _FIELDS[item.kind]:
        raise MalformedError(f"An item of kind {item.kind} does not say where it belongs, or says too much.")
    if item.size > LIMITS[item.kind] or (item.kind is ItemKind.PROOF and item.size % HASH_BYTES):
        raise MalformedError(f"An item of kind {item.kind} cannot have this size.")
