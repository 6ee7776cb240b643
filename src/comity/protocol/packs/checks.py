"""Check single items of a pack against the trusted keys; what is wrong goes into the `State`."""

import msgspec

from comity.protocol.agreement.model import agreement_digest
from comity.protocol.attachments import Attachment
from comity.protocol.canonical import decode
from comity.protocol.checkpoints import Checkpoint, open_checkpoint, open_cosignature, parse_checkpoint
from comity.protocol.errors import ComityError, MalformedError, SignatureInvalidError
from comity.protocol.keys import PublicKeys
from comity.protocol.merkle import HASH_BYTES, verify_inclusion
from comity.protocol.packs.format import Item, Trailer, manifest_digest
from comity.protocol.packs.report import ContentState, ReceiptFact
from comity.protocol.packs.state import Covered, SeenRecord, State
from comity.protocol.records import PAYLOAD_LIMIT, Header, OpenContent, ParsedHeader, check_open, parse_header
from comity.protocol.sealing import SALT_BYTES, check_commitment
from comity.protocol.types import CONTROL_TYPES, Catalogue, PackExported

_CONTROL = Catalogue(*CONTROL_TYPES)
_EXPORTED = "pack.exported/1"


def check_identity(state: State, item: Item, name: str, data: bytes) -> None:
    """Accept an identity only if its fingerprint is trusted.

    SECURITY: a pack brings no keys of its own. Holds because an identity in it only helps to find the key of a
    fingerprint that the verifier was given. Breaks if a caller takes the trusted keys from the pack.
    """
    keys = PublicKeys(data)
    if keys.node != item.node:
        state.broken(name, "it is the identity of another node")
    elif not state.trust.accept(keys):
        if state.trust.of(keys.node):
            state.broken(name, "it is not the identity that was given for this node")
        else:
            state.open(name, "no key was given that this identity could be compared with")


def check_agreement(state: State, data: bytes) -> None:
    """Keep the text of an agreement by its digest."""
    state.agreements[agreement_digest(data)] = data


def check_checkpoint(state: State, item: Item, name: str, data: bytes) -> None:
    """Verify owner and cosigners of a checkpoint, and keep it if its owner is proven."""
    note, checkpoint = parse_checkpoint(data)
    place = (checkpoint.journal.channel, checkpoint.journal.node, checkpoint.size)
    if place != (state.manifest.channel, item.node, item.tree):
        state.broken(name, "it is the head of another journal, or of another size")
        return
    owner = checkpoint.journal.node
    if not state.trust.of(owner):
        state.open(name, "no key was given for its owner")
        return
    _owner_signed(state, data, checkpoint)
    receipts = [_receipt(state, data, node) for node in sorted(note.names() - {owner})]
    for node in sorted(note.names() - {owner}):
        if not state.trust.of(node):
            state.open(name, f"no key was given for the cosignature of {node}")
    state.checkpoints[owner, checkpoint.size] = Covered(checkpoint, tuple(r for r in receipts if r))


def check_header(state: State, record: SeenRecord, name: str, data: bytes) -> None:
    """Read a header and see that it stands in the right journal."""
    parsed = parse_header(data)
    if (parsed.header.channel, parsed.header.author) != (state.manifest.channel, record.node):
        state.broken(name, "it belongs to another journal")
    else:
        record.parsed = parsed


def check_proof(state: State, record: SeenRecord, item: Item, name: str, data: bytes) -> None:
    """Verify that the record is in the tree of a checkpoint that is proven."""
    covered = state.checkpoints.get((record.node, item.tree or 0))
    if record.parsed is None or covered is None:
        return
    hashes = [data[i : i + HASH_BYTES] for i in range(0, len(data), HASH_BYTES)]
    root = covered.checkpoint.root
    try:
        verify_inclusion(record.parsed.leaf, record.index, covered.checkpoint.size, hashes, root)
    except ComityError as error:
        state.broken(name, error)
    else:
        record.covered = covered


def check_content(record: SeenRecord, data: bytes) -> bytes | None:
    """Verify content against its header and return the document, or None when its header is not there.

    Raises `ComityError` when it is not what the header announced.
    """
    if record.parsed is None:
        record.content = ContentState.CLOSED
        return None
    content = record.parsed.header.content
    record.content = ContentState.BROKEN
    if isinstance(content, OpenContent):
        document = data
        check_open(content, document)
    else:
        document = data[SALT_BYTES:]
        check_commitment(data[:SALT_BYTES], document, content.commitment)
        if len(document) != content.size:
            raise MalformedError("The payload does not have the size that its header announced.")
    record.content = ContentState.VERIFIED
    _read(record, record.parsed, document)
    return document


