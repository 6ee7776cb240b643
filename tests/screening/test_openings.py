"""Every question is journaled as a commitment; with the asker's help an auditor sees what it was about, and no less."""

import pytest

from comity.matching import Rule, person_keys
from comity.protocol.canonical import decode, encode
from comity.protocol.errors import MalformedError
from comity.screening import openings, services
from comity.screening.errors import CheckError
from comity.screening.models import Batch
from comity.screening.openings import LIMIT, OpenedCheck
from tests.screening.test_publishing import HER
from tests.screening.world import Stage, entry, person

pytestmark = pytest.mark.django_db(databases=["default", "second", "third"], transaction=True)


def test_either_side_examines_what_the_asker_opens_and_nothing_else_holds(stage: Stage) -> None:
    stage.take_in([entry("R-7", "سميرة الطنجاوي", born="1980-05-01")])
    stage.publish()
    berlin = stage.seat(stage.asker)
    check, other = stage.check(HER), stage.check(person("Walburga Holm"))
    data = services.opening(berlin, check.uid)
    for node in (stage.asker, stage.holder):
        (found,) = openings.examine(node, stage.channel(node), data)
        assert set(found.keys) == {(key.rule.value, key.text) for key in person_keys(HER.person)}
        assert all(Rule(tag) for tag, _ in found.keys)

    shown = decode(data, OpenedCheck, limit=LIMIT)
    told = decode(services.opening(berlin, other.uid), OpenedCheck, limit=LIMIT)
    lies = [
        OpenedCheck(v=shown.v, check=shown.check, questions=(_as(told.questions[0], shown.questions[0].question),)),
        OpenedCheck(v=shown.v, check=shown.check, questions=(_as(shown.questions[0], "0" * 36),)),
    ]
    for lie in lies:
        with pytest.raises(CheckError):
            openings.examine(stage.holder, stage.channel(stage.holder), encode(lie))
    with pytest.raises(MalformedError):
        openings.examine(stage.holder, stage.channel(stage.holder), b"{}")


def _as(one: openings.OpenedQuestion, question: str) -> openings.OpenedQuestion:
    return openings.OpenedQuestion(question=question, nonce=one.nonce, inputs=one.inputs, factors=one.factors)


def test_once_its_secrets_are_erased_nobody_opens_a_question(stage: Stage) -> None:
    stage.take_in([entry("R-7", "سميرة الطنجاوي")])
    stage.publish()
    check = stage.check(HER)
    Batch.objects.using(stage.asker.using).update(secret=None, rows=None)
    with pytest.raises(CheckError, match="erased"):
        openings.write(stage.asker, stage.channel(stage.asker), check)
    nobody = stage.begin(HER)
    with pytest.raises(CheckError, match="Nothing was asked"):
        openings.write(stage.asker, stage.channel(stage.asker), nobody)
