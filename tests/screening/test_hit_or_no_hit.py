"""From a question to an answered request, and to nothing where there is nothing."""

import pytest

from comity.channel.alarms import open_alarms
from comity.matching import Rule
from comity.screening import reviewing
from comity.screening.models import Answered, CheckState, HitState, Question
from tests.screening.world import Stage, entry, listed, person

pytestmark = pytest.mark.django_db(databases=["default", "second", "third"], transaction=True)

HER = "Samira Al-Tanjawi"


def test_a_listed_person_is_a_hit_with_rule_strength_and_opaque_reference(stage: Stage) -> None:
    stage.take_in([*listed(20), entry("R-7", "سميرة الطنجاوي", born="1980-05-01")])
    stage.publish()
    check = stage.check(person(HER, born="1980-05-01"))
    assert check.state == CheckState.DONE, check.note
    (hit,) = stage.hits(check)
    assert hit.state == HitState.OPEN
    assert Rule.NAME_AND_BIRTH_DATE in reviewing.rules_of(hit)
    assert hit.strong
    assert len(bytes.fromhex(hit.reference)) == 8
    assert not open_alarms(stage.asker)
    assert not open_alarms(stage.holder)
    assert Question.objects.using("default").get().asker == "DE.berlin"
    assert Answered.objects.using("default").get().party == "DE"


def test_a_person_who_is_not_listed_is_no_hit(stage: Stage) -> None:
    stage.take_in(listed(20))
    stage.publish()
    check = stage.check(person(HER, born="1980-05-01"))
    assert check.state == CheckState.DONE, check.note
    assert stage.hits(check) == []
