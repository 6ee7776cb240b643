"""A person is known again by keyed marks, whatever the text, in time that grows with its length alone."""

import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from comity.channel.runtime import LocalNode
from comity.matching import DocumentKind, Person, parse_births
from comity.screening.imports import Document
from comity.screening.subjects import Subject, identities, keys_of, pack, unpack
from tests.support.worlds import Clock, make_node

BORN = parse_births("1980-05-01")
anything = st.text(st.characters(min_codepoint=0, max_codepoint=0x10FFFF), max_size=200)


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory) -> LocalNode:
    return make_node("DE.berlin", "default", Path(tmp_path_factory.mktemp("node")), Clock())


def test_spelling_order_and_case_do_not_hide_a_person_and_another_birth_date_does(node: LocalNode) -> None:
    one = identities(node, Subject(Person(("Samira  Tanjawi", "ＳＡＭＩＲＡ T."), BORN)))
    same = identities(node, Subject(Person(("samira t.", "SAMIRA TANJAWI"), BORN)))
    other = identities(node, Subject(Person(("samira t.", "SAMIRA TANJAWI"), parse_births("1980-05-02"))))
    assert one == same != other
    paper = Document(DocumentKind.PASSPORT, "X1234", "QAT")
    assert len(identities(node, Subject(Person(("S",)), (paper,)))) == 1
    assert identities(node, Subject(Person(("Samira Tanjawi",)))) == ()


@settings(max_examples=100, deadline=None)
@given(st.lists(anything, max_size=4))
def test_any_text_is_sealed_and_read_back_and_makes_keys(names: list[str]) -> None:
    subject = Subject(Person(tuple(names), BORN))
    (again,) = unpack(pack([subject]))
    assert again.person.names == tuple(one.encode("utf-8", "replace").decode() for one in names)
    assert len(keys_of(subject)) < 1000


@pytest.mark.parametrize("unit", ["a\u0301\u0316", "\ud800", "\u202e\u2066", "<", "ﷺ", "\n"])
def test_a_text_of_a_megabyte_costs_in_proportion_to_its_length(node: LocalNode, unit: str) -> None:
    text = unit * (1_000_000 // len(unit))
    start = time.process_time()
    subject = Subject(Person((text,), BORN))
    assert len(identities(node, subject)) == 1
    keys_of(subject)
    unpack(pack([subject]))
    assert time.process_time() - start < 10
