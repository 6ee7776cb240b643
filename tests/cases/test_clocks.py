"""The time to answer runs over the days that the clause counts."""

from datetime import UTC, datetime

import pytest

from comity.cases.clocks import due_ms
from comity.node.example import sample
from comity.protocol.agreement.model import Calendar, Clock, OnExpiry
from comity.protocol.agreement.reader import write_agreement
from comity.protocol.agreement.terms import compile_terms

TERMS = compile_terms(write_agreement(sample()))


def ms(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp() * 1000)


@pytest.mark.parametrize(
    ("received", "duration", "calendar", "due"),
    [
        ("2026-11-24T04:00", "PT8H", Calendar.ALL, "2026-11-24T12:00"),
        ("2026-11-27T09:00", "P3D", Calendar.ALL, "2026-11-30T09:00"),
        # Friday in Berlin: Saturday and Sunday do not count there.
        ("2026-11-27T09:00", "P3D", Calendar.RECEIVER, "2026-12-02T09:00"),
        # Doha works on Sunday and rests on Friday and Saturday, which begin at nine in the evening (UTC).
        ("2026-11-26T20:00", "PT2H", Calendar.SENDER, "2026-11-28T22:00"),
        ("2026-12-24T09:00", "P1D", Calendar.RECEIVER, "2026-12-28T09:00"),
    ],
)
def test_answer_is_due_after_the_days_that_count(received: str, duration: str, calendar: Calendar, due: str) -> None:
    clock = Clock(
        urgency="normal",
        title={"en": "normal"},
        duration=duration,
        on_expiry=OnExpiry.ESCALATE,
        working_days_of=calendar,
    )
    assert due_ms(TERMS, clock, ms(received), "QA", "DE") == ms(due)
