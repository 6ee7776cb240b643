"""The same functions run in one thread, on all cores and on a cluster, with the same results in the same order."""

import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

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


_KEEPS_WORKERS = """
import os, sys
from comity.screening import engine

def who(_):
    return os.getpid()

if __name__ == "__main__":
    with engine.engine("processes") as opened:
        print(*opened.map(who, range(8)), flush=True)
        sys.stdin.read()
"""


def test_workers_end_with_a_process_that_is_killed(tmp_path: Path) -> None:
    program = tmp_path / "keeps.py"
    program.write_text(_KEEPS_WORKERS, encoding="utf-8")
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    with subprocess.Popen([sys.executable, str(program)], **pipes) as one:  # type: ignore[call-overload]  # by name
        assert one.stdout
        workers = {int(pid) for pid in one.stdout.readline().split()}
        assert workers
        one.kill()
    end = time.monotonic() + 30
    while any(Path(f"/proc/{pid}").exists() for pid in workers):
        assert time.monotonic() < end, "a worker outlives the process that started it"
        time.sleep(0.05)


def test_the_work_needs_no_framework_and_no_database_in_the_process_that_does_it() -> None:
    program = "import sys, comity.screening.tasks; sys.exit('django' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
