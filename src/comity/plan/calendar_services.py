"""Make and end the secret addresses of calendars, and answer for them; and write the files of single meetings."""

import hashlib
import secrets
from dataclasses import dataclass
from typing import Final

from django.utils.translation import gettext as _

from comity.channel.models import Channel
from comity.channel.runtime import LocalNode
from comity.desk.roles import Permission
from comity.desk.seat import Seat, terms_of
from comity.plan import calendar_ics, plan_ics
from comity.plan import meeting_joint as joint
from comity.plan.kinds.meeting import MEETING
from comity.plan.kinds.series import SERIES
from comity.plan.meeting_joint import NotHereError, UnfitError
from comity.plan.models import Feed
from comity.protocol.records import Reality

MOST_FEEDS: Final = 10
LABEL: Final = 80
SECRET_BYTES: Final = 32
TOUCH_MS: Final = 3600_000
"""How stale "last fetched" may be: a row is written once an hour, not at every fetch."""


@dataclass(frozen=True, slots=True)
class Made:
    """Hold a new address; its secret is shown this once."""

    feed: Feed
    secret: str


def make(seat: Seat, label: str) -> Made:
    """Make an address for the seat's agreement and reality, in the officer's language.  Raises `UnfitError`."""
    seat.require(Permission.READ_PLAN)
    label = label.strip()[:LABEL]
    if not label:
        raise UnfitError(_("Say which calendar program it is for."))
    if Feed.objects.filter(officer=seat.officer, ended_ms__isnull=True).count() >= MOST_FEEDS:
        raise UnfitError(_("There are too many calendar addresses."), _("End one that is no longer used."))
    secret = secrets.token_urlsafe(SECRET_BYTES)
    feed = Feed.objects.create(
        handle=secrets.token_hex(8),
        officer=seat.officer,
        digest=_digest(secret),
        label=label,
        channel=joint.channel_of(seat).uuid,
        reality=str(seat.reality),
        language=seat.language,
        made_ms=seat.node.clock(),
    )
    return Made(feed, secret)


def end(seat: Seat, handle: str) -> bool:
    """End an own address at once; say whether there was one."""
    seat.require(Permission.READ_PLAN)
    rows = Feed.objects.filter(handle=handle, officer=seat.officer, ended_ms__isnull=True)
    return bool(rows.update(ended_ms=seat.node.clock()))


def _digest(secret: str) -> bytes:
    # The secret has 256 random bits: nobody guesses it from its digest, and a slow digest would only slow the node.
    return hashlib.sha256(b"comity/v1/feed\n" + secret.encode()).digest()


def seat_of(node: LocalNode, secret: str) -> tuple[Feed, Seat] | None:
    """Return the seat for which an address counts; nothing for any other.

    SECURITY: an address opens no more than its officer may read now. Holds because the officer's roles are asked at
    each fetch, and the seat has the address's own agreement and reality. Breaks if roles were copied into the address.
    """
    feed = Feed.objects.select_related("officer__user").filter(digest=_digest(secret), ended_ms__isnull=True).first()
    if feed is None or not feed.officer.user.is_active or not feed.officer.may(Permission.READ_PLAN):
        return None
    channels = tuple(Channel.objects.using(node.using).order_by("id"))
    channel = next((one for one in channels if one.uuid == feed.channel), None)
    if channel is None:
        return None
    return feed, Seat(feed.officer, node, channels, channel, terms_of(node, channel), Reality(feed.reality))


def fetched(seat: Seat, feed: Feed) -> None:
    """Note that a calendar was fetched, roughly when."""
    seat.require(Permission.READ_PLAN)
    now = seat.node.clock()
    if feed.used_ms is None or now - feed.used_ms > TOUCH_MS:
        Feed.objects.filter(pk=feed.pk).update(used_ms=now)


def feed_file(seat: Seat, *, rest: bool = True) -> bytes:
    """Return the calendar of the seat's agreement and reality: meetings, what this side owes, days off (``rest``)."""
    seat.require(Permission.READ_PLAN)
    title = seat.terms.words(seat.terms.agreement.title, seat.language) if seat.terms else ""
    owed = list(plan_ics.parts(seat, ours=True))
    return calendar_ics.feed(seat, joint.every(seat, MEETING), joint.every(seat, SERIES), title, rest=rest, more=owed)


def meeting_file(seat: Seat, uuid: str) -> bytes:
    """Return the invitation to a meeting, or the news that it was called off.  Raises `NotHereError`."""
    seat.require(Permission.READ_PLAN)
    found = joint.get(seat, uuid, MEETING)
    return calendar_ics.calendar([calendar_ics.meeting_part(seat, found)], calendar_ics.method_of(found))


def series_file(seat: Seat, uuid: str) -> bytes:
    """Return the invitation to a series.  Raises `NotHereError`."""
    seat.require(Permission.READ_PLAN)
    found = joint.get(seat, uuid, SERIES)
    if not found.agreed and found.opening is not None and found.opening.status in joint.DEAD:
        raise NotHereError(_("There is no such meeting."))
    return calendar_ics.calendar([calendar_ics.series_part(seat, found)], calendar_ics.method_of(found))


def own(seat: Seat) -> list[Feed]:
    """Return the officer's addresses, the newest first."""
    seat.require(Permission.READ_PLAN)
    return list(Feed.objects.filter(officer=seat.officer).order_by("-made_ms")[:50])
