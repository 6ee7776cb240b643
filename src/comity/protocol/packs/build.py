"""Make a pack from what a node holds.  Pure: values in, bytes out; attachments are streamed."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from comity.protocol.canonical import encode
from comity.protocol.checkpoints import parse_checkpoint
from comity.protocol.errors import MalformedError, TooLargeError
from comity.protocol.keys import PublicKeys
from comity.protocol.packs.format import (
    MAGIC,
    MANIFEST_LIMIT,
    PACK_V,
    PRESENT,
    TRAILER_LIMIT,
    Item,
    ItemKind,
    Manifest,
    Trailer,
    item_place,
    manifest_digest,
    parse_manifest,
    plain_digest,
)

_Blocks = Callable[[], Iterable[bytes]]


@dataclass(frozen=True, slots=True)
class PackRecord:
    """Hold one record with its proof.

    ``node`` and ``index`` are its place; ``proof`` leads to the root of the checkpoint of size ``tree``, which should
    be the earliest cosigned one that covers the record, or the latest of its owner where none is cosigned yet.
    ``content`` is the document of an open record, salt and payload of a sealed one, None where this node has none:
    it was erased, or never arrived.
    """

    node: str
    index: int
    header: bytes
    proof: tuple[bytes, ...]
    tree: int
    content: bytes | None = None


@dataclass(frozen=True, slots=True)
class PackAttachment:
    """Hold one encrypted attachment: its identifier (a digest), its encrypted size, and how to read it."""

    id: str
    size: int
    blocks: Callable[[], Iterable[bytes]]


@dataclass(frozen=True, slots=True)
class PackContents:
    """Hold all that goes into a pack, in any order.  ``notes`` are checkpoint notes with their cosignatures."""

    case: str
    channel: str
    exporter: str
    time: str
    identities: Sequence[bytes]
    agreements: Sequence[bytes]
    notes: Sequence[bytes]
    records: Sequence[PackRecord]
    attachments: Sequence[PackAttachment] = ()


@dataclass(frozen=True, slots=True)
class PackExport:
    """Hold the exporter's ``pack.exported/1`` record: its place, its parts, and the checkpoint over it.

    ``note`` carries the exporter's two signatures and nothing else.
    """

    index: int
    header: bytes
    content: bytes
    proof: tuple[bytes, ...]
    note: bytes


@dataclass(frozen=True, slots=True)
class PackPlan:
    """Hold a pack that only lacks its export record: put ``digest`` into a `PackExported`, then `write_pack`."""

    manifest: bytes
    digest: str
    pieces: tuple[tuple[Item, Callable[[], Iterable[bytes]]], ...]


def plan_pack(contents: PackContents) -> PackPlan:
    """Return the plan of a pack.  Raises `MalformedError` or `TooLargeError` when it cannot be one.

    Payloads are held in memory until the pack is written, attachments are not read before.
    """
    pieces = sorted(_pieces(contents), key=lambda piece: item_place(piece[0]))
    manifest = encode(
        Manifest(
            v=PACK_V,
            case=contents.case,
            channel=contents.channel,
            exporter=contents.exporter,
            time=contents.time,
            items=tuple(item for item, _ in pieces),
        )
    )
    parse_manifest(manifest)
    return PackPlan(manifest, manifest_digest(manifest), tuple(pieces))


def write_pack(plan: PackPlan, export: PackExport) -> Iterator[bytes]:
    """Yield the bytes of the pack.

    Raises `MalformedError` when an attachment does not have the planned size; what was written is no pack then.
    """
    trailer = encode(
        Trailer(
            v="comity/v1/pack-trailer",
            index=export.index,
            header=export.header,
            content=export.content,
            proof=export.proof,
            note=export.note,
        )
    )
    if len(trailer) > TRAILER_LIMIT or len(plan.manifest) > MANIFEST_LIMIT:
        raise TooLargeError("This pack is too large.")
    yield MAGIC + len(plan.manifest).to_bytes(4) + plan.manifest
    for item, blocks in plan.pieces:
        yield PRESENT
        left = item.size
        for block in blocks():
            left -= len(block)
            yield block
        if left:
            raise MalformedError("An attachment changed while the pack was written.", "Export the pack again.")
    yield len(trailer).to_bytes(4) + trailer


def _pieces(contents: PackContents) -> Iterator[tuple[Item, _Blocks]]:
    for identity in contents.identities:
        yield _piece(ItemKind.IDENTITY, identity, node=PublicKeys(identity).node)
    for agreement in contents.agreements:
        yield _piece(ItemKind.AGREEMENT, agreement)
    for note in contents.notes:
        _, checkpoint = parse_checkpoint(note)
        yield _piece(ItemKind.CHECKPOINT, note, node=checkpoint.journal.node, tree=checkpoint.size)
    for record in contents.records:
        yield _piece(ItemKind.HEADER, record.header, node=record.node, index=record.index)
        yield _piece(ItemKind.PROOF, b"".join(record.proof), node=record.node, index=record.index, tree=record.tree)
        if record.content is not None:
            yield _piece(ItemKind.CONTENT, record.content, node=record.node, index=record.index)
    for attachment in contents.attachments:
        yield Item(kind=ItemKind.ATTACHMENT, digest=attachment.id, size=attachment.size), attachment.blocks


def _piece(
    kind: ItemKind, data: bytes, *, node: str | None = None, index: int | None = None, tree: int | None = None
) -> tuple[Item, _Blocks]:
    item = Item(kind=kind, digest=plain_digest(data), size=len(data), node=node, index=index, tree=tree)
    return item, lambda: (data,)
