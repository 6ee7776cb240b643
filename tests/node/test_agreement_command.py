"""Shows that the command line reads the example agreement out and says what may be sent and why not."""

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from comity.node.cli import Context
from comity.node.commands.agreement import agreement
from comity.node.example import AUTHORITIES, example_agreement, sample
from comity.protocol.agreement.reader import write_agreement
from comity.protocol.agreement.terms import compile_terms


def run(*arguments: str) -> Result:
    return CliRunner().invoke(agreement, arguments, obj=Context(home=Path("/nonexistent")))


def test_example_covers_every_area_and_says_in_each_language_that_it_is_invented() -> None:
    terms = compile_terms(write_agreement(sample()))
    areas = {one.id for one in terms.agreement.areas}
    assert areas == {one.clause.area for one in terms.clauses.values()}
    assert len(areas) == 9
    title = terms.agreement.title
    assert "invented" in title["en"]
    assert "erfunden" in title["de"]
    assert "مُختلق" in title["ar"]
    assert any(one.clause.release == 2 and one.clause.id.startswith("3(") for one in terms.clauses.values())


def test_example_is_filled_with_the_nodes_that_were_paired() -> None:
    nodes = {"QA": ("QA.two", "sha256:" + "a" * 64), "DE": ("DE.two", "sha256:" + "b" * 64)}
    filled = example_agreement("0192f0c1-2345-7abc-8def-0123456789ab", nodes, "2026-12-01T00:00:00.000Z")
    assert [(node.id, node.fingerprint) for party in filled.parties for node in party.nodes] == list(nodes.values())
    assert {one.id for party in filled.parties for one in party.authorities} == {
        x for y in AUTHORITIES.values() for x in y
    }


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", "Clause 4(2): Requests for information"),
        ("de", "Klausel 4(2): Ersuchen um Informationen"),
        ("ar", "طلبات المعلومات"),
    ],
)
def test_show_reads_the_agreement_out(language: str, said: str) -> None:
    result = run("show", "--example", "--lang", language, "--width", "80")
    assert result.exit_code == 0, result.output
    assert said in result.output


def test_show_matrix_lists_who_may_send_what_to_whom() -> None:
    result = run("show", "--example", "--matrix", "--width", "160")
    assert result.exit_code == 0
    assert "DE → QA" in result.output


def test_show_reads_a_draft_from_a_file(tmp_path: Path) -> None:
    draft = tmp_path / "draft.json"
    draft.write_bytes(write_agreement(sample()) + b"\n")
    assert "Example agreement" in run("show", "--file", str(draft)).output


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("cases.request/1", "--purpose", "prevention"), 0, "Clause 4(2) (Requests for information): may be sent."),
        (("cases.request/1", "--purpose", "war"), 1, "clause 4(2) permits it for the purpose prevention"),
        (("cases.request/1", "--purpose", "prevention", "--party", "FR"), 1, "FR is not a party"),
        (("library.course/1", "--purpose", "training", "--party", "QA"), 1, "clause 6(2) permits it only from DE"),
        (("other.thing/1", "--purpose", "training"), 1, "no clause names records of this type"),
        (
            ("cases.request/1", "--purpose", "prevention", "--field", "body.question=What is known about it?"),
            1,
            "Clause 4(2) needs a case number. Fill in the case number.",
        ),
        (("cases.request/1", "--purpose", "exercise", "--reality", "exercise"), 0, "Clause 6(1)"),
        (("cases.request/1", "--purpose", "exercise"), 1, "Only exercise data"),
    ],
)
def test_explain_says_whether_a_record_may_be_sent(arguments: tuple[str, ...], code: int, said: str) -> None:
    result = run("explain", *arguments, "--example")
    assert (result.exit_code, said in result.output) == (code, True), result.output


@pytest.mark.parametrize(
    ("grounds", "said"),
    [
        ('["political"]', "political, military, religious or racial"),
        ('["capital-offence"]', "Fill in the assurance"),
        ('["fraud"]', "may be sent"),
    ],
)
def test_example_agreement_guards_the_rights_of_persons(grounds: str, said: str) -> None:
    fields = ("body.case_number=A-1", "body.question=What is known about it?", f"body.grounds={grounds}")
    options = [part for field in fields for part in ("--field", field)]
    arguments = ("explain", "cases.request/1", "--purpose", "prevention", "--clause", "4(2)", "--example", *options)
    assert said in run(*arguments).output
