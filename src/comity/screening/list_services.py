"""Do what an officer may do with this node's own lists: keep, review, publish.  The only way to write to them."""

from collections.abc import Iterable
from dataclasses import replace

from comity.channel.models import Channel
from comity.desk.errors import NotAllowedError
from comity.desk.roles import Permission
from comity.desk.seat import Seat
from comity.screening import lists, publications, work
from comity.screening.acting import actor_at
from comity.screening.errors import ListError
from comity.screening.imports.values import Entry, RowError
from comity.screening.lists import Imported, ListTerms
from comity.screening.models import Register


def keep_list(seat: Seat, terms: ListTerms, items: Iterable[Entry | RowError], *, whole: bool = True) -> Imported:
    """Begin or change a list of this node and store the entries of a file; it belongs to the officer's first unit.

    Raises `ListError` or `NotAllowedError`.
    """
    _may(seat)
    if Register.objects.using(seat.node.using).filter(list_id=terms.list_id).exists():
        _register(seat, terms.list_id)
    owned = replace(terms, unit=seat.units(Permission.KEEP_LISTS).first, reality=seat.reality)
    return lists.take_in(seat.node, lists.keep(seat.node, owned), items, whole=whole)


def review_entry(seat: Seat, list_id: str, entry_id: int, *, stays: bool) -> None:
    """Note that a person looked at an entry: it stays until its next review, or goes with the next version."""
    _may(seat)
    row = _register(seat, list_id)
    if stays:
        lists.reviewed(seat.node, row, entry_id)
    else:
        lists.remove(seat.node, row, entry_id)


def publish(seat: Seat, list_id: str, *, rotate: bool = False) -> None:
    """Let the node bring a list's index under this agreement up to date and publish it; ``rotate`` begins a new key.

    It goes on by itself; `list_access.own_lists` shows how far it is.  Where the clause asks for a second person, it
    waits for `release_publication`.
    """
    channel = _may(seat)
    publications.begin(seat.node, _register(seat, list_id), channel, actor_at(seat), rotate=rotate)
    work.wake_once_kept(seat.node)


def release_publication(seat: Seat, list_id: str) -> None:
    """Release the publication of a list that a colleague began."""
    channel = _may(seat, Permission.RELEASE)
    row = _register(seat, list_id, Permission.RELEASE)
    found = publications.find(seat.node, row, channel.uuid)
    if found is None:
        raise ListError(f"Nobody has begun to publish {list_id}.")
    publications.release(seat.node, found, seat.officer.pseudonym)
    work.wake_once_kept(seat.node)


def _may(seat: Seat, permission: Permission = Permission.KEEP_LISTS) -> Channel:
    if not seat.may(permission):
        raise NotAllowedError("Your role does not allow this.")
    if seat.channel is None:
        raise NotAllowedError("There is no agreement yet.", "The operator proposes one: comity agreement propose.")
    return seat.channel


def _register(seat: Seat, list_id: str, permission: Permission = Permission.KEEP_LISTS) -> Register:
    row = lists.register(seat.node, list_id)
    if row.reality != seat.reality.value or not seat.units(permission).covers(row.unit):
        raise ListError(f"This node holds no list {list_id}.", "Import one: comity list import.")
    return row
