"""Hold the agreement of a channel: its texts, who has signed what, and what it permits now."""

import contextlib
from functools import lru_cache

from django.db import transaction

from comity.channel import store
from comity.channel.journals import Placed, append_open, bump_epoch
from comity.channel.models import AgreementText, Channel, Delivery, Disposition, Journal, Peer, Record, RecordState
from comity.channel.peers import confirmed, public_keys
from comity.channel.runtime import LocalNode
from comity.protocol import types
from comity.protocol.agreement.errors import WrongStateError
from comity.protocol.agreement.findings import ReasonCode, finding
from comity.protocol.agreement.model import Agreement, agreement_digest
from comity.protocol.agreement.negotiation import Negotiation, act_of
from comity.protocol.agreement.permits import Permission, Refusal, Usage, permits
from comity.protocol.agreement.reader import read_agreement
from comity.protocol.agreement.terms import Terms, compile_terms
from comity.protocol.canonical import Strict, decode
from comity.protocol.errors import ComityError, ErrorKind, WrongAddressError
from comity.protocol.message import Message
from comity.protocol.names import hex_digest, parse_instant, party_of
from comity.protocol.records import PAYLOAD_LIMIT, Header, parse_header

DAY_MS = 24 * 3600 * 1000
IN_FLIGHT_MS = 30 * DAY_MS
"""How long after an amendment takes effect records dated before are still judged by the text before it; by hand and on
a stick a record may travel for weeks, but a date is a claim, so not for ever."""


class NoAgreementError(ComityError):
    """Say that a channel has no agreement in force."""

    kind = ErrorKind.WRONG_STATE
    default_remedy = "Both sides must sign a text first: comity agreement sign."


def negotiation(node: LocalNode, channel: Channel) -> Negotiation:
    """Return who has proposed, signed, declined, suspended and ended what, as this node's copies tell."""
    known = _negotiation(node.using, channel.id, channel.epoch)
    if not known:
        known.append(_replay(node.using, channel.id))
    return known[0]


@lru_cache(maxsize=256)
def _negotiation(using: str, channel_id: int, epoch: int) -> list[Negotiation]:  # noqa: ARG001  # only to be remembered by
    """Return where the state of the agreement is kept until the channel's ``epoch`` changes; empty at first."""
    return []


def _replay(using: str, channel_id: int) -> Negotiation:
    rows = (
        Record.objects.using(using)
        .filter(channel_id=channel_id, type__startswith="agreement.", content__isnull=False)
        .exclude(state=2)
        .order_by("journal__node", "index")
        .values_list("journal__node", "type", "content")
    )
    acts = [act_of(author, tag, _body(tag, bytes(content or b""))) for author, tag, content in rows]
    return Negotiation.replay(acts)


def acted(node: LocalNode, channel: Channel, author: str, tag: str, body: Strict) -> None:
    """Go on to a new epoch of the agreement with one more act of ``author``, whose record stands now.

    SECURITY: a thousand acts cost a thousand steps, not a million. Holds because the state is carried on instead of
    being read from the journals again. Breaks if a caller goes through a batch with `bump_epoch`.
    """
    known = _negotiation(node.using, channel.id, channel.epoch)
    bump_epoch(node, channel)
    with contextlib.suppress(ComityError):
        if known:
            _negotiation(node.using, channel.id, channel.epoch).append(known[0].take(act_of(author, tag, body)))


_BODIES = {kind.tag: kind.body for kind in types.CONTROL_TYPES}


def _body(tag: str, content: bytes) -> Strict:
    return decode(content, _BODIES[tag], limit=PAYLOAD_LIMIT)


def text_of(node: LocalNode, channel: Channel, digest: str) -> bytes | None:
    """Return a proposed text by its digest, if this node has it."""
    try:
        return _text(node.using, channel.id, digest)
    except AgreementText.DoesNotExist:
        return None


@lru_cache(maxsize=256)
def _text(using: str, channel_id: int, digest: str) -> bytes:
    """Read a text; only those found are remembered, for one may arrive any time."""
    return bytes(AgreementText.objects.using(using).get(channel_id=channel_id, digest=digest).text)


