"""An index grows by what changed, survives a crash in the middle, and says little by its size."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

import pytest

from comity.desk.roles import Role
from comity.screening import building, checks, list_access, list_services, publications, work
from comity.screening.answering import answer_some
from comity.screening.engine import Inline
from comity.screening.errors import CheckError, ListError
from comity.screening.models import CheckState, Generation, Place, PublicationState, Version
from comity.screening.publishing import OVERLAP_MS
from tests.screening.world import ASKER, LIST_ID, TERMS, Stage, entry, listed, make_stage, person

pytestmark = pytest.mark.django_db(databases=["default", "second", "third"], transaction=True)

HER = person("Samira Al-Tanjawi", born="1980-05-01")


class Breaks(Inline):
    """Run some pieces, then break off as a killed process does."""

    def __init__(self, after: int) -> None:
        self.left = after

    def map(self, function: Callable[[Any], Any], items: Iterable[Any]) -> Iterator[Any]:
        for one in items:
            if not self.left:
                raise KeyboardInterrupt
            self.left -= 1
            yield function(one)


def _versions(stage: Stage) -> list[Version]:
    return list(Version.objects.using(stage.asker.using).order_by("generation", "number"))


def test_adding_and_removing_one_entry_makes_one_small_version_and_takes_effect(stage: Stage) -> None:
    many = listed(56)
    stage.take_in(many)
    stage.publish()
    assert stage.hits(stage.check(HER)) == []
    stage.take_in([*many, entry("R-7", "سميرة الطنجاوي", born="1980-05-01")])
    assert stage.publish() == 1
    (hit,) = stage.hits(stage.check(HER))
    stage.take_in(many)
    assert stage.publish() == 1
    assert stage.hits(stage.check(HER)) == []
    first, added, removed = _versions(stage)
    assert [first.number, added.number, removed.number] == [1, 2, 3]
    assert first.entries > 5 * added.entries > 0 == removed.entries
    assert added.entries % 64 == first.entries % 64 == 0, "sizes are padded"
    assert stage.publish() == 0, "nothing changed, nothing is published"
    assert hit.reference not in Place.objects.using("default").filter(gone=False).values_list("label", flat=True)


def test_a_build_that_is_cut_off_goes_on_where_it_stopped_and_makes_every_entry_once(stage: Stage) -> None:
    stage.take_in(listed(200))
    row, channel = stage.register, stage.channel(stage.holder)
    generation = building.begin(stage.holder, row, channel)
    seen: list[tuple[int, int]] = []
    with pytest.raises(KeyboardInterrupt):
        building.build(stage.holder, row, generation, Breaks(3), lambda *at: seen.append(at), turn=70)
    placed = Place.objects.using("default").filter(generation=generation)
    assert placed.count() == 70
    assert seen[-1] == (134, 200), "progress is told as pieces come in"
    generation = Generation.objects.using("default").get(pk=generation.pk)
    assert building.build(stage.holder, row, generation, Inline(), lambda *_: None, turn=70) == 2
    assert placed.count() == placed.values("entry").distinct().count() == 200
    stage.publish()
    assert stage.known().version == 3


def test_a_new_key_ends_what_was_learnt_under_the_old_one_after_an_overlap(stage: Stage) -> None:
    stage.take_in([entry("R-7", "سميرة الطنجاوي", born="1980-05-01")])
    stage.publish()
    before = stage.begin(HER)
    work.step(stage.asker, Inline())  # asked under the first key, not carried yet
    stage.publish(rotate=True)
    stage.carry()
    before.refresh_from_db(using=stage.asker.using)
    assert before.state == CheckState.DONE, "a question under the old key is answered for a week"
    (old,) = stage.hits(before)
    (new,) = stage.hits(stage.check(HER))
    assert old.reference == new.reference, "a label stays, so that who was cleared stays cleared"
    late = stage.begin(HER)
    work.step(stage.asker, Inline())
    stage.world.down.add(ASKER)
    stage.publish(rotate=True)
    stage.world.clock.ms += OVERLAP_MS + 1
    stage.world.down.clear()
    stage.world.settle()
    stage.carry()
    late.refresh_from_db(using=stage.asker.using)
    assert late.state == CheckState.PAUSED
    assert "new key" in late.note
    assert stage.hits(late) == []


def test_a_node_publishes_in_the_background_shows_how_far_it_is_and_does_it_once(stage: Stage) -> None:
    clerk = stage.seat(stage.holder, Role.ANALYST)
    list_services.keep_list(clerk, TERMS, listed(40))
    list_services.publish(clerk, LIST_ID)
    with pytest.raises(ListError, match="already"):
        list_services.publish(clerk, LIST_ID)
    told = []
    while publications.advance(stage.holder, Inline()):
        told += [one.publication.percent for one in list_access.own_lists(clerk) if one.publication]
    (shown,) = list_access.own_lists(clerk)
    assert told == sorted(told)
    assert told[-1] == 100
    assert shown.publication
    assert shown.publication.state == PublicationState.DONE
    assert shown.unpublished == shown.to_add == 0
    stage.world.settle()
    assert stage.known().title == "Wanted persons"


def test_where_a_clause_asks_for_two_persons_nothing_is_published_asked_or_answered_by_one(tmp_path: Any) -> None:
    stage = make_stage(tmp_path, release=2)
    clerk, supervisor = stage.seat(stage.holder, Role.ANALYST), stage.seat(stage.holder, Role.SUPERVISOR)
    list_services.keep_list(clerk, TERMS, [entry("R-7", "سميرة الطنجاوي", born="1980-05-01")])
    list_services.publish(clerk, LIST_ID)
    assert publications.advance(stage.holder, Inline()) == 0
    assert [one.list_id for one in list_access.publications_to_release(supervisor)] == [LIST_ID]
    list_services.release_publication(supervisor, LIST_ID)
    while publications.advance(stage.holder, Inline()):
        pass
    stage.world.settle()
    check = stage.begin(HER)
    stage.carry()
    check.refresh_from_db(using=stage.asker.using)
    assert (check.state, answer_some(stage.holder, Inline())) == (CheckState.WAITING, 0)
    with pytest.raises(CheckError, match="themselves"):
        checks.release(stage.asker, check, check.officer)
    checks.release(stage.asker, check, "officer0002")
    stage.carry()
    assert len(stage.hits(check)) == 1
    (answer,) = stage.records(stage.holder, "screening.answer/1")
    header = bytes(answer.header).decode()
    assert clerk.officer.pseudonym in header
    assert supervisor.officer.pseudonym in header
