"""Send a record: the one way out.

Check the agreement, seal, and append, so that a record either stands in the journal for good or never existed.  What
leaves the node later is only ever what stands here.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction

from comity.channel import agreements, blobs, store
from comity.channel.journals import Placed
from comity.channel.models import Channel, RecordState
from comity.channel.peers import keys_of
from comity.channel.runtime import AppliedRecord, LocalNode, apply_to_areas
from comity.protocol import sealing
from comity.protocol.agreement.errors import WrongStateError
from comity.protocol.agreement.permits import Permission, Refusal
from comity.protocol.attachments import Attachment
from comity.protocol.canonical import Strict, encode
from comity.protocol.errors import ComityError, ErrorKind
from comity.protocol.keys import PublicKeys
from comity.protocol.merkle import leaf_hash
from comity.protocol.names import instant, parse_instant
from comity.protocol.records import (
    RECORD_V,
    AttachmentRef,
    Header,
    Reality,
    Reference,
    SealedContent,
    encode_header,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """Hold what an officer wants to send, before the agreement has been asked."""

    type: str
    body: Strict
    to: tuple[str, ...]
    clause: str
    purpose: str
    handling: str | None = None
    urgency: str | None = None
    language: str | None = None
    authority: str | None = None
    officer: str | None = None
    released_by: str | None = None
    reality: Reality = Reality.ACTUAL
    refs: tuple[Reference, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    uid: str | None = None


class NotPermittedError(ComityError):
    """Say that the agreement does not permit a record, with every finding."""

    kind = ErrorKind.NOT_PERMITTED

    def __init__(self, refusal: Refusal) -> None:
        """Keep the agreement's ``refusal``."""
        first = refusal.findings[0]
        super().__init__(first.sentence, first.remedy)
        self.refusal = refusal


@dataclass(frozen=True, slots=True)
class _Ready:
    header: Header
    raw: bytes
    body: Strict
    sealed: sealing.SealedPayload
    permission: Permission


def preflight(node: LocalNode, channel: Channel, draft: Draft) -> Permission | Refusal:
    """Say whether a draft may be sent as it is, without sending anything."""
    header = _header(node, channel, draft, b"\0" * 32, 0)
    return agreements.check(node, channel, header, draft.body, meter=agreements.Meter(node, channel))


def post(node: LocalNode, channel: Channel, drafts: Sequence[Draft]) -> list[Placed]:
    """Append ``drafts`` to this node's journal, all or none; delivery follows by itself.

    Raises `NotPermittedError` with the clause and the remedy, `WrongStateError`, or `TooLargeError`.
    """
    meter = agreements.Meter(node, channel)
    readers: dict[str, PublicKeys] = {}
    ready = [_prepare(node, channel, draft, meter, readers) for draft in drafts]
    with transaction.atomic(using=node.using):
        epoch = store.lock_channel(node.using, channel.id)
        if epoch != channel.epoch:
            # The agreement changed while we sealed: what was checked may no longer hold.
            channel.refresh_from_db(using=node.using)
            _check_again(node, channel, ready)
        own = store.load_journal(node.using, channel.id, node.name)
        if own.must_hear:
            raise WrongStateError(
                f"This node was restored and waits to hear from {', '.join(own.must_hear)}.",
                "Keep the draft and send it once the partner has been reached.",
            )
        first = store.append(node.using, own, [_row(one) for one in ready], node.clock())
        places = [Placed(one.header.id, first + offset) for offset, one in enumerate(ready)]
        blobs.announce(node, own.id, [(first + i, one.header) for i, one in enumerate(ready)])
        _project(node, ready, first)
    return places


def _check_again(node: LocalNode, channel: Channel, ready: Sequence[_Ready]) -> None:
    for one in ready:
        verdict = agreements.check(node, channel, one.header, one.body)
        if isinstance(verdict, Refusal):
            raise NotPermittedError(verdict)


def _prepare(
    node: LocalNode, channel: Channel, draft: Draft, meter: agreements.Meter, readers: dict[str, PublicKeys]
) -> _Ready:
    payload = encode(draft.body)
    salt = sealing.new_salt()
    header = _header(node, channel, draft, sealing.commit(salt, payload), len(payload))
    verdict = agreements.check(node, channel, header, draft.body, meter=meter)
    if isinstance(verdict, Refusal):
        raise NotPermittedError(verdict)
    meter.count(header)
    raw = encode_header(header)
    for name in draft.to:
        if name not in readers:
            readers[name] = keys_of(node, name)
    recipients = [readers[name] for name in draft.to]
    return _Ready(header, raw, draft.body, sealing.seal(salt, payload, raw, node.keys, recipients), verdict)


def _header(node: LocalNode, channel: Channel, draft: Draft, commitment: bytes, size: int) -> Header:
    names = draft.attachments
    sizes = {attachment.id: blobs.sealed_size(attachment) for attachment in names}
    return Header(
        v=RECORD_V,
        id=draft.uid or node.new_id(),
        channel=channel.uuid,
        type=draft.type,
        author=node.name,
        authority=draft.authority or node.keys.public.identity.authorities[0],
        to=draft.to,
        time=instant(node.clock()),
        content=SealedContent(commitment=commitment, size=size),
        reality=draft.reality,
        agreement=agreements.digest_in_force(node, channel),
        clause=draft.clause,
        purpose=draft.purpose,
        handling=draft.handling,
        urgency=draft.urgency,
        language=draft.language,
        officer=draft.officer,
        released_by=draft.released_by,
        refs=draft.refs,
        attachments=tuple(AttachmentRef(id=one, size=sizes[one]) for one in sizes),
    )


def _row(one: _Ready) -> store.NewRecord:
    time_ms = parse_instant(one.header.time)
    return store.NewRecord(
        uid=one.header.id,
        type=one.header.type,
        time_ms=time_ms,
        header=one.raw,
        leaf=leaf_hash(one.raw),
        state=RecordState.OWN,
        content=one.sealed.ciphertext,
        wraps=one.sealed.wraps,
        key_at_rest=one.sealed.key_at_rest,
        erase_due_ms=agreements.erase_due(one.permission, time_ms),
        clause=one.header.clause or "",
    )


def _project(node: LocalNode, ready: Sequence[_Ready], first: int) -> None:
    apply_to_areas(
        node,
        [AppliedRecord(one.header, one.body, node.name, first + offset, own=True) for offset, one in enumerate(ready)],
    )