def digest_in_force(node: LocalNode, channel: Channel) -> str | None:
    """Return the digest of the text that governs now, if there is one."""
    return negotiation(node, channel).standing(node.clock()).in_force


def terms_in_force(node: LocalNode, channel: Channel) -> Terms:
    """Return the text in force, compiled.  Raises `NoAgreementError`."""
    digest = digest_in_force(node, channel)
    text = text_of(node, channel, digest) if digest else None
    if text is None:
        raise NoAgreementError("No agreement is in force on this channel.")
    return compile_terms(text)


def check(
    node: LocalNode,
    channel: Channel,
    header: Header,
    body: Strict | None,
    *,
    index: int | None = None,
    meter: "Meter | None" = None,
) -> Permission | Refusal:
    """Ask the agreement whether a record may travel: ours before it is sent, a partner's when it arrives.

    ``index`` is the place of a partner's record in its journal; ``meter`` counts what a clause limits a day.
    """
    state = negotiation(node, channel)
    in_force = digest_in_force(node, channel)
    text = text_of(node, channel, header.agreement) if header.agreement else None
    if text is None and in_force is not None:
        text = text_of(node, channel, in_force)
    if text is None:
        return Refusal((finding(ReasonCode.NOT_IN_FORCE),))
    accepted: frozenset[str] = frozenset()
    if index is not None and header.agreement and header.agreement != in_force:
        accepted = _still_accepted(node, channel, state, header, index)
    now = node.clock()
    terms = compile_terms(text)
    usage = meter.usage(terms, header) if meter is not None else None
    return permits(terms, state.standing(now, accepted), header, body, now=now, usage=usage)


class Meter:
    """Count the records that a party has sent under a clause today (UTC), stored ones and those of this batch.

    Both nodes count by the day that a record states, so that they come to the same number.
    """

    def __init__(self, node: LocalNode, channel: Channel) -> None:
        """Count in one channel; the database is asked once for a party, clause and day."""
        self._node, self._channel = node, channel
        self._counts: dict[tuple[str, str, int], int] = {}

    def usage(self, terms: Terms, header: Header) -> Usage | None:
        """Return how much of the clause has been used, if it limits that."""
        clause = terms.clauses.get(header.clause or "")
        if clause is None or clause.clause.limits is None or clause.clause.limits.records_per_day is None:
            return None
        return Usage(records_today=self._count(header))

    def count(self, header: Header) -> None:
        """Count one more record that is about to be stored."""
        key = self._key(header)
        if key in self._counts:
            self._counts[key] += 1

    def _key(self, header: Header) -> tuple[str, str, int]:
        return party_of(header.author), header.clause or "", parse_instant(header.time) // DAY_MS

    def _count(self, header: Header) -> int:
        key = self._key(header)
        if key not in self._counts:
            party, clause, day = key
            journals = Journal.objects.using(self._node.using).filter(channel=self._channel)
            rows = Record.objects.using(self._node.using).filter(
                journal__in=[one.id for one in journals if party_of(one.node) == party],
                clause=clause,
                time_ms__gte=day * DAY_MS,
                time_ms__lt=(day + 1) * DAY_MS,
                state__in=(RecordState.OWN, RecordState.ACCEPTED),
            )
            self._counts[key] = rows.count()
        return self._counts[key]


