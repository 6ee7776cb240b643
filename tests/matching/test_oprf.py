"""Shows that the oblivious function is the one of RFC 9497, and refuses what it must refuse."""

from __future__ import annotations

import contextlib
import json
import threading
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from comity.matching import dleq, group, native, oprf
from comity.matching.errors import MalformedError, ProofError
from comity.matching.group import Element, Scalar
from comity.matching.oprf import Evaluation, Mode

VECTORS = Path(__file__).parents[2] / "spec" / "vectors" / "matching"
RFC = json.loads((VECTORS / "rfc9497.json").read_text())
BAD = json.loads((VECTORS / "elements-refused.json").read_text())
CASES = [(suite, case) for suite in RFC["suites"] for case in suite["cases"]]
unhex = bytes.fromhex


@pytest.mark.parametrize(("suite", "case"), CASES, ids=[case["name"] for _, case in CASES])
def test_function_gives_the_bytes_of_the_rfc(suite: dict[str, Any], case: dict[str, Any]) -> None:
    mode = Mode[suite["mode"]]
    key = oprf.derive_key(mode, unhex(suite["seed"]), unhex(suite["key_info"]))
    assert (key.secret.hex(), key.public.hex()) == (suite["secret"], suite["public"])
    blindings = [
        oprf.blind(mode, unhex(text), group.parse_scalar(unhex(factor)))
        for text, factor in zip(case["input"], case["blind"], strict=True)
    ]
    assert [b.element.hex() for b in blindings] == case["blinded_element"]
    nonce = group.parse_scalar(unhex(case["nonce"])) if "nonce" in case else None
    answer = oprf.evaluate(key, [b.element for b in blindings], nonce)
    assert [e.hex() for e in answer.elements] == case["evaluation_element"]
    if answer.proof is not None:
        assert answer.proof.encode().hex() == case["proof"]
    outputs = oprf.finalize(mode, blindings, answer, key.public)
    assert [o.hex() for o in outputs] == case["output"]
    assert [oprf.evaluate_plain(key, unhex(text)).hex() for text in case["input"]] == case["output"]


def test_both_libraries_give_the_same_bytes_and_proofs_that_hold_for_one_another() -> None:
    derived = oprf.derive_key(Mode.VOPRF, bytes(range(32)), b"comity/v1/list-key\0test")
    bare = oprf.key_from_secret(Mode.VOPRF, derived.secret)
    assert derived.origin is not None
    assert "Origin" in repr(derived.origin)
    assert derived.secret.hex() not in repr(derived) + repr(derived.origin)
    assert (bare.origin, bare.public) == (None, derived.public)
    for data in (b"", b"x", b"comity/v1/key\0nw\0a|b\0", bytes(65535)):
        assert oprf.evaluate_plain(derived, data) == oprf.evaluate_plain(bare, data)
    with pytest.raises(MalformedError):
        oprf.evaluate_plain(derived, bytes(65536))
    for size in (1, 16, 33):
        blindings = [oprf.blind(Mode.VOPRF, b"input %d" % i) for i in range(size)]
        elements = [b.element for b in blindings]
        one, other = oprf.evaluate(derived, elements), oprf.evaluate(bare, elements)
        assert one.elements == other.elements
        assert one.proof != other.proof, "each proof has a nonce of its own"
        assert oprf.finalize(Mode.VOPRF, blindings, one, bare.public) == oprf.finalize(
            Mode.VOPRF, blindings, other, derived.public
        )


@pytest.mark.parametrize("bad", [*BAD["elements"], {"name": "identity", "hex": "00" * 32}], ids=lambda bad: bad["name"])
def test_the_native_half_refuses_what_is_no_element(bad: dict[str, str]) -> None:
    with pytest.raises(MalformedError):
        native.evaluate(native.Origin(bytes(32), b"key"), [Element(unhex(bad["hex"]))])


def test_a_batch_too_long_for_the_native_half_lets_other_threads_run(monkeypatch: pytest.MonkeyPatch) -> None:
    key = oprf.derive_key(Mode.VOPRF, bytes(32), b"key")
    monkeypatch.setattr(native, "MOST_AT_ONCE", 2)
    monkeypatch.setattr(native, "evaluate", None)
    blindings = [oprf.blind(Mode.VOPRF, b"input %d" % i) for i in range(3)]
    answer = oprf.evaluate(key, [b.element for b in blindings])
    assert len(oprf.finalize(Mode.VOPRF, blindings, answer, key.public)) == 3


@pytest.mark.parametrize("bad", BAD["elements"], ids=[b["name"] for b in BAD["elements"]])
def test_a_non_canonical_element_is_refused(bad: dict[str, str]) -> None:
    with pytest.raises(MalformedError):
        group.parse_element(unhex(bad["hex"]))


@pytest.mark.parametrize("bad", BAD["scalars"], ids=[b["name"] for b in BAD["scalars"]])
def test_a_scalar_that_is_not_reduced_is_refused(bad: dict[str, str]) -> None:
    with pytest.raises(MalformedError):
        group.parse_scalar(unhex(bad["hex"]))


def test_the_identity_element_is_refused() -> None:
    with pytest.raises(MalformedError, match="identity"):
        group.parse_element(bytes(32))


