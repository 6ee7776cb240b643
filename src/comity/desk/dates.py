"""Read days as officers type them."""

from datetime import datetime, time

from django.utils import timezone
from django.utils.dateparse import parse_date


def day_ms(said: str, *, end: bool = False) -> int | None:
    """Return the beginning, or the end, of a day (``2026-11-25``) in the node's zone; nothing for what is no day."""
    try:
        found = parse_date(said)
    except ValueError:
        return None
    if found is None:
        return None
    moment = timezone.make_aware(datetime.combine(found, time.max if end else time.min))
    return int(moment.timestamp() * 1000)
