"""Verify a pack from the file and the nodes' public keys alone, in one pass and bounded memory."""

from collections.abc import Iterable, Iterator

from comity.protocol.attachments import decrypt, sealed_size
from comity.protocol.errors import CannotOpenError, ComityError
from comity.protocol.packs import checks
from comity.protocol.packs.conclude import conclude, unreadable
from comity.protocol.packs.format import Item, ItemKind, Reader, item_name
from comity.protocol.packs.frames import (
    Body,
    PackBrokenError,
    open_body,
    read_manifest,
    read_presence,
    read_trailer,
)
from comity.protocol.packs.report import ContentState, Finding, Report
from comity.protocol.packs.state import Extract, SeenRecord, State, Trust

_CHANGED = "it is not what the manifest lists: it was changed"


def verify_pack(stream: Reader, trusted: Iterable[bytes | str], extract: Extract | None = None) -> Report:
    """Return what the pack in ``stream`` proves under ``trusted`` keys (identity documents, or fingerprints).

    Whatever is wrong with the pack stands in the report.  Raises only what reading ``trusted`` raises
    (`MalformedError`, `TooLargeError`), and what ``extract`` raises other than `ComityError`.
    """
    trust = Trust(trusted)
    try:
        raw, manifest = read_manifest(stream)
    except PackBrokenError as error:
        return unreadable(Finding(error.item, error.problem))
    state = State(manifest, trust)
    try:
        for item in manifest.items:
            _take(state, stream, item, extract)
        _, trailer = read_trailer(stream)
        try:
            checks.check_trailer(state, raw, trailer)
        except ComityError as error:
            state.broken("trailer", error)
    except PackBrokenError as error:
        # Nothing after this place can be read; what stood before it is still reported.
        state.broken(error.item, error.problem)
    return conclude(state)


def _take(state: State, stream: Reader, item: Item, extract: Extract | None) -> None:
    name = item_name(item)
    record = None
    if item.node is not None and item.index is not None:
        record = state.records.setdefault((item.node, item.index), SeenRecord(item.node, item.index))
    if not read_presence(stream, name):
        state.left_out.append(name)
        if record is not None and item.kind is ItemKind.CONTENT:
            record.content = ContentState.LEFT_OUT
        if item.kind is ItemKind.ATTACHMENT:
            state.attachments[item.digest] = ContentState.LEFT_OUT
        return
    body = open_body(stream, item, name)
    if item.kind is ItemKind.ATTACHMENT:
        _take_attachment(state, body, extract)
        return
    data = body.whole()
    if not body.matches():
        state.broken(name, _CHANGED)
        if record is not None and item.kind is ItemKind.CONTENT:
            record.content = ContentState.BROKEN
        return
    try:
        _check(state, item, record, data, extract)
    except PackBrokenError:
        raise
    except ComityError as error:
        state.broken(name, error)


def _check(state: State, item: Item, record: SeenRecord | None, data: bytes, extract: Extract | None) -> None:
    name = item_name(item)
    if item.kind is ItemKind.IDENTITY:
        checks.check_identity(state, item, name, data)
    elif item.kind is ItemKind.AGREEMENT:
        checks.check_agreement(state, data)
    elif item.kind is ItemKind.CHECKPOINT:
        checks.check_checkpoint(state, item, name, data)
    elif record is not None and item.kind is ItemKind.HEADER:
        checks.check_header(state, record, name, data)
    elif record is not None and item.kind is ItemKind.PROOF:
        checks.check_proof(state, record, item, name, data)
    elif record is not None:
        document = checks.check_content(record, data)
        for id_ in record.announced:
            state.announcers.setdefault(id_, record)
        if extract is not None and document is not None and record.covered is not None:
            extract.content(name, document)


def _take_attachment(state: State, body: Body, extract: Extract | None) -> None:
    """Verify an attachment as it goes by: its digest, and, where its key is known, that it opens."""
    holder = state.announcers.get(body.item.digest)
    opened = ContentState.CLOSED
    if holder is not None:
        announced = holder.announced[body.item.digest]
        try:
            if sealed_size(announced.size) != body.item.size:
                raise CannotOpenError("The attachment does not have the size that its record announced.")
            blocks = decrypt(body.blocks(), announced.key)
            if extract is not None and holder.covered is not None:
                extract.attachment(body.name, announced, blocks)
            _drain(blocks)
            opened = ContentState.VERIFIED
        except PackBrokenError:
            raise
        except ComityError as error:
            opened = ContentState.BROKEN
            problem = error.sentence
            if body.matches():
                state.broken(body.name, problem)
    if not body.matches():
        state.broken(body.name, _CHANGED)
        opened = ContentState.BROKEN
    state.attachments[body.item.digest] = opened


def _drain(blocks: Iterator[bytes]) -> None:
    for _ in blocks:
        pass
