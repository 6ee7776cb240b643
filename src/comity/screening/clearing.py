"""Remember wrong hits, so that a person who was cleared of a reference stays cleared."""

from comity.channel.runtime import LocalNode
from comity.desk import vault
from comity.screening.models import Check, Clearance
from comity.screening.subjects import Subject, identities


def clear(node: LocalNode, check: Check, reference: str, subject: Subject, reason: str, officer: str) -> int:
    """Clear a person of a reference, with the reason and today's date; return by how many marks they are known again.

    None at all means that the clearing counts for this hit alone: a name without a date of birth or a document may be
    another person's next time.
    """
    marks = identities(node, subject)
    sealed = vault.seal(node, _label(check, reference), reason.encode())
    Clearance.objects.using(node.using).bulk_create(
        Clearance(
            channel=check.channel,
            holder=check.holder,
            list_id=check.list_id,
            reference=reference,
            person=mark,
            sealed=sealed,
            officer=officer,
            time_ms=node.clock(),
        )
        for mark in marks
    )
    return len(marks)


def cleared(node: LocalNode, check: Check, reference: str, subject: Subject) -> Clearance | None:
    """Return the clearance that covers a person and a reference, if one stands."""
    rows = Clearance.objects.using(node.using).filter(
        channel=check.channel,
        holder=check.holder,
        list_id=check.list_id,
        reference=reference,
        person__in=identities(node, subject),
        ended_ms__isnull=True,
    )
    return rows.order_by("time_ms").first()


def withdraw(node: LocalNode, check: Check, reference: str, subject: Subject) -> int:
    """End the clearances of a person and a reference; return how many there were."""
    rows = Clearance.objects.using(node.using).filter(
        channel=check.channel, holder=check.holder, list_id=check.list_id, reference=reference, ended_ms__isnull=True
    )
    return rows.filter(person__in=identities(node, subject)).update(ended_ms=node.clock())


def reason_of(node: LocalNode, check: Check, clearance: Clearance) -> str:
    """Return why a person was cleared.  Raises `CannotOpenError`."""
    return vault.unseal(node, _label(check, clearance.reference), bytes(clearance.sealed)).decode()


def _label(check: Check, reference: str) -> str:
    return f"screening/cleared/{check.channel}/{check.holder}/{check.list_id}/{reference}"
