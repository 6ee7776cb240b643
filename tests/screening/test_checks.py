"""A check of many goes on by itself, shows how far it is, and asks nothing twice, whatever cuts it off."""

import pytest
from django.apps import apps

from comity.channel.runtime import tend_areas
from comity.desk.errors import NotAllowedError
from comity.desk.roles import Role
from comity.protocol.records import Reality
from comity.screening import access, asking, checks, services, work
from comity.screening.engine import Inline
from comity.screening.errors import CheckError
from comity.screening.models import Batch, BatchState, Check, CheckState, Question
from comity.screening.subjects import Subject
from tests.screening.test_publishing import HER, Breaks
from tests.screening.world import HOLDER, LIST_ID, Stage, entry, listed, person

pytestmark = pytest.mark.django_db(databases=["default", "second", "third"], transaction=True)


def _passengers(count: int, *, at: int) -> list[Subject]:
    rows = [person(f"Hannelore Buchsbaum{'abcdefghij'[n % 10]}{'klmnopqrst'[n // 10 % 10]}") for n in range(count)]
    rows[at] = HER
    return rows


def _published(stage: Stage) -> None:
    stage.take_in([*listed(10), entry("R-7", "سميرة الطنجاوي", born="1980-05-01")])
    stage.publish()


def test_a_file_is_checked_in_batches_and_every_row_with_its_own_hits(stage: Stage) -> None:
    _published(stage)
    officer = stage.seat(stage.asker)
    uid = services.check(officer, HOLDER, LIST_ID, _passengers(230, at=217), purpose="prevention")
    begun = access.check(officer, uid)
    assert begun
    assert (begun.rows, begun.done, begun.percent) == (230, 0, 0)
    stage.carry()
    shown = access.check(officer, uid)
    assert shown
    assert (shown.state, shown.done, shown.percent, shown.to_review) == (CheckState.DONE, 230, 100, 1)
    (hit,) = access.hits(officer, uid)
    assert (hit.row, hit.verified) == (217, False)
    assert hit.subject == HER
    assert hit.rules
    assert all(one.explanation for one in hit.rules)
    assert [one.number for one in access.hits_to_review(officer)] == [hit.number]
    assert len(stage.records(stage.holder, "screening.query/1")) == 3


def test_a_check_that_is_killed_while_it_asks_goes_on_and_asks_nothing_twice(stage: Stage) -> None:
    _published(stage)
    check = stage.begin(*_passengers(330, at=5))
    with pytest.raises(KeyboardInterrupt):
        asking.ask_some(stage.asker, Breaks(2), check)
    asked = set(Question.objects.using(stage.asker.using).values_list("uid", flat=True))
    assert len(asked) in (1, 2)
    stage.carry()
    check.refresh_from_db(using=stage.asker.using)
    questions = list(Batch.objects.using(stage.asker.using).filter(check_of=check).values_list("question", flat=True))
    assert check.state == CheckState.DONE
    assert len(questions) == len(set(questions)) == 4
    assert asked <= set(questions)
    assert len(stage.records(stage.holder, "screening.query/1")) == 4
    assert len(stage.hits(check)) == 1


