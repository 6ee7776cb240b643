"""The same functions run in one thread, on all cores and on a cluster, with the same results in the same order."""

import subprocess
import sys
from collections.abc import Iterator

import pytest

from comity.matching import ListName, Person, list_key
from comity.screening import engine, tasks
from comity.screening.engine import PROCESSES, THREADS, EngineError, Inline
from comity.screening.subjects import Subject
from comity.screening.tasks import Entries

KEY = list_key(bytes(32), ListName(bytes(32), "wanted", 1))


def _pieces(count: int) -> list[Entries]:
    return [Entries(KEY, (Subject(Person((f"Hannelore Buchsbaum{n}",))),)) for n in range(count)]


@pytest.mark.parametrize("name", [THREADS, PROCESSES])
def test_an_engine_of_this_machine_gives_what_one_thread_gives_in_order(name: str) -> None:
    pieces = _pieces(40)
    with engine.engine(name) as opened:
        found = list(opened.map(tasks.evaluate, pieces))
        again = list(opened.map(tasks.evaluate, pieces[:3]))
    expected = [set(one[0]) for one in Inline().map(tasks.evaluate, pieces)]
    assert [set(one[0]) for one in found] == expected
    assert len(again) == 3


@pytest.mark.loopback
def test_a_scheduler_at_an_address_does_the_same_work() -> None:
    from distributed import LocalCluster

    pieces = _pieces(6)
    cluster = {"n_workers": 1, "processes": False, "dashboard_address": None, "protocol": "tcp", "host": "127.0.0.1"}
    made = LocalCluster(**cluster)  # type: ignore[no-untyped-call]  # Dask states no types
    with made as running, engine.engine(running.scheduler_address) as opened:
        found = [set(one[0]) for one in opened.map(tasks.evaluate, pieces)]
    assert found == [set(one[0]) for one in Inline().map(tasks.evaluate, pieces)]


@pytest.mark.loopback
def test_a_scheduler_that_is_not_there_is_named_as_such(monkeypatch: pytest.MonkeyPatch) -> None:
    import distributed

    monkeypatch.setattr(distributed, "Client", _never)
    with pytest.raises(EngineError, match="not reached") as refused, engine.engine("tcp://127.0.0.1:1"):
        pass
    assert refused.value.remedy


def _never(**_: object) -> None:
    raise OSError("timed out")


def test_an_engine_takes_no_more_pieces_than_it_can_work_on() -> None:
    taken: list[int] = []

    def pieces() -> Iterator[int]:
        for n in range(10_000):
            taken.append(n)
            yield n

    with engine.engine(THREADS) as opened:
        results = opened.map(lambda n: n + 1, pieces())
        assert next(results) == 1
        assert len(taken) < 1000


def test_the_work_needs_no_framework_and_no_database_in_the_process_that_does_it() -> None:
    program = "import sys, comity.screening.tasks; sys.exit('django' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