def _still_accepted(
    node: LocalNode, channel: Channel, state: Negotiation, header: Header, index: int
) -> frozenset[str]:
    """Return the superseded text a record names, if its author did not know the newer one when it wrote.

    The author's own journal tells: it knew once it had signed itself and had accepted every other party's signature.
    """
    newer = state.successor(header.agreement) if header.agreement else None
    if newer is None or header.agreement is None:
        return frozenset()
    effective = state.proposals[newer].effective
    if parse_instant(header.time) < effective and node.clock() < effective + IN_FLIGHT_MS:
        return frozenset({header.agreement})
    knew = 0
    signed = Record.objects.using(node.using).filter(channel=channel, type="agreement.signed/1", state__in=(0, 1))
    for record in signed.select_related("journal"):
        if _body(record.type, bytes(record.content or b"")) != types.AgreementSigned(digest=newer):
            continue
        if record.journal.node == header.author:
            knew = max(knew, record.index)
            continue
        row = Disposition.objects.using(node.using).filter(
            journal_id=record.journal_id, by=header.author, start__lte=record.index, end__gt=record.index
        )
        stated = row.values_list("stated_at", flat=True).order_by("stated_at").first()
        if stated is None:
            return frozenset({header.agreement})
        knew = max(knew, stated)
    return frozenset({header.agreement}) if index < knew else frozenset()


def erase_due(permission: Permission | None, time_ms: int) -> int | None:
    """Return when a record permitted so must be erased; nothing for records that need no clause."""
    return None if permission is None else time_ms + permission.retention_days * DAY_MS


def erase_due_of(node: LocalNode, channel: Channel, header: Header, time_ms: int) -> int | None:
    """Return when a record that was permitted earlier must be erased, by the clause it names."""
    text = text_of(node, channel, header.agreement) if header.agreement else None
    clause = compile_terms(text).clauses.get(header.clause or "") if text else None
    return None if clause is None else time_ms + clause.clause.retention_days * DAY_MS


def _fill_due(node: LocalNode, channel: Channel) -> None:
    """Set when records fall due that came back, after this node was restored, before the text they were sent under."""
    rows = Record.objects.using(node.using).filter(
        channel=channel, erase_due_ms__isnull=True, key_at_rest__isnull=False
    )
    for record in rows.iterator():
        header = parse_header(bytes(record.header)).header
        record.erase_due_ms = erase_due_of(node, channel, header, record.time_ms)
        record.save(using=node.using, update_fields=["erase_due_ms"])


def take_act(node: LocalNode, channel: Channel, author: str, tag: str, body: Strict, *, settled: bool = False) -> None:
    """Check an act on the agreement and keep its text; it counts once its record stands and `bump_epoch` was called.

    This node's own acts are asked more than a partner's: a partner's may cross ours and then both stand.  ``settled``
    acts were judged before this node was restored and are not judged again.  Raises `WrongStateError`.
    """
    if not settled:
        negotiation(node, channel).check_room(author)
        one = act_of(author, tag, body)
        if author == node.name:
            negotiation(node, channel).check_new(one, now=node.clock())
        else:
            negotiation(node, channel).check(one)
    if isinstance(body, types.AgreementProposed):
        text = body.text.encode()
        agreement = read_agreement(text)
        if agreement.channel != channel.uuid or members_of(agreement) != channel.members:
            raise WrongAddressError("The proposed text is for other nodes or another channel.")
        _check_members(node, agreement)
        _, new = AgreementText.objects.using(node.using).get_or_create(
            channel=channel, digest=agreement_digest(text), defaults={"text": text}
        )
        if new:
            _fill_due(node, channel)


def act(node: LocalNode, channel: Channel, tag: str, body: Strict) -> Placed:
    """Append an act on the agreement to this node's journal: sign, decline, suspend, resume, end, amend.

    Raises `WrongStateError` with the reason when it may not be.
    """
    with transaction.atomic(using=node.using):
        store.lock_channel(node.using, channel.id)
        channel.refresh_from_db(using=node.using)
        own = store.load_journal(node.using, channel.id, node.name)
        if own.must_hear:
            raise WrongStateError("This node was restored and waits to hear from its partners.")
        take_act(node, channel, node.name, tag, body)
        _, placed = append_open(node, channel, own, tag, body)
        bump_epoch(node, channel)
        return placed


