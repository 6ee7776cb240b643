"""Shows that the evaluator counts as it says, on invented names, and holds the line on quality in small."""

from __future__ import annotations

import csv
import json
import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from comity.matching import MalformedError, Rule
from comity.matching.evaluate import PairRow, Score, evaluate_pairs, pair_row
from comity.matching.evaluate_search import NameRow, evaluate_search, name_row
from comity.node.commands.match import match

ROOT = Path(__file__).parents[2]
NAMES = json.loads((ROOT / "spec" / "vectors" / "matching" / "names.json").read_text(encoding="utf-8"))
ROWS = [PairRow(True, "main", "meet", tuple(p["names"])) for p in NAMES["meet"]] + [
    PairRow(False, "main", "apart", tuple(p["names"])) for p in NAMES["apart"]
]


def test_invented_names_keep_the_quality_that_was_reached() -> None:
    found = evaluate_pairs(ROWS)
    assert found.all.f1 == 1.0
    assert found.strong.precision == 1.0
    assert found.strong.recall is not None
    assert found.strong.recall >= 0.5
    assert found.all.keys_per_name is not None
    assert found.all.keys_per_name <= 22  # longer names than on average, so more keys


def test_scores_are_counted_by_category_and_by_rule() -> None:
    found = evaluate_pairs(ROWS)
    assert found.categories["meet"].recall == 1.0
    assert found.categories["apart"].false == 0
    assert found.categories["apart"].recall is None
    assert found.rules[Rule.GIVEN_AND_OTHER].found + found.rules[Rule.GIVEN_AND_OTHER].missed == len(NAMES["meet"])


def test_rows_that_are_not_main_do_not_count() -> None:
    rows = [PairRow(True, "alias_unrelated", "x", ("Aa Bb", "Cc Dd")), *ROWS]
    assert evaluate_pairs(rows).all == evaluate_pairs(ROWS).all


def test_homonyms_are_counted_as_told_apart_by_their_births() -> None:
    name = ("Hadi al-Mansourani", "Hady Mansurani")
    rows = [
        PairRow(False, "homonym", "x", name, ("1971-03-04", "1984")),
        PairRow(False, "homonym", "x", name, ("1971-03-04", "1971")),
        PairRow(True, "main", "x", name, ("1971-03-04", "1971-03-04")),
    ]
    found = evaluate_pairs(rows)
    assert (found.homonyms, found.homonyms_told_apart) == (2, 1)
    assert found.dated[Rule.NAME_AND_BIRTH_DATE].recall == 1.0


def test_a_score_without_hits_or_pairs_has_no_ratio() -> None:
    empty = Score(0, 0, 0, 0)
    assert (empty.precision, empty.recall, empty.f1) == (None, None, None)


def test_a_search_counts_its_own_and_other_entities() -> None:
    rows = [
        NameRow("one", "primary", "Hadi al-Mansourani"),
        NameRow("one", "list_alias", "Hady Mansurani"),
        NameRow("two", "primary", "Hadi Mansourani"),
        NameRow("three", "primary", "Walburga Pfefferkorn"),
        NameRow("three", "wikidata_label", "Ilse Hagenbeck"),
    ]
    found = evaluate_search(rows)
    assert (found.listed, found.all.questions, found.all.found, found.all.false) == (3, 2, 1, 1)
    assert found.all.recall == 0.5
    assert found.all.false_per_1000 == 500
    assert evaluate_search([]).all.recall == 0.0


def test_a_row_without_a_column_or_with_another_label_is_refused() -> None:
    with pytest.raises(MalformedError, match="column"):
        pair_row({"label": "1"})
    with pytest.raises(MalformedError, match="column"):
        name_row({"name": "x"})
    good = dict.fromkeys(("use", "category", "name1", "name2", "dob1", "dob2"), "x")
    with pytest.raises(MalformedError, match="label"):
        pair_row(good | {"label": "2"})


def test_the_command_prints_the_promised_json_and_a_table(tmp_path: Path) -> None:
    path = tmp_path / "pairs.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["label", "use", "category", "name1", "name2", "dob1", "dob2"])
        writer.writerows([[int(r.same), r.use, r.category, *r.names, "", ""] for r in ROWS])
    done = CliRunner().invoke(match, ["evaluate", str(path), "--json"])
    assert done.exit_code == 0, done.output
    found = json.loads(done.output)
    assert {"precision", "recall", "f1", "keys_per_name"} <= set(found["all"]) & set(found["strong"])
    assert set(found["categories"]) == {"meet", "apart"}
    assert found["rules"]["whole name"]["strength"] == "strong"
    table = CliRunner().invoke(match, ["evaluate", str(path)])
    assert "by rule, names alone" in table.output
    (tmp_path / "bad.csv").write_text("a,b\n1,2\n", encoding="utf-8")
    assert CliRunner().invoke(match, ["evaluate", str(tmp_path / "bad.csv")]).exit_code == 1


def test_the_search_command_prints_json_and_a_table(tmp_path: Path) -> None:
    path = tmp_path / "names.csv"
    path.write_text("entity_id,role,name\n1,primary,Ilse Hagenbeck\n1,list_alias,Hagenbeck Ilse\n", encoding="utf-8")
    found = json.loads(CliRunner().invoke(match, ["evaluate-search", str(path), "--json"]).output)
    assert found["all"]["recall"] == 1.0
    assert found["listed"] == 1
    assert "recall 1.000" in CliRunner().invoke(match, ["evaluate-search", str(path)]).output


def test_every_security_claim_has_a_test_that_bears_its_name() -> None:
    source = "".join(p.read_text(encoding="utf-8") for p in (ROOT / "src" / "comity" / "matching").rglob("*.py"))
    tests = "".join(path.read_text(encoding="utf-8") for path in Path(__file__).parent.glob("test_*.py"))
    claims = re.findall(r"SECURITY: ([^.]+)\. Holds", re.sub(r"\n\s+# ", " ", source))
    assert len(claims) >= 12
    for claim in claims:
        words = re.sub(r"[^a-z ]", "", claim.lower().replace("'", "")).split()
        assert "_".join(words) in tests, claim
