"""Raise alarms that stay until an operator deals with them, and stop nothing else."""

from enum import StrEnum

from django.db import IntegrityError, transaction
from django.db.models import F

from comity.channel.models import Alarm
from comity.channel.runtime import LocalNode

EVIDENCE_LIMIT = 256 * 1024
DETAIL_LIMIT = 500


class AlarmKind(StrEnum):
    """Name what can be wrong between nodes; each name has a paragraph in ``docs/alarms.md``."""

    FORK = "fork"
    ROLLED_BACK = "rolled-back"
    PARTNER_RESTORED = "partner-restored"
    WITHHELD_RECORDS = "withheld-records"
    WITHHELD_CONTENT = "withheld-content"
    TAMPERED_MESSAGE = "tampered-message"
    TAMPERED_BATCH = "tampered-batch"
    TAMPERED_CONTENT = "tampered-content"
    TAMPERED_ATTACHMENT = "tampered-attachment"
    FORGED_SIGNATURE = "forged-signature"
    QUOTA_EXCEEDED = "quota-exceeded"
    CLOCK_SKEW = "clock-skew"
    ERASURE_OVERDUE = "erasure-overdue"


def raise_alarm(
    node: LocalNode, kind: AlarmKind, subject: str, detail: str, *, channel: str = "", evidence: bytes = b""
) -> None:
    """Record an alarm about ``subject`` (a node), or count it up if the same one is still open.

    A partner that repeats itself costs one row: the database allows one open alarm of a kind, channel and subject.
    """
    now = node.clock()
    open_one = Alarm.objects.using(node.using).filter(
        kind=kind, channel=channel, subject=subject, handled_ms__isnull=True
    )
    if open_one.update(count=F("count") + 1, last_ms=now):
        return
    try:
        with transaction.atomic(using=node.using):
            Alarm.objects.using(node.using).create(
                kind=kind,
                channel=channel,
                subject=subject,
                detail=detail[:DETAIL_LIMIT],
                evidence=evidence[:EVIDENCE_LIMIT],
                first_ms=now,
                last_ms=now,
            )
    except IntegrityError:
        open_one.update(count=F("count") + 1, last_ms=now)


def handle_alarm(node: LocalNode, alarm_id: int, by: str, note: str) -> bool:
    """Close an open alarm with the operator's note; return whether there was one."""
    changed = (
        Alarm.objects.using(node.using)
        .filter(id=alarm_id, handled_ms__isnull=True)
        .update(handled_ms=node.clock(), handled_by=by, handled_note=note)
    )
    return bool(changed)


def open_alarms(node: LocalNode) -> list[Alarm]:
    """Return the alarms nobody has dealt with, newest first."""
    return list(Alarm.objects.using(node.using).filter(handled_ms__isnull=True).order_by("-last_ms"))