def test_a_check_that_is_stopped_takes_what_was_answered_and_resumes_with_the_rest(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    _published(stage)
    officer = stage.seat(stage.asker)
    check = stage.begin(*_passengers(230, at=5))
    with monkeypatch.context() as narrow:
        narrow.setattr("comity.screening.asking.WINDOW", 1)
        work.step(stage.asker, Inline())
    services.stop(officer, check.uid)
    stage.carry()
    shown = access.check(officer, check.uid)
    assert shown
    assert (shown.state, shown.done, shown.hits) == (CheckState.STOPPED, 100, 1)
    services.resume(officer, check.uid)
    stage.carry()
    shown = access.check(officer, check.uid)
    assert shown
    assert (shown.state, shown.done) == (CheckState.DONE, 230)
    assert len(stage.records(stage.holder, "screening.query/1")) == 3
    services.erase(officer, check.uid)
    assert access.check(officer, check.uid) is None
    assert not Batch.objects.using(stage.asker.using).exists()


def test_rows_that_make_no_key_are_done_and_names_too_many_for_one_question_are_cut(stage: Stage) -> None:
    _published(stage)
    nobody = stage.check(person("..."))
    assert nobody.state == CheckState.DONE
    assert not stage.records(stage.asker, "screening.query/1")
    hard = "bdfgklmnrstz"
    many = [person(*(f"Anneliese {hard[n % 12]}o{hard[n // 12]}o{hard[m]}ental" for m in range(8))) for n in range(100)]
    check = stage.check(*many)
    assert check.state == CheckState.DONE
    halves = list(Batch.objects.using(stage.asker.using).filter(check_of=check).order_by("first"))
    assert [(one.first, one.count, one.state, one.note) for one in halves] == [
        (0, 50, BatchState.DONE, ""),
        (50, 50, BatchState.DONE, ""),
    ]


def test_a_check_of_nobody_for_another_purpose_or_about_an_unknown_list_is_not_begun(stage: Stage) -> None:
    _published(stage)
    officer = stage.seat(stage.asker)
    with pytest.raises(CheckError, match="nobody"):
        services.check(officer, HOLDER, LIST_ID, [])
    with pytest.raises(CheckError, match="purpose"):
        services.check(officer, HOLDER, LIST_ID, [HER], purpose="training")
    with pytest.raises(CheckError, match="not here"):
        services.check(officer, HOLDER, "never-published", [HER])
    with pytest.raises(NotAllowedError):
        services.check(stage.seat(stage.asker, Role.SECRETARY), HOLDER, LIST_ID, [HER])
    with pytest.raises(NotAllowedError, match="reality"):
        services.check(stage.seat(stage.asker, reality=Reality.EXERCISE), HOLDER, LIST_ID, [HER])
    assert not Check.objects.using(stage.asker.using).exists()


def test_a_check_of_another_unit_or_reality_is_refused_as_one_that_does_not_exist(stage: Stage) -> None:
    _published(stage)
    check = stage.check(HER)
    (hit,) = stage.hits(check)
    officer = stage.seat(stage.asker)
    assert access.hit(officer, hit.pk)
    Check.objects.using(stage.asker.using).update(unit="another unit")
    for seat in (officer, stage.seat(stage.asker, reality=Reality.EXERCISE)):
        assert access.check(seat, check.uid) is None
        assert not access.hits(seat, check.uid) + access.hits_to_review(seat)
        assert not access.checks_of(seat)
        assert access.hit(seat, hit.pk) is None
        with pytest.raises(CheckError, match="no such check"):
            services.stop(seat, check.uid)
        with pytest.raises(CheckError, match="no such hit"):
            services.request(seat, hit.pk)


def test_whom_a_check_is_about_stands_nowhere_in_clear(stage: Stage) -> None:
    _published(stage)
    stage.check(HER)
    for model in apps.get_app_config("screening").get_models():
        for alias in ("default", "second"):
            for row in model._default_manager.using(alias).values():
                for value in row.values():
                    shown = bytes(value) if isinstance(value, (bytes, memoryview)) else str(value).encode()
                    assert b"tanja" not in shown.lower()
                    assert "الطنجاوي".encode() not in shown
    for alias, node in (("default", stage.holder), ("second", stage.asker)):
        for one in stage.records(node, "screening.query/1"):
            assert b"tanja" not in bytes(one.header).lower(), alias


def test_what_a_stopped_process_left_is_taken_up_when_the_node_starts(stage: Stage) -> None:
    _published(stage)
    tend_areas(stage.asker)
    folder = stage.asker.home / "screening"
    assert len(list(folder.iterdir())) == 1, "the index is opened and verified before anybody asks"
    check = stage.begin(HER)
    tend_areas(stage.asker)
    stage.world.settle()
    check.refresh_from_db(using=stage.asker.using)
    assert check.state == CheckState.DONE
    assert checks.find(stage.asker, check.uid).note == ""
