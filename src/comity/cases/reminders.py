"""Remind this side of what it owes: once for each share of the time, whatever restarts, and by mail where it is on.

Mails hold no personal data: a clause, a time, and the number of the case, which says nothing outside this node.
"""

from collections.abc import Sequence
from typing import Final

import structlog
from django.conf import settings
from django.core.mail import get_connection
from django.core.mail.message import EmailMessage
from django.utils.translation import gettext as _
from django.utils.translation import override

from comity.cases import clocks
from comity.cases.clocks import Timed
from comity.cases.models import Case, Entry, Reminder
from comity.cases.records import QUESTIONS
from comity.channel import reading
from comity.channel.models import Channel
from comity.channel.reading import Held
from comity.channel.runtime import LocalNode
from comity.concurrence.clocks import REMIND_AT, ClockState
from comity.protocol.names import UnixMs, instant

LOOKED_AT: Final = 500
"""Open questions of an agreement that one round looks at, the oldest; behind so many late ones a mail helps nobody."""
MAILS_AT_ONCE: Final = 20
TRIES: Final = 5
"""After so many failures a mail is given up; the inbox still says what is due."""
ENDED: Final = len(REMIND_AT) - 1
"""The step at which the time has ended, and supervisors are told."""

_log = structlog.get_logger("comity.cases")


def tend(node: LocalNode) -> None:
    """Note what has come due since the last round, and send what waits to be mailed."""
    for channel in Channel.objects.using(node.using).all():
        _note_due(node, channel)
    _send(node)


def _note_due(node: LocalNode, channel: Channel) -> None:
    rows = Entry.objects.using(node.using).filter(
        channel=channel.uuid, own=False, answered=False, answers="", type__in=QUESTIONS
    )
    uids = list(rows.order_by("time_ms").values_list("uid", flat=True)[:LOOKED_AT])
    if not uids:
        return
    timed = clocks.run(node, channel, None, list(reading.held(node, channel, uids).values()))
    known = set(Reminder.objects.using(node.using).filter(uid__in=uids).values_list("uid", "step"))
    now = node.clock()
    for uid, clock in timed.items():
        fresh = [step for step in _passed(clock, now) if (uid, step) not in known]
        for step in fresh:
            # After a longer silence one mail says it all: the earlier steps count as told.
            told = None if step == fresh[-1] and settings.EMAIL_HOST else now
            made = {"noted_ms": now, "mailed_ms": told}
            Reminder.objects.using(node.using).get_or_create(channel=channel.uuid, uid=uid, step=step, defaults=made)


def _passed(clock: Timed, now: UnixMs) -> list[int]:
    if clock.received is None or clock.state(now) in (ClockState.PAUSED, ClockState.STOPPED):
        return []
    times = [clock.running.reminders((share,)) for share in REMIND_AT]
    return [step for step, some in enumerate(times) if some and some[0] <= now]


def _send(node: LocalNode) -> None:
    """Mail what waits, a few at a time; a mail that cannot go is tried again, and in the end given up."""
    if not settings.EMAIL_HOST:
        return
    waiting = Reminder.objects.using(node.using).filter(mailed_ms__isnull=True).order_by("noted_ms")[:MAILS_AT_ONCE]
    rows = list(waiting)
    if not rows:
        return
    uids = [one.uid for one in rows]
    entries = {one.uid: one for one in Entry.objects.using(node.using).filter(uid__in=uids).select_related("case")}
    channels = {
        one.uuid: one for one in Channel.objects.using(node.using).filter(uuid__in=[one.channel for one in rows])
    }
    for row in rows:
        entry, channel = entries.get(row.uid), channels.get(row.channel)
        to = _addresses(row.step)
        if entry is None or channel is None or entry.answered or not to:
            _done(node, row)
            continue
        held = reading.held(node, channel, [row.uid])
        _mail(node, row, to, _message(node, channel, entry.case, list(held.values()), row.step))


def _addresses(step: int) -> tuple[str, ...]:
    mail = settings.COMITY_CONFIG.mail
    return mail.escalations or mail.reminders if step == ENDED else mail.reminders


def _message(node: LocalNode, channel: Channel, case: Case, held: Sequence[Held], step: int) -> tuple[str, str]:
    """Return subject and text, in the node's first language."""
    timed = clocks.run(node, channel, None, held)
    due = next((one.due for one in timed.values() if one.due is not None), None)
    with override(settings.LANGUAGE_CODE):
        subject = _("Comity: the time to answer has ended") if step == ENDED else _("Comity: an answer is due")
        # SECURITY: mail tells nobody about whom a case is. Holds because a text has only these four fields. Breaks if
        # a subject, a name or a word of a record is added.
        named = {
            "node": node.name,
            "clause": held[0].header.clause if held else "",
            "due": instant(due) if due is not None else "-",
            "case": case.uuid,
        }
        waits = _("Node %(node)s: a question under clause %(clause)s waits for an answer until %(due)s.") % named
        where = _("Case %(case)s. Sign in at the node to read it; do not answer this mail.") % named
    return str(subject), f"{waits}\n{where}\n"


def _mail(node: LocalNode, row: Reminder, to: Sequence[str], message: tuple[str, str]) -> None:
    subject, text = message
    try:
        EmailMessage(subject, text, settings.DEFAULT_FROM_EMAIL, list(to), connection=get_connection()).send()
    except OSError as error:  # what a mail server, a name or a network can do
        _log.warning("reminder-not-mailed", reason=type(error).__name__)
        row.tries += 1
        if row.tries < TRIES:
            row.save(using=node.using, update_fields=["tries"])
            return
    _done(node, row)


def _done(node: LocalNode, row: Reminder) -> None:
    row.mailed_ms = node.clock()
    row.save(using=node.using, update_fields=["mailed_ms", "tries"])
