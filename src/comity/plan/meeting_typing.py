"""Read a line as it is typed in a meeting: ``! decided``, ``> DE/BKA 2027-02-15 to do``, else a note.

A hand that keeps up with a talk has no time for fields; what does not fit the short form stays part of the text.
"""

import re
from datetime import date
from typing import Final

from comity.plan.kinds.meeting import Said
from comity.plan.meeting_services import Typed

_LEAD: Final = re.compile(r"([A-Z]{2}/[A-Z0-9-]{1,30})(?:[\s:,]+|$)")
_DUE: Final = re.compile(r"(\d{4}-\d{2}-\d{2})(?:[\s:,]+|$)", re.ASCII)
SIGNS: Final = {"!": Said.DECISION, ">": Said.ACTION}


def typed(text: str, point: str = "") -> Typed:
    """Return what a typed line says."""
    text = text.strip()
    said = SIGNS.get(text[:1], Said.NOTE)
    if said is Said.NOTE:
        return Typed(said, text, point)
    rest = text[1:].strip()
    lead, due = "", None
    found = _LEAD.match(rest)
    if found is not None:
        lead, rest = found[1], rest[found.end() :]
    found = _DUE.match(rest)
    if found is not None:
        try:
            due = date.fromisoformat(found[1])
        except ValueError:
            found = None
        else:
            rest = rest[found.end() :]
    return Typed(said, rest.strip() or text, point, lead, due)
