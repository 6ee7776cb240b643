"""Shows that an agreement's text has one spelling and that everything it refers to is defined in it."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from comity.protocol.agreement.errors import AgreementFaultError
from comity.protocol.agreement.model import AGREEMENT_LIMIT, agreement_digest
from comity.protocol.agreement.reader import read_agreement, write_agreement
from comity.protocol.agreement.template import text_of_draft
from comity.protocol.errors import ComityError, MalformedError, TooLargeError
from tests.protocol.agreement import texts

VECTORS = Path(__file__).parents[3] / "spec" / "vectors" / "agreement"
GOOD = json.loads((VECTORS / "good.json").read_text())["texts"]
BAD = json.loads((VECTORS / "bad.json").read_text())["texts"]


@pytest.mark.parametrize("case", GOOD, ids=[case["name"] for case in GOOD])
def test_good_text_is_read_and_written_as_the_same_bytes(case: dict[str, Any]) -> None:
    text = case["text"].encode()
    assert write_agreement(read_agreement(text)) == text
    assert agreement_digest(text) == case["digest"]
    assert len(text) == case["bytes"]


@pytest.mark.parametrize("case", BAD, ids=[case["name"] for case in BAD])
def test_bad_text_is_refused_for_its_reason(case: dict[str, Any]) -> None:
    with pytest.raises(ComityError) as caught:
        read_agreement(case["text"].encode())
    assert caught.value.kind.value == case["kind"]
    assert getattr(caught.value, "place", "") == case["place"]
    assert caught.value.remedy


def test_text_over_the_limit_is_refused_before_it_is_parsed() -> None:
    with pytest.raises(TooLargeError):
        read_agreement(b"{" * (AGREEMENT_LIMIT + 1))


def test_fault_names_the_clause_and_the_field() -> None:
    with pytest.raises(AgreementFaultError, match=r"In clause 4\(2\), purposes: war is not defined"):
        write_agreement(texts.agreement(texts.clause(purposes=("war",))))


def test_draft_laid_out_freely_becomes_the_canonical_text() -> None:
    text = write_agreement(texts.agreement())
    assert text_of_draft(json.dumps(json.loads(text), indent=4).encode()) == text
    for broken in (b"{", b"[]", b"\xff", b'{"v": 1}'):
        with pytest.raises(MalformedError):
            text_of_draft(broken)


@settings(deadline=None)
@given(st.binary(max_size=200))
def test_any_bytes_raise_only_documented_errors(data: bytes) -> None:
    with pytest.raises(ComityError):
        read_agreement(data)


_BASE = write_agreement(texts.agreement(texts.clause()))


@settings(deadline=None)
@given(place=st.integers(0, len(_BASE) - 1), byte=st.integers(0, 255))
def test_changed_text_is_refused_or_has_another_digest(place: int, byte: int) -> None:
    changed = _BASE[:place] + bytes([byte]) + _BASE[place + 1 :]
    try:
        read_agreement(changed)
    except ComityError:
        return
    assert changed == _BASE or agreement_digest(changed) != agreement_digest(_BASE)
