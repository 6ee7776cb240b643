"""What was reckoned of a document is shown again until somebody acts upon it, whatever else travels meanwhile."""

from datetime import date
from pathlib import Path

import msgspec
import pytest

from comity.plan import meeting_joint as joint
from comity.plan.kinds.group import GROUP
from tests.plan.meetings import a_group
from tests.plan.secretaries import Secretaries, make_secretaries

pytestmark = pytest.mark.django_db(databases=["default", "second"], transaction=True)


def test_other_records_leave_a_settled_document_as_it_was_and_an_act_upon_it_does_not(
    tmp_path: Path, transactional_db: None
) -> None:
    both = make_secretaries(tmp_path)
    uuid = joint.open_document(both.seat("doha"), GROUP, a_group())
    both.settle()

    def seen() -> joint.Found:
        return joint.get(both.seat("berlin"), uuid, GROUP)

    open_one = seen()
    ask(both)
    assert seen() is not open_one, "what is open may be decided by any record that bears a later date"
    joint.answer(both.seat("berlin"), uuid, uuid, concurs=True, words="")
    both.settle()
    settled = seen()
    assert settled.agreed
    ask(both)
    assert seen() is settled
    longer = msgspec.structs.replace(a_group(), last=date(2030, 12, 31))
    joint.amend(both.seat("doha"), joint.get(both.seat("doha"), uuid, GROUP), longer)
    both.settle()
    assert [one.author for one in seen().open_changes] == ["QA.doha"]


def ask(both: Secretaries) -> None:
    both.screens.ask(both.screens.sit("QA.doha", "noura"))
    both.settle()
