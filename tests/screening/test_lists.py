"""A list says whose it is, under which law, until when; what cannot be read is named and costs nobody else."""

import io
from dataclasses import replace

import pytest

from comity.desk.errors import NotAllowedError
from comity.desk.roles import Role
from comity.protocol.records import Reality
from comity.screening import list_access, list_services, lists
from comity.screening.errors import ListError
from comity.screening.imports import ListFormat, read_list
from comity.screening.lists import DAY_MS, ListTerms
from comity.screening.models import Listed, Register
from tests.screening.imports.samples import CSV
from tests.screening.world import LIST_ID, TERMS, Stage, entry, listed, person

pytestmark = pytest.mark.django_db(databases=["default", "second", "third"], transaction=True)


def test_a_list_without_owner_legal_basis_or_sensible_review_is_not_begun(stage: Stage) -> None:
    for wrong in (
        ListTerms(list_id="x", title="", owner="QA/MOI", legal_basis="Law 1"),
        ListTerms(list_id="x", title="X", owner="QA/MOI", legal_basis=" "),
        ListTerms(list_id="x", title="X", owner="DE/BKA", legal_basis="Law 1"),
        ListTerms(list_id="x", title="X", owner="QA/MOI", legal_basis="Law 1", review_days=0),
    ):
        with pytest.raises(ListError):
            lists.keep(stage.holder, wrong)
    assert not Register.objects.using(stage.holder.using).exists()


def test_a_row_that_cannot_be_read_is_named_removes_nobody_and_costs_no_other_row(stage: Stage) -> None:
    stage.take_in([entry("KEEP-1", "Walburga Pfefferkorn")])
    bad = CSV.replace("1970-05-01|1971", "1970-13-01").replace("A-2;;;;;;;passport;Y9900;D;;", "A-2;;;;;;;;;;;")
    done = stage.take_in(read_list(io.BytesIO(bad.encode()), ListFormat.CSV))
    assert (done.added, done.removed) == (1, 0)
    assert {(one.row, one.loses.value) for one in done.errors} == {(2, "field"), (3, "entry")}
    assert all(one.remedy and "Tamtami" not in one.problem for one in done.errors)
    assert Listed.objects.using(stage.holder.using).count() == 2


def test_what_a_whole_file_no_longer_names_goes_and_what_is_unchanged_costs_nothing(stage: Stage) -> None:
    stage.take_in([entry("A", "Karlheinz Zwiebelfeld"), entry("B", "Gudrun Kupferbach")])
    done = stage.take_in([entry("A", "Karlheinz Zwiebelfeld"), entry("C", "Ottokar Nordpflug")])
    assert (done.added, done.changed, done.same, done.removed) == (1, 0, 1, 1)


def test_entries_wait_for_their_review_and_leave_the_index_once_they_or_their_list_have_expired(stage: Stage) -> None:
    read = list(read_list(io.BytesIO(CSV.encode()), ListFormat.CSV))
    stage.take_in([*read, entry("PLAIN", "Samira Tanjawi", born="1980-05-01")])
    stage.publish()
    clerk = stage.seat(stage.holder, Role.ANALYST)
    assert list_access.entries(clerk, LIST_ID, due=True) == []
    stage.world.clock.ms += 80 * DAY_MS  # past the review date that one row states
    (due,) = list_access.entries(clerk, LIST_ID, due=True)
    assert due.subject.reference == "A-1"
    list_services.review_entry(clerk, LIST_ID, due.number, stays=True)
    assert list_access.entries(clerk, LIST_ID, due=True) == []
    assert stage.hits(stage.check(person("Samira Tanjawi", born="1980-05-01")))
    lists.keep(stage.holder, replace(TERMS, expires_ms=stage.world.clock.ms + DAY_MS))
    stage.world.clock.ms += 2 * DAY_MS
    assert stage.publish() == 1
    assert stage.hits(stage.check(person("Samira Tanjawi", born="1980-05-01"))) == []
    assert not Listed.objects.using(stage.holder.using).exists()


def test_a_list_is_kept_by_whoever_may_and_invisible_in_another_reality_and_unit(stage: Stage) -> None:
    with pytest.raises(NotAllowedError):
        list_services.keep_list(stage.seat(stage.holder, Role.OFFICER), TERMS, listed(2))
    clerk = stage.seat(stage.holder, Role.ANALYST)
    assert list_services.keep_list(clerk, TERMS, listed(2)).added == 2
    assert [one.entries for one in list_access.own_lists(clerk)] == [2]
    exercise = stage.seat(stage.holder, Role.ANALYST, reality=Reality.EXERCISE)
    assert list_access.own_lists(exercise) == []
    refusals = set()
    Register.objects.using(stage.holder.using).update(unit="another unit")
    for seat, name in ((exercise, LIST_ID), (clerk, LIST_ID), (clerk, "never-was")):
        with pytest.raises(ListError) as refused:
            list_services.review_entry(seat, name, 1, stays=True)
        refusals.add(str(refused.value).replace(name, "X"))
    assert len(refusals) == 1, "a list of others is refused as one that does not exist"
