"""Measure the matching of names: ``match evaluate`` on pairs, ``match evaluate-search`` on a list of names."""

import csv
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from comity.matching.errors import MatchingError
from comity.matching.evaluate import Evaluation, Score, evaluate_pairs, pair_row
from comity.matching.evaluate_search import SearchEvaluation, SearchScore, evaluate_search, name_row

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.group()
def match() -> None:
    """Measure how names meet."""


@match.command()
@click.argument("pairs", type=_FILE)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def evaluate(pairs: Path, *, as_json: bool) -> None:
    """Score the keys on a file of PAIRS: precision, recall and F1 by category and by rule."""
    try:
        found = evaluate_pairs(pair_row(row) for row in _rows(pairs))
    except MatchingError as error:
        raise click.ClickException(str(error)) from None
    click.echo(json.dumps(pairs_as_json(found), indent=1) if as_json else _pairs_as_text(found))


@match.command("evaluate-search")
@click.argument("names", type=_FILE)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def evaluate_search_command(names: Path, *, as_json: bool) -> None:
    """List one name of each entity in NAMES, ask every other name: recall and false hits per 1,000 questions."""
    try:
        found = evaluate_search(name_row(row) for row in _rows(names))
    except MatchingError as error:
        raise click.ClickException(str(error)) from None
    click.echo(json.dumps(search_as_json(found), indent=1) if as_json else _search_as_text(found))


def _rows(path: Path) -> Iterator[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


def _score(score: Score) -> dict[str, Any]:
    numbers = {"precision": score.precision, "recall": score.recall, "f1": score.f1}
    numbers["keys_per_name"] = score.keys_per_name
    return {name: None if value is None else round(value, 4) for name, value in numbers.items()}


def pairs_as_json(found: Evaluation) -> dict[str, Any]:
    """Return the scores in the shape that the command promises."""
    return {
        "all": _score(found.all),
        "strong": _score(found.strong),
        "categories": {
            name: _score(score) | {"strong": _score(found.strong_categories[name])}
            for name, score in found.categories.items()
        },
        "rules": {
            rule.title: _score(score) | {"strength": rule.strength.name.lower()}
            for rule, score in (dict(found.rules) | dict(found.dated)).items()
        },
        "homonyms": {"pairs": found.homonyms, "told_apart_by_birth": found.homonyms_told_apart},
    }


def _line(title: str, score: Score, note: str = "") -> str:
    cells = [score.precision, score.recall, score.f1, score.keys_per_name]
    shown = ["     -" if cell is None else f"{cell:6.3f}" for cell in cells]
    counts = f"{score.found:6} {score.missed:6} {score.false:6}"
    return f"{title:26}" + "  ".join(shown) + "  " + counts + ("  " + note if note else "")


def _pairs_as_text(found: Evaluation) -> str:
    lines = [f"{'':26}precis  recall      f1  keys/n   found missed  false"]
    lines += [_line("all rules", found.all), _line("strong rules", found.strong), "", "by category, all rules"]
    lines += [_line(name, score) for name, score in found.categories.items()]
    lines += ["", "by category, strong rules"]
    lines += [_line(name, score) for name, score in found.strong_categories.items()]
    lines += ["", "by rule, names alone"]
    lines += [_line(rule.title, score, rule.strength.name.lower()) for rule, score in found.rules.items()]
    lines += ["", "by rule, pairs of which both births are known"]
    lines += [_line(rule.title, score, rule.strength.name.lower()) for rule, score in found.dated.items()]
    lines += ["", f"homonyms told apart by birth: {found.homonyms_told_apart} of {found.homonyms}"]
    return "\n".join(lines)


def _search_score(score: SearchScore) -> dict[str, Any]:
    return {
        "questions": score.questions,
        "recall": round(score.recall, 4),
        "false_hits_per_1000": round(score.false_per_1000, 2),
        "questions_with_false_hits_per_1000": round(score.alarmed_per_1000, 2),
    }


def search_as_json(found: SearchEvaluation) -> dict[str, Any]:
    """Return the scores of a search in the shape that the command promises."""
    return {
        "all": _search_score(found.all) | {"keys_per_name": round(found.keys_per_name, 4)},
        "strong": _search_score(found.strong),
        "listed": found.listed,
    }


def _search_as_text(found: SearchEvaluation) -> str:
    lines = [f"{found.listed} entities listed, {found.keys_per_name:.2f} keys each, {found.all.questions} questions"]
    for title, score in (("all rules", found.all), ("strong rules", found.strong)):
        lines.append(
            f"{title:14} recall {score.recall:.3f}, false hits per 1,000 questions {score.false_per_1000:.1f}, "
            f"questions with any {score.alarmed_per_1000:.1f}"
        )
    return "\n".join(lines)
