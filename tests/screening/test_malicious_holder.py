"""A holder that answers wrongly or files wrong labels is an alarm, never a hit; what it does says nothing of hits."""

import re
from collections.abc import Callable
from dataclasses import replace

import msgspec
import pytest
from django.db import connections
from django.test.utils import CaptureQueriesContext

from comity.channel.alarms import AlarmKind, open_alarms
from comity.channel.models import Record
from comity.matching import Change, KeyPair, list_key, make_change
from comity.matching.list_index import ListName
from comity.matching.segment import Segment
from comity.screening import building, publishing
from comity.screening.engine import Inline
from comity.screening.models import Batch, BatchState, Built, Check, Version
from comity.screening.records import Answer, Index
from comity.screening.tasks import Job, compute
from tests.screening.test_publishing import HER
from tests.screening.world import HOLDER, OFFICER, Stage, entry, listed, person

pytestmark = pytest.mark.django_db(databases=["default", "second", "third"], transaction=True)


def _published(stage: Stage) -> None:
    stage.take_in([*listed(10), entry("R-7", "سميرة الطنجاوي", born="1980-05-01")])
    stage.publish()


def _is_an_alarm_and_no_hit(stage: Stage, check: Check, kind: AlarmKind = AlarmKind.TAMPERED_CONTENT) -> None:
    assert stage.hits(check) == []
    (batch,) = Batch.objects.using(stage.asker.using).filter(check_of=check)
    assert batch.state == BatchState.FAILED, batch.note
    assert batch.note
    assert "Tanjawi" not in batch.note
    assert [(one.kind, one.subject) for one in open_alarms(stage.asker)] == [(kind, HOLDER)]


def _other(key: KeyPair) -> KeyPair:
    return list_key(b"\7" * 32, ListName(bytes(32), "another", 1))


def _swapped(data: bytes) -> bytes:
    return data[32:64] + data[:32] + data[64:]


@pytest.mark.parametrize(
    "lie",
    [
        pytest.param(lambda job, honest: honest(replace(job, key=_other(job.key))), id="wrong key"),
        pytest.param(
            lambda job, honest: Answer(
                elements=honest(job).elements[:-32] + honest(replace(job, key=_other(job.key))).elements[-32:],
                proof=honest(job).proof,
            ),
            id="wrong key for one element",
        ),
        pytest.param(lambda job, honest: msgspec.structs.replace(honest(job), proof=bytes(64)), id="no proof"),
        pytest.param(
            lambda job, honest: msgspec.structs.replace(
                honest(job), proof=bytes([honest(job).proof[0] ^ 1]) + bytes(63)
            ),
            id="wrong proof",
        ),
        pytest.param(
            lambda job, honest: msgspec.structs.replace(honest(job), elements=_swapped(honest(job).elements)),
            id="another order",
        ),
        pytest.param(
            lambda job, honest: msgspec.structs.replace(honest(job), elements=honest(job).elements + bytes(512)),
            id="too many",
        ),
    ],
)
def test_a_holder_that_answers_under_a_wrong_key_or_with_a_wrong_proof_is_detected(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, lie: Callable[[Job, Callable[[Job], Answer]], Answer]
) -> None:
    _published(stage)
    monkeypatch.setattr("comity.screening.answering.compute", lambda job: lie(job, compute))
    _is_an_alarm_and_no_hit(stage, stage.check(HER))


def test_a_holder_that_swaps_labels_or_the_index_after_it_was_journaled_is_detected(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = make_change

    def swapping(*given: object) -> tuple[Change, tuple[int, ...]]:
        change, addresses = whole(*given)  # type: ignore[arg-type]  # handed on
        data = bytearray(change.added)
        count = Segment(change.added).count
        entries = list(range(len(data) - 15 * count, len(data), 15))
        labels = [bytes(data[at + 4 : at + 15]) for at in entries]
        for at, label in zip(entries, [*labels[1:], labels[0]], strict=True):
            data[at + 4 : at + 15] = label
        return replace(change, added=bytes(data)), addresses

    monkeypatch.setattr("comity.screening.building.make_change", swapping)
    _published(stage)
    _is_an_alarm_and_no_hit(stage, stage.check(HER))


def test_an_index_other_than_the_journaled_one_is_an_alarm_and_answers_nothing(stage: Stage) -> None:
    stage.take_in([*listed(10), entry("R-7", "سميرة الطنجاوي", born="1980-05-01")])
    row, channel = stage.register, stage.channel(stage.holder)
    generation = building.begin(stage.holder, row, channel)
    building.build(stage.holder, row, generation, Inline(), lambda *_: None)
    Built.objects.using("default").update(digest="sha256:" + "0" * 64)
    publishing.publish(stage.holder, row, channel, OFFICER)
    stage.world.settle()
    _is_an_alarm_and_no_hit(stage, stage.check(HER), AlarmKind.TAMPERED_ATTACHMENT)


def test_a_second_key_or_history_in_one_generation_is_an_alarm_and_not_taken(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    _published(stage)
    other = list_key(b"\7" * 32, _NAME).public
    monkeypatch.setattr("comity.screening.publishing.Index", lambda **fields: Index(**(fields | {"public": other})))
    stage.take_in(listed(12))
    stage.publish()
    assert AlarmKind.TAMPERED_CONTENT in {one.kind for one in open_alarms(stage.asker)}
    assert Version.objects.using(stage.asker.using).count() == 1
    assert stage.known().version == 1


_NAME = ListName(bytes(32), "another", 1)


def test_what_the_holder_does_and_sends_does_not_depend_on_a_hit(stage: Stage) -> None:
    _published(stage)
    shapes: list[tuple[list[str], list[int]]] = []
    for someone in (HER, person("Walburga Holm", born="1980-05-01")):
        before = len(stage.world.log)
        with CaptureQueriesContext(connections[stage.holder.using]) as asked:
            check = stage.check(someone)
        statements = [re.sub(r"'[^']*'|\d+|X'[0-9A-F]*'", "?", one["sql"]) for one in asked.captured_queries]
        shapes.append((statements, [size for _, _, size, _ in stage.world.log[before:]]))
        assert bool(stage.hits(check)) is (someone is HER)
    assert not [sql for sql in shapes[0][0] if "screening_listed" in sql or "screening_place" in sql]
    answers = Record.objects.using(stage.holder.using).filter(type="screening.answer/1")
    assert len({len(bytes(one.content or b"")) for one in answers}) == 1