def check_trailer(state: State, raw_manifest: bytes, trailer: Trailer) -> None:
    """Verify that the exporter's journal holds a record of exactly this manifest.

    SECURITY: nothing of a pack can be changed, added or taken out of its manifest. Holds because the digest of the
    manifest stands in a record under a checkpoint that the exporter signed. Breaks if the exporter's key does.
    """
    parsed = parse_header(trailer.header)
    exported = _read_export(parsed, trailer.content)
    exporter = state.manifest.exporter
    if (parsed.header.author, parsed.header.channel) != (exporter, state.manifest.channel):
        state.broken("trailer", "the export record is of another journal")
    elif (exported.manifest, exported.case) != (manifest_digest(raw_manifest), state.manifest.case):
        state.broken("manifest", "it is not the one that the exporter recorded")
    elif not state.trust.of(exporter):
        state.open("manifest", "no key was given for the exporter")
    else:
        note, checkpoint = parse_checkpoint(trailer.note)
        if (checkpoint.journal.channel, checkpoint.journal.node) != (state.manifest.channel, exporter):
            raise MalformedError("The checkpoint is of another journal.")
        if len(note.signatures) != 2:  # the exporter's two: what nobody verifies could be changed unseen
            raise MalformedError("The checkpoint of a trailer carries its owner's two signatures and nothing else.")
        _owner_signed(state, trailer.note, checkpoint)
        verify_inclusion(parsed.leaf, trailer.index, checkpoint.size, trailer.proof, checkpoint.root)
        _check_fork(state, checkpoint)
        state.exported = True


def _check_fork(state: State, checkpoint: Checkpoint) -> None:
    other = state.checkpoints.get((checkpoint.journal.node, checkpoint.size))
    if other is not None and other.checkpoint.root != checkpoint.root:
        raise SignatureInvalidError("The exporter signed two different journals of one size: it has forked.")


def _owner_signed(state: State, note: bytes, checkpoint: Checkpoint) -> None:
    owner = checkpoint.journal.node
    for keys in state.trust.of(owner):
        try:
            open_checkpoint(note, keys)
        except SignatureInvalidError:
            continue
        return
    raise SignatureInvalidError(f"No key given for {owner} verifies the signatures of this checkpoint.")


def _receipt(state: State, note: bytes, node: str) -> ReceiptFact | None:
    trusted = state.trust.of(node)
    for keys in trusted:
        try:
            return ReceiptFact(node, open_cosignature(note, keys).time)
        except SignatureInvalidError:
            continue
    if trusted:
        raise SignatureInvalidError(f"No key given for {node} verifies its cosignature.")
    return None


def _read_export(parsed: ParsedHeader, content: bytes) -> PackExported:
    if parsed.header.type != _EXPORTED or not isinstance(parsed.header.content, OpenContent):
        raise MalformedError("The record of a trailer is not an export.")
    check_open(parsed.header.content, content)
    return decode(content, PackExported, limit=PAYLOAD_LIMIT)


def _read(record: SeenRecord, parsed: ParsedHeader, document: bytes) -> None:
    header = parsed.header
    if header.type in _CONTROL:
        record.body = _CONTROL.read(header.type, document)
    elif header.attachments:
        record.announced = find_attachments(header, document)


def find_attachments(header: Header, document: bytes) -> dict[str, Attachment]:
    """Return the descriptions of a header's attachments that stand anywhere in a payload, by identifier."""
    wanted = {attachment.id for attachment in header.attachments}
    found: dict[str, Attachment] = {}
    try:
        heap = [msgspec.json.decode(document)]
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        return found
    while heap:
        value = heap.pop()
        if isinstance(value, list):
            heap.extend(value)
        elif isinstance(value, dict):
            heap.extend(value.values())
            if isinstance(value.get("id"), str) and value["id"] in wanted and "key" in value:
                try:
                    one = msgspec.convert(value, Attachment)
                except msgspec.ValidationError:
                    continue
                found.setdefault(one.id, one)
    return found