def propose(node: LocalNode, text: bytes, note: str = "") -> Channel:
    """Propose a text: open its channel, or amend the agreement of a channel that exists.

    Raises `MalformedError` for a faulty text, `UnknownPeerError` for a node that is not paired, `WrongStateError`.
    """
    agreement = read_agreement(text)
    members = members_of(agreement)
    _check_members(node, agreement)
    with transaction.atomic(using=node.using):
        channel, new = Channel.objects.using(node.using).get_or_create(
            uuid=agreement.channel,
            defaults={"opened_by": node.name, "created_ms": node.clock(), "members": members},
        )
        if new:
            _open_queues(node, channel)
        act(node, channel, "agreement.proposed/1", types.AgreementProposed(text=text.decode(), note=note))
    return channel


def open_from(node: LocalNode, peer: Peer, message: Message) -> Channel:
    """Open the channel that a partner's first message proposes.  Raises a documented error if it may not be."""
    content = _first_proposal(node, peer, message)
    text = decode(content, types.AgreementProposed, limit=PAYLOAD_LIMIT).text.encode()
    agreement = read_agreement(text)
    if agreement.channel != message.channel or peer.node not in members_of(agreement):
        raise WrongAddressError("The proposed agreement is for another channel or other nodes.")
    _check_members(node, agreement)
    _check_room(node, peer)
    channel = Channel.objects.using(node.using).create(
        uuid=agreement.channel,
        opened_by=peer.node,
        created_ms=node.clock(),
        members=members_of(agreement),
    )
    _open_queues(node, channel)
    return channel


def _first_proposal(node: LocalNode, peer: Peer, message: Message) -> bytes:
    """Return the proposal that a message opens a channel with: the partner's, or this node's own that it had lost."""
    begin = [batch for batch in message.batches if batch.start == 0 and batch.node in (peer.node, node.name)]
    if not begin:
        raise WrongStateError("This node knows no such channel.", "Send the proposal of the agreement first.")
    for batch in begin:
        content = batch.records[0].content
        if parse_header(batch.records[0].header).header.type == "agreement.proposed/1" and content is not None:
            return content
    raise WrongStateError("A channel begins with a proposed agreement.")


def _open_queues(node: LocalNode, channel: Channel) -> None:
    """Make a queue to every other member, so that each is called from now on."""
    Delivery.objects.using(node.using).bulk_create(
        Delivery(channel=channel, peer_id=name) for name in channel.members if name != node.name
    )


def members_of(agreement: Agreement) -> list[str]:
    """Return the nodes that an agreement names, in its order."""
    return [one.id for party in agreement.parties for one in party.nodes]


def _check_members(node: LocalNode, agreement: Agreement) -> None:
    """Verify that the text names this node and paired partners by the keys that this node has pinned.

    SECURITY: nobody signs for other keys than those compared by telephone. Holds because every fingerprint in the
    text is compared with the pinned identity. Breaks if a text is accepted before its nodes are paired.
    """
    pinned = {node.name: node.keys.public.fingerprint}
    for party in agreement.parties:
        for one in party.nodes:
            if one.id != node.name:
                pinned[one.id] = public_keys(bytes(confirmed(node, one.id).identity)).fingerprint
            if hex_digest(pinned[one.id]) != one.fingerprint:
                raise WrongAddressError(
                    f"The text names other keys for {one.id} than those compared when pairing.",
                    "Compare fingerprints by telephone; then correct the text or pair again.",
                )
    if node.name not in members_of(agreement):
        raise WrongAddressError("The text does not name this node.")


def _check_room(node: LocalNode, peer: Peer) -> None:
    """Bound how many unsigned proposals one partner keeps open here."""
    opened = Channel.objects.using(node.using).filter(opened_by=peer.node)
    unsigned = [one for one in opened if digest_in_force(node, one) is None]
    if len(unsigned) >= node.limits.unsigned_channels:
        raise WrongStateError("Too many proposals of this partner wait for an answer here.")


def journals(node: LocalNode, channel: Channel) -> list[Journal]:
    """Return the journals of a channel in the order of its members."""
    rows = {row.node: row for row in Journal.objects.using(node.using).filter(channel=channel)}
    return [rows[name] for name in channel.members if name in rows]
