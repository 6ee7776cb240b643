"""Steer cases: take and hand over, join, use what a partner gave, order erasure, keep filters."""

from collections.abc import Sequence
from typing import Final

import msgspec
from django.db import transaction
from django.http import Http404
from django.utils.translation import gettext as _

from comity.cases import access, charge, handling, services, timeline_access, use_access
from comity.cases.kinds import Kind
from comity.cases.models import SavedFilter
from comity.cases.records import Clarified, Notice, Reply, Request, Use
from comity.cases.services import IncompleteError
from comity.cases.timeline_access import Thread
from comity.cases.written import Origin, Written, written_item
from comity.channel import erasure, reading
from comity.channel.evidence import ExportedPack, export_pack
from comity.desk import vault
from comity.desk.accesslog import Look
from comity.desk.drafts import Kept
from comity.desk.errors import NotAllowedError
from comity.desk.models import Officer, Unit
from comity.desk.roles import Permission
from comity.desk.seat import Seat, move_to
from comity.protocol.errors import ComityError
from comity.protocol.types import RecordAddress

MOST_FILTERS: Final = 30
"""Filters that an officer keeps: more cannot be told apart in a list."""


def take(seat: Seat, cases: Sequence[str]) -> int:
    """Take cases into the officer's own charge; return how many there were.  Raises `NotAllowedError`."""
    _require(seat, Permission.WRITE_CASES)
    return assign(seat, cases, seat.units(Permission.WRITE_CASES).first, seat.officer.pseudonym)


def assign(seat: Seat, cases: Sequence[str], unit: str, owner: str = "") -> int:
    """Hand cases over to a unit and, where one is named, an officer of it.  Raises `NotAllowedError`.

    Cases that the seat may not see are passed over as if they were not there.
    """
    _require(seat, Permission.WRITE_CASES)
    known = Unit.objects.filter(uid=unit, closed_ms__isnull=True).exists()
    person = Officer.objects.filter(pseudonym=owner).first() if owner else None
    if not known or (owner and (person is None or not person.units(Permission.WRITE_CASES).covers(unit))):
        raise NotAllowedError(
            _("There is nobody there who could take the case."), _("Choose a unit or an officer of it.")
        )
    done = 0
    with transaction.atomic(using=seat.node.using):
        for case in dict.fromkeys(cases):
            if access.opening(seat, case) is not None:
                charge.hand(seat, case, owner, unit)
                done += 1
    return done


def join(seat: Seat, kind: Kind, case: str, other: str) -> Kept:
    """Begin the record that links or merges two cases of one agreement.  Raises `NotAllowedError`."""
    _require(seat, Permission.WRITE_CASES)
    if kind not in (Kind.LINKED, Kind.MERGED) or case == other or access.opening(seat, other) is None:
        raise NotAllowedError(_("These two cannot be joined."), _("Choose another case of this agreement."))
    return services.begin(seat, kind, case=case, concerns=other)


def ask_consent(seat: Seat, uid: str, use: Use, recipient: str = "", items: Sequence[int] = ()) -> Kept:
    """Begin the request for consent to a use of a partner's record, as far filled in as it can be."""
    _require(seat, Permission.WRITE_CASES)
    start = Written(language=seat.language, use=use.value, recipient=recipient, for_items=tuple(items))
    return services.begin(seat, Kind.CONSENT_ASKED, concerns=uid, start=start)


def pass_on(seat: Seat, uid: str, channel: str, to: str, items: Sequence[int] = ()) -> Kept:
    """Begin information for somebody else, or under another agreement, from a record; all of it or some items.

    Raises `WithheldError` with the clause if its handling code forbids it, and `NotAllowedError`.
    """
    _require(seat, Permission.WRITE_CASES)
    there = move_to(seat, channel, seat.reality)
    if there is None or there.channel is None or seat.channel is None or to not in there.partners():
        raise NotAllowedError(_("It cannot go there."), _("Choose another agreement."))
    use, recipient = handling.use_of(there, seat.channel.uuid, to)
    judged = handling.require(seat, [uid], use, recipient=recipient, items=items or None)
    if uid not in judged:
        raise NotAllowedError(_("There is no such record."))
    return services.begin(there, Kind.NOTICE, start=_taken(judged[uid].body, seat.channel.uuid, uid, to, items))


