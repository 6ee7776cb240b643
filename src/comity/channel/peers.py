"""Know the partners: invite, accept, compare words, confirm, block."""

from functools import lru_cache

from django.db import transaction
from django.db.models import BigIntegerField, F, Value
from django.db.models.functions import Greatest
from mnemonic import Mnemonic

from comity.channel.models import Delivery, Invitation, Peer, PeerState
from comity.channel.runtime import LocalNode
from comity.protocol import pairing
from comity.protocol.errors import ComityError, ErrorKind, WrongAddressError
from comity.protocol.keys import PublicKeys
from comity.protocol.sealing import unwrap_at_rest, wrap_at_rest


class UnknownPeerError(ComityError):
    """Say that a node is not a confirmed partner of this one."""

    kind = ErrorKind.UNKNOWN_PEER
    default_remedy = "Pair the two nodes first: comity pair invite, comity pair accept, comity pair confirm."


@lru_cache(maxsize=64)
def public_keys(identity: bytes) -> PublicKeys:
    """Return the keys of an identity document; reading one is not cheap, and there are few."""
    return PublicKeys(identity)


def keys_of(node: LocalNode, name: str) -> PublicKeys:
    """Return the pinned keys of this node or a partner.  Raises `UnknownPeerError`."""
    if name == node.name:
        return node.keys.public
    row = Peer.objects.using(node.using).filter(node=name).values_list("identity", flat=True).first()
    if row is None:
        raise UnknownPeerError(f"{name} is not a partner of this node.")
    return public_keys(bytes(row))


def confirmed(node: LocalNode, name: str) -> Peer:
    """Return a partner whose words have been compared.  Raises `UnknownPeerError`."""
    peer = Peer.objects.using(node.using).filter(node=name, state=PeerState.CONFIRMED).first()
    if peer is None:
        raise UnknownPeerError(f"{name} is not a confirmed partner of this node.")
    return peer


def transport_key(node: LocalNode, peer: Peer) -> bytes:
    """Return the key that authenticates messages between the pair."""
    return unwrap_at_rest(bytes(peer.transport_key), bytes(peer.identity), node.keys.storage_key)


def invite(node: LocalNode) -> bytes:
    """Make an invitation file and remember it until it is answered."""
    document = pairing.invite(node.keys.public.document, node.endpoint, node.certificate)
    Invitation.objects.using(node.using).create(document=document, created_ms=node.clock())
    return document


def accept(node: LocalNode, invitation: bytes) -> tuple[bytes, str]:
    """Accept an invitation: store the partner, unconfirmed, and return the acceptance file and the partner's name."""
    parsed, inviter = pairing.read_invitation(invitation)
    acceptance, key = pairing.accept(invitation, node.keys, node.endpoint, node.certificate)
    _store(node, inviter, key, parsed.endpoint, parsed.certificate)
    return acceptance, inviter.node


def complete(node: LocalNode, acceptance: bytes) -> str:
    """Read the answer to one of this node's invitations and return the partner's name.

    Raises `WrongAddressError` when it answers none of them.
    """
    for row in Invitation.objects.using(node.using).order_by("-id")[:50]:
        try:
            parsed, partner, key = pairing.complete(bytes(row.document), acceptance, node.keys)
        except WrongAddressError:
            continue
        _store(node, partner, key, parsed.endpoint, parsed.certificate)
        return partner.node
    raise WrongAddressError(
        "This acceptance answers no invitation of this node.", "Make a new invitation and start again."
    )


def words(node: LocalNode, name: str) -> tuple[list[str], list[int]]:
    """Return the twelve words (and the same as numbers) that both sides read out.  Raises `UnknownPeerError`."""
    peer = Peer.objects.using(node.using).filter(node=name).first()
    if peer is None:
        raise UnknownPeerError(f"{name} is not a partner of this node.")
    code = pairing.pairing_code(node.keys.public, public_keys(bytes(peer.identity)), transport_key(node, peer))
    wordlist = Mnemonic("english").wordlist
    return [wordlist[number] for number in code], list(code)


def confirm(node: LocalNode, name: str) -> None:
    """State that the words were compared by telephone and agreed.  Raises `UnknownPeerError`."""
    changed = (
        Peer.objects.using(node.using).filter(node=name, state=PeerState.UNCONFIRMED).update(state=PeerState.CONFIRMED)
    )
    if not changed:
        raise UnknownPeerError(f"{name} is not waiting to be confirmed.")


def block(node: LocalNode, name: str) -> None:
    """Stop all exchange with a partner until it is confirmed again."""
    Peer.objects.using(node.using).filter(node=name).update(state=PeerState.BLOCKED)


def charge(node: LocalNode, name: str, count: int) -> None:
    """Count ``count`` bytes more (or less) as stored here for a partner; nothing for this node's own."""
    if count:
        stored = Greatest(F("stored_bytes") + count, Value(0), output_field=BigIntegerField())
        Peer.objects.using(node.using).filter(node=name).update(stored_bytes=stored)


def _store(node: LocalNode, partner: PublicKeys, key: bytes, endpoint: str, certificate: str) -> None:
    with transaction.atomic(using=node.using):
        existing = Peer.objects.using(node.using).filter(node=partner.node).first()
        if existing and existing.state == PeerState.CONFIRMED and bytes(existing.identity) != partner.document:
            raise WrongAddressError(
                f"{partner.node} is already a confirmed partner with other keys.",
                "If the partner lost its keys, block it first, then pair again by telephone.",
            )
        Peer.objects.using(node.using).update_or_create(
            node=partner.node,
            defaults={
                "identity": partner.document,
                "endpoint": endpoint,
                "certificate": certificate,
                "transport_key": wrap_at_rest(key, partner.document, node.keys.storage_key),
                "state": PeerState.UNCONFIRMED,
                "quota_bytes": node.limits.peer_quota_bytes,
                "created_ms": node.clock(),
            },
        )
        Delivery.objects.using(node.using).filter(peer_id=partner.node).update(next_ms=0, failures=0)