def _batch(size: int) -> tuple[oprf.KeyPair, list[oprf.Blinding], Evaluation]:
    key = oprf.generate_key(Mode.VOPRF)
    blindings = [oprf.blind(Mode.VOPRF, b"input %d" % i) for i in range(size)]
    return key, blindings, oprf.evaluate(key, [b.element for b in blindings])


def test_a_wrong_key_is_detected() -> None:
    agreed, blindings, _ = _batch(3)
    other = oprf.generate_key(Mode.VOPRF)
    answer = oprf.evaluate(other, [b.element for b in blindings])
    with pytest.raises(ProofError):
        oprf.finalize(Mode.VOPRF, blindings, answer, agreed.public)


def test_a_wrong_key_for_one_element_of_a_batch_is_detected() -> None:
    key, blindings, answer = _batch(5)
    other = oprf.generate_key(Mode.VOPRF)
    elements = list(answer.elements)
    elements[3] = group.multiply(other.secret, blindings[3].element)
    forged = dleq.prove(oprf.context(Mode.VOPRF), key.secret, key.public, [b.element for b in blindings], elements)
    with pytest.raises(ProofError):
        oprf.finalize(Mode.VOPRF, blindings, Evaluation(tuple(elements), forged), key.public)


def test_answers_in_another_order_are_detected() -> None:
    key, blindings, answer = _batch(2)
    swapped = Evaluation(answer.elements[::-1], answer.proof)
    with pytest.raises(ProofError):
        oprf.finalize(Mode.VOPRF, blindings, swapped, key.public)


def test_a_missing_proof_or_answer_is_refused() -> None:
    key, blindings, answer = _batch(2)
    with pytest.raises(MalformedError):
        oprf.finalize(Mode.VOPRF, blindings, Evaluation(answer.elements, None), key.public)
    with pytest.raises(MalformedError):
        oprf.finalize(Mode.VOPRF, blindings, Evaluation(answer.elements[:1], answer.proof), key.public)


@pytest.mark.parametrize("position", [0, 17, 31, 32, 50, 62])
def test_a_changed_proof_is_detected(position: int) -> None:
    key, blindings, answer = _batch(2)
    assert answer.proof is not None
    data = bytearray(answer.proof.encode())
    data[position] ^= 1
    changed = Evaluation(answer.elements, dleq.Proof.parse(bytes(data)))
    with pytest.raises(ProofError):
        oprf.finalize(Mode.VOPRF, blindings, changed, key.public)


def test_a_proof_of_zeros_is_detected() -> None:
    key, blindings, answer = _batch(1)
    zero = dleq.Proof.parse(bytes(64))
    with pytest.raises(ProofError):
        oprf.finalize(Mode.VOPRF, blindings, Evaluation(answer.elements, zero), key.public)


def test_the_proof_leaks_nothing_of_the_key_by_a_repeated_nonce() -> None:
    key, blindings, first = _batch(1)
    second = oprf.evaluate(key, [b.element for b in blindings])
    assert first.elements == second.elements
    assert first.proof != second.proof


def test_a_blinded_element_says_nothing_of_its_input_because_it_never_repeats() -> None:
    seen = {oprf.blind(Mode.VOPRF, b"the same input").element for _ in range(50)}
    assert len(seen) == 50


def test_secrets_do_not_show_in_representations() -> None:
    key, blindings, _ = _batch(1)
    assert key.secret.hex() not in repr(key)
    assert blindings[0].factor.hex() not in repr(blindings[0])
    assert "input 0" not in repr(blindings[0])


@settings(max_examples=30, deadline=None)
@given(st.lists(st.binary(max_size=80), min_size=1, max_size=8))
def test_blinded_and_plain_evaluation_agree(inputs: list[bytes]) -> None:
    key = oprf.generate_key(Mode.VOPRF)
    blindings = [oprf.blind(Mode.VOPRF, data) for data in inputs]
    answer = oprf.evaluate(key, [b.element for b in blindings])
    outputs = oprf.finalize(Mode.VOPRF, blindings, answer, key.public)
    assert outputs == [oprf.evaluate_plain(key, data) for data in inputs]


@settings(max_examples=50, deadline=None)
@given(st.binary(min_size=30, max_size=34))
def test_any_bytes_parse_to_themselves_or_are_refused(data: bytes) -> None:
    with contextlib.suppress(MalformedError):
        assert group.parse_element(data) == data


@settings(max_examples=20, deadline=None)
@given(st.integers(min_value=1, max_value=12))
def test_inverting_many_scalars_equals_inverting_each(count: int) -> None:
    scalars = [group.random_scalar() for _ in range(count)]
    for scalar, inverse in zip(scalars, group.invert_scalars(scalars), strict=True):
        assert group.scalar_multiply(scalar, inverse) == (1).to_bytes(32, "little")
    assert group.invert_scalars([]) == []


def test_native_operations_let_other_threads_run() -> None:
    ticks = 0
    stop = threading.Event()

    def count() -> None:
        nonlocal ticks
        while not stop.is_set():
            ticks += 1

    thread = threading.Thread(target=count)
    element = Element(group.hash_to_element(b"x", b"t"))
    thread.start()
    for _ in range(2000):
        element = group.multiply(Scalar(b"\5" + bytes(31)), element)
    stop.set()
    thread.join()
    assert ticks > 0