def _taken(body: object, channel: str, uid: str, to: str, items: Sequence[int]) -> Written:
    written = Written(to=to, origins=(Origin(channel=channel, uid=uid, items=tuple(items)),))
    if not isinstance(body, Request | Reply | Notice | Clarified):
        return written
    named = [one for at, one in enumerate(body.items) if not items or at in items]
    written = msgspec.structs.replace(written, items=tuple(written_item(one) for one in named))
    if items:
        return written
    subject = body.subject if isinstance(body, Request | Notice) else ""
    text = body.question if isinstance(body, Request) else body.text
    if isinstance(body, Reply | Notice):
        written = msgspec.structs.replace(written, source=body.source.value, information=body.information.value)
    return msgspec.structs.replace(written, subject=subject, text=text)


def evidence_pack(seat: Seat, case: str) -> ExportedPack:
    """Return the pack of a case for a court, if everything in it may be used as evidence.

    Raises `WithheldError` with the first record that may not.  The export itself stands in this node's journal.
    """
    thread = timeline_access.thread(seat, case, everything=True)
    if thread is None or seat.channel is None:
        raise NotAllowedError(_("There is no such case."))
    uids = use_access.case_records(seat, [case, *thread.merged])
    handling.require(seat, uids, Use.EVIDENCE)
    held = [item.record for item in thread.items]
    timeline_access.note_look(seat, Look.PACK, case, held)
    return export_pack(seat.node, seat.channel, case, [one.header.id for one in held])


def printable(seat: Seat, case: str) -> Thread:
    """Return a case to be printed, if everything in it may be.  Raises `WithheldError` or Django's `Http404`."""
    thread = timeline_access.thread(seat, case, everything=True)
    if thread is None:
        raise Http404
    timeline_access.note_look(seat, Look.PRINT, thread.uuid, [item.record for item in thread.items])
    handling.require(seat, use_access.case_records(seat, [thread.uuid, *thread.merged]), Use.PRINT)
    return thread


def order_erasure(seat: Seat, uid: str, ground: str) -> None:
    """Order as its author that a record be erased on every node.  Raises `NotAllowedError` or `IncompleteError`."""
    _require(seat, Permission.RELEASE)
    if seat.channel is None:
        raise NotAllowedError(_("There is no such record."))
    if not ground.strip():
        raise IncompleteError(
            _("Say on which ground it must be erased."), _("Name the law, the judgment or the error.")
        )
    held = reading.held(seat.node, seat.channel, [uid] if timeline_access.ours(seat, uid) else []).get(uid)
    if held is None:
        raise NotAllowedError(
            _("Only what this side has written can be ordered erased."), _("Ask the partner to order it.")
        )
    address = RecordAddress(journal=held.journal, index=held.stored.index, id=uid)
    erasure.order(seat.node, seat.channel, [address], ground.strip()[:500])


def save_filter(seat: Seat, name: str, query: str) -> None:
    """Keep a filter of the inbox under a name.  Raises `IncompleteError`."""
    _require(seat, Permission.READ_CASES)
    rows = SavedFilter.objects.using(seat.node.using)
    if not name.strip() or len(query) > 500:
        raise IncompleteError(_("A filter needs a name."), _("Give it one that you will recognise."))
    if rows.filter(owner=seat.officer.pseudonym).count() >= MOST_FILTERS:
        raise IncompleteError(_("There are too many filters."), _("Delete one that you no longer use."))
    uid = seat.node.new_id()
    sealed = vault.seal(seat.node, uid, name.strip()[:80].encode())
    rows.create(uid=uid, owner=seat.officer.pseudonym, query=query, sealed=sealed)


def drop_filter(seat: Seat, uid: str) -> None:
    """Delete one of the officer's filters."""
    _require(seat, Permission.READ_CASES)
    SavedFilter.objects.using(seat.node.using).filter(owner=seat.officer.pseudonym, uid=uid).delete()


def close_many(seat: Seat, cases: Sequence[str], outcome: str) -> tuple[int, int]:
    """Close cases with one outcome, where one person is enough; return how many are closed and how many are not."""
    _require(seat, Permission.WRITE_CASES)
    done = left = 0
    for case in dict.fromkeys(cases):
        if access.opening(seat, case) is None:
            continue
        kept = services.begin(seat, Kind.CLOSING, case=case, start=Written(outcome=outcome))
        try:
            services.send(seat, kept.uid, kept.version)
            done += 1
        except ComityError:
            services.discard(seat, kept.uid)
            left += 1
    return done, left


def _require(seat: Seat, permission: Permission) -> None:
    if not seat.may(permission):
        raise NotAllowedError("Your role does not allow this.")
