"""Benches speak one form, whoever reads it."""

import json

import pytest

from bench import _table


def test_json_of_a_bench_has_the_agreed_fields(capsys: pytest.CaptureFixture[str]) -> None:
    _table.report(
        "x", [_table.row("rate", 50, "1/s", backend="sqlite", versus="limit", versus_value=100)], as_json=True
    )
    found = json.loads(capsys.readouterr().out)
    assert set(found) == {"bench", "machine", "rows"}
    assert found["rows"] == [
        {
            "name": "rate",
            "backend": "sqlite",
            "value": 50,
            "unit": "1/s",
            "versus": "limit",
            "versus_value": 100,
            "ratio": 0.5,
        }
    ]
    assert {"processor", "cores", "memory_gb", "python"} <= set(found["machine"])


def test_table_of_a_bench_shows_value_peer_and_ratio(capsys: pytest.CaptureFixture[str]) -> None:
    _table.report("x", [_table.row("rate", 1234.5, "1/s", versus="limit", versus_value=2469)], as_json=False)
    last = capsys.readouterr().out.splitlines()[-1]
    assert last.split() == ["rate", "1,234", "1/s", "limit", "2,469", "0.5"]


def test_medians_are_taken_in_turns_from_at_least_five_rounds() -> None:
    turns: list[str] = []

    def way(name: str) -> float:
        turns.append(name)
        return float(len(turns))

    found = _table.interleave(5, {"ours": lambda: way("ours"), "peer": lambda: way("peer")})
    assert turns == ["ours", "peer"] * 5
    assert found == {"ours": 5.0, "peer": 6.0}
    with pytest.raises(SystemExit, match="at least 5 rounds"):
        _table.interleave(4, {})


def test_percentile_is_a_measured_value() -> None:
    values = [float(n) for n in range(1, 101)]
    assert (_table.percentile(values, 0.5), _table.percentile(values, 0.99), _table.percentile([7.0], 0.99)) == (
        50,
        99,
        7,
    )
