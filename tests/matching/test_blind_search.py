"""Shows what each side of a blind search learns; lines of `spec/blind-search-threats.md` name these tests."""

from __future__ import annotations

import inspect
import secrets
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from comity.matching import (
    Change,
    Key,
    Label,
    LabelError,
    ListIndex,
    ListName,
    MalformedError,
    Person,
    ProofError,
    Rule,
    answer,
    ask,
    evaluate_plain,
    finish,
    group,
    list_key,
    look_up,
    make_change,
    native,
    open_commitment,
    opening_of,
    parse_answer,
    parse_elements,
    person_keys,
)
from comity.matching.labels import slot, unseal
from comity.matching.list_parts import build_parts, part_of
from comity.matching.oprf import Evaluation, KeyPair
from comity.matching.query import Question
from comity.matching.segment import LEAST_ENTRIES, Segment, build_segment, padded_count

SEED = bytes(range(32))
NAME = ListName(b"\1" * 32, "wanted", 1)
LISTED = {
    b"ref-0001": Person(("Ruslan Timurovich Dzhabrailenko", "Руслан Джабраиленко")),
    b"ref-0002": Person(("Hadi al-Mansourani", "هادي المنصوراني")),
    b"ref-0003": Person(("Friederike Gröbenhäußer",)),
}


def _entries(key: KeyPair, listed: dict[bytes, Person]) -> list[tuple[bytes, Label]]:
    return [
        (evaluate_plain(key, found.encode()), Label(reference, found.rule, found.rule.strength))
        for reference, person in listed.items()
        for found in sorted(person_keys(person), key=lambda k: k.encode())
    ]


@pytest.fixture(scope="module")
def key() -> KeyPair:
    return list_key(SEED, NAME)


@pytest.fixture
def index(key: KeyPair) -> ListIndex:
    made = ListIndex(NAME, key.public)
    change, _ = make_change(1, _entries(key, LISTED))
    made.apply(change, change.digest)
    return made


def _search(index: ListIndex, key: KeyPair, name: str) -> set[bytes]:
    question = ask(person_keys(Person((name,))))
    return {hit.reference for hit in look_up(index, finish(question, answer(key, question.elements), index.public))}


@pytest.mark.parametrize(
    ("asked", "reference"),
    [
        ("Джабраиленко Руслан Тимурович", b"ref-0001"),
        ("Hady Al Mansurani", b"ref-0002"),
        ("FRIEDERIKE GROEBENHAEUSSER", b"ref-0003"),
    ],
)
def test_a_listed_person_is_found_under_another_spelling(
    index: ListIndex, key: KeyPair, asked: str, reference: bytes
) -> None:
    assert _search(index, key, asked) == {reference}


def test_a_person_who_is_not_listed_is_not_found(index: ListIndex, key: KeyPair) -> None:
    assert _search(index, key, "Walburga Pfefferkorn") == set()


def test_a_hit_says_its_rule_and_its_strength(index: ListIndex, key: KeyPair) -> None:
    question = ask(person_keys(Person(("Friederike Groebenhaeusser",))))
    hits = look_up(index, finish(question, answer(key, question.elements), index.public))
    assert hits[0].rule is Rule.WHOLE_NAME
    assert all(hit.strength is hit.rule.strength for hit in hits)


def test_a_holder_that_uses_a_wrong_key_is_detected(index: ListIndex) -> None:
    question = ask(person_keys(Person(("Hadi al-Mansourani",))))
    other = list_key(bytes(32), NAME)
    with pytest.raises(ProofError):
        finish(question, answer(other, question.elements), index.public)


def test_a_holder_that_marks_one_element_with_a_wrong_key_is_detected(index: ListIndex, key: KeyPair) -> None:
    question = ask(person_keys(Person(("Hadi al-Mansourani",))))
    good = answer(key, question.elements)
    bad = answer(list_key(bytes(32), NAME), question.elements)
    mixed = Evaluation((bad.elements[0], *good.elements[1:]), good.proof)
    with pytest.raises(ProofError):
        finish(question, mixed, index.public)


def test_swapped_labels_are_detected(key: KeyPair) -> None:
    first, second = evaluate_plain(key, b"one"), evaluate_plain(key, b"two")
    label = Label(b"ref-0001", Rule.WHOLE_NAME, Rule.WHOLE_NAME.strength)
    other = Label(b"ref-0002", Rule.WHOLE_NAME, Rule.WHOLE_NAME.strength)
    data = bytearray(build_segment([(first, label), (second, other)]).data)
    segment = Segment(bytes(data))
    places = [slot(output, segment.salt, 0) for output in (first, second)]
    sealed = [segment._sealed(place) for place in places]
    assert sealed[0] is not None
    assert sealed[1] is not None
    positions = [data.index(cell) for cell in sealed if cell is not None]
    data[positions[0] : positions[0] + 11], data[positions[1] : positions[1] + 11] = sealed[1], sealed[0]
    forged = Segment(bytes(data))
    with pytest.raises(LabelError):
        forged.find(first)
    assert forged.digest != segment.digest


def test_a_label_under_another_rule_than_its_key_is_detected(key: KeyPair) -> None:
    wanted = Key(Rule.GIVEN_AND_OTHER, "a|b")
    label = Label(b"ref-0001", Rule.WHOLE_NAME, Rule.WHOLE_NAME.strength)
    change, _ = make_change(1, [(evaluate_plain(key, wanted.encode()), label)])
    index = ListIndex(NAME, key.public)
    index.apply(change, change.digest)
    question = ask([wanted])
    with pytest.raises(LabelError):
        look_up(index, finish(question, answer(key, question.elements), key.public))


def test_all_askers_see_one_list_because_the_journal_names_the_change(key: KeyPair) -> None:
    index = ListIndex(NAME, key.public)
    shown, _ = make_change(1, _entries(key, LISTED))
    journaled, _ = make_change(1, _entries(key, LISTED))
    with pytest.raises(MalformedError, match="journal"):
        index.apply(shown, journaled.digest)


def test_a_change_out_of_order_is_refused(index: ListIndex, key: KeyPair) -> None:
    for version in (1, 3):
        change, _ = make_change(version, [])
        with pytest.raises(MalformedError, match="next version"):
            index.apply(change, change.digest)


def test_what_is_learnt_under_one_agreement_is_worth_nothing_under_another(key: KeyPair, index: ListIndex) -> None:
    for other in (ListName(b"\2" * 32, "wanted", 1), ListName(b"\1" * 32, "stolen", 1), replace(NAME, generation=2)):
        assert list_key(SEED, other).public != key.public
    elsewhere = list_key(SEED, ListName(b"\2" * 32, "wanted", 1))
    wanted = next(iter(person_keys(LISTED[b"ref-0001"])))
    assert index.find(evaluate_plain(key, wanted.encode()))
    assert not index.find(evaluate_plain(elsewhere, wanted.encode()))


def test_a_stolen_index_says_nothing_of_names(key: KeyPair) -> None:
    entries = _entries(key, LISTED)
    data = build_segment(entries).data
    for reference in LISTED:
        assert reference not in data
    label = entries[0][1]
    one, two = (Segment(build_segment([(entries[0][0], label)]).data) for _ in range(2))
    assert one.salt != two.salt
    assert slot(entries[0][0], one.salt, 0) != slot(entries[0][0], two.salt, 0)


def test_a_dictionary_without_the_holders_key_finds_nothing_in_a_stolen_index(index: ListIndex) -> None:
    thief = list_key(secrets.token_bytes(32), NAME)
    for person in LISTED.values():
        assert not any(index.find(evaluate_plain(thief, k.encode())) for k in person_keys(person))


def test_the_size_says_little_of_the_list(key: KeyPair) -> None:
    label = Label(b"ref-0001", Rule.WHOLE_NAME, Rule.WHOLE_NAME.strength)
    sizes = {len(build_segment([(b"%064d" % i, label) for i in range(n)]).data) for n in (1, 7, 40, 64)}
    assert len(sizes) == 1


@given(st.integers(min_value=0, max_value=10**9))
def test_padding_never_costs_more_than_a_sixteenth(count: int) -> None:
    shown = padded_count(count)
    assert shown >= max(count, LEAST_ENTRIES)
    assert shown == LEAST_ENTRIES or shown <= count * 17 / 16 + 1


def test_the_number_of_keys_does_not_tell_how_many_names() -> None:
    small = ask(person_keys(Person(("Hadi",))))
    large = ask(person_keys(Person(("Hadi al-Mansourani",))))
    assert len(small.elements) % 16 == len(large.elements) % 16 == 0
    orders = {tuple(k is None for k in ask(person_keys(Person(("Hadi",)))).keys) for _ in range(20)}
    assert len(orders) > 1


def test_two_questions_about_one_person_share_no_element() -> None:
    keys = person_keys(LISTED[b"ref-0002"])
    assert not set(ask(keys).elements) & set(ask(keys).elements)


def test_an_added_entry_is_found_and_a_removed_one_is_not(index: ListIndex, key: KeyPair) -> None:
    added = _entries(key, {b"ref-0004": Person(("Wenzel Kratochwil-Hirschbeck",))})
    change, addresses = make_change(2, added)
    index.apply(change, change.digest)
    assert _search(index, key, "Wenzel Kratochvil-Hirschbeck") == {b"ref-0004"}
    change, _ = make_change(3, [], addresses)
    index.apply(Change.parse(change.encode()), change.digest)
    assert _search(index, key, "Wenzel Kratochvil-Hirschbeck") == set()
    assert _search(index, key, "Hady Al Mansurani") == {b"ref-0002"}


def test_removing_one_of_two_entries_that_share_a_key_leaves_the_other(key: KeyPair) -> None:
    shared = evaluate_plain(key, b"shared")
    rule = Rule.GIVEN_AND_OTHER
    change, addresses = make_change(1, [(shared, Label(b"ref-000%d" % i, rule, rule.strength)) for i in (1, 2)])
    index = ListIndex(NAME, key.public)
    index.apply(change, change.digest)
    assert {label.reference for label in index.find(shared)} == {b"ref-0001", b"ref-0002"}
    change, _ = make_change(2, [], addresses[:1])
    index.apply(change, change.digest)
    assert [label.reference for label in index.find(shared)] == [b"ref-0002"]


def test_a_change_costs_in_proportion_to_what_it_changes(key: KeyPair) -> None:
    rule = Rule.GIVEN_AND_OTHER
    entry = [(evaluate_plain(key, b"one"), Label(b"ref-0001", rule, rule.strength))]
    change, addresses = make_change(9, entry)
    assert len(change.encode()) < 1500
    removal, _ = make_change(10, [], addresses)
    assert len(removal.encode()) < 300
    assert len(removal.removed) == 16


def test_rotation_of_the_key_makes_old_outputs_worthless(index: ListIndex, key: KeyPair) -> None:
    fresh = list_key(SEED, replace(NAME, generation=2))
    rotated = ListIndex(replace(NAME, generation=2), fresh.public)
    change, _ = make_change(1, _entries(fresh, LISTED))
    rotated.apply(change, change.digest)
    old = evaluate_plain(key, next(iter(person_keys(LISTED[b"ref-0001"]))).encode())
    assert index.find(old)
    assert not rotated.find(old)
    assert _search(rotated, fresh, "Hady Al Mansurani") == {b"ref-0002"}


def test_parts_of_a_large_list_answer_as_the_whole_does(key: KeyPair) -> None:
    entries, salt = _entries(key, LISTED), bytes(16)
    parts = [Segment(built.data) for built in build_parts(entries, salt, 2)]
    assert len(parts) == 4
    for output, label in entries:
        assert label in parts[part_of(output, salt, 2)].find(output)


def test_a_commitment_opens_to_what_was_asked_and_to_nothing_else(key: KeyPair) -> None:
    keys = person_keys(LISTED[b"ref-0002"])
    question = ask(keys)
    opened = open_commitment(question.commitment, question.elements, opening_of(question))
    assert set(opened) == {k.encode() for k in keys}
    other = ask(person_keys(LISTED[b"ref-0003"]))
    for commitment, elements, opening in (
        (other.commitment, question.elements, opening_of(question)),
        (question.commitment, other.elements, opening_of(question)),
        (question.commitment, question.elements, replace(opening_of(question), nonce=bytes(32))),
        (question.commitment, question.elements[1:], opening_of(question)),
    ):
        with pytest.raises(MalformedError):
            open_commitment(commitment, elements, opening)


def test_secrets_and_names_do_not_show_in_representations() -> None:
    question = ask(person_keys(LISTED[b"ref-0002"]))
    shown = repr(question) + repr(opening_of(question)) + repr(question.keys) + repr(LISTED[b"ref-0002"])
    assert "mns" not in shown
    assert "Hadi" not in shown


def _question() -> Question:
    return ask([Key(Rule.WHOLE_NAME, "a|b")])


def test_bytes_from_the_wire_read_back_or_are_refused(key: KeyPair) -> None:
    question = _question()
    wire = b"".join(question.elements)
    assert parse_elements(wire) == question.elements
    answered = answer(key, question.elements)
    assert answered.proof is not None
    assert parse_answer(b"".join(answered.elements), answered.proof.encode()) == answered
    for bad in (b"", wire[:-1], bytes(32), wire + bytes(32)):
        with pytest.raises(MalformedError):
            parse_elements(bad)


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=400))
def test_any_bytes_are_refused_as_a_segment_or_a_change(data: bytes) -> None:
    with pytest.raises(MalformedError):
        Segment(data)
    with pytest.raises(MalformedError):
        Change.parse(data)


@settings(max_examples=60, deadline=None)
@given(st.integers(min_value=0, max_value=1075), st.integers(min_value=1, max_value=255))
def test_a_changed_byte_of_a_segment_never_gives_a_false_label(position: int, change: int) -> None:
    rule = Rule.GIVEN_AND_OTHER
    label = Label(b"ref-0001", rule, rule.strength)
    output = b"\7" * 64
    data = bytearray(build_segment([(output, label)], bytes(16)).data)
    data[position % len(data)] ^= change
    try:
        found = Segment(bytes(data)).find(output)
    except (MalformedError, LabelError):
        return
    assert found in ([], [label])


def test_the_holders_answer_does_not_depend_on_a_hit(key: KeyPair, monkeypatch: pytest.MonkeyPatch) -> None:
    done: list[str] = []
    for name in ("multiply", "multiply_base", "add", "hash_to_scalar"):
        whole = getattr(group, name)

        def counted(*parts: Any, _name: str = name, _whole: Any = whole) -> Any:
            done.append(_name)
            return _whole(*parts)

        monkeypatch.setattr(group, name, counted)
    real = native.evaluate

    def counting(*given: Any) -> Any:
        done.append(f"native {len(given[1])}")
        return real(*given)

    monkeypatch.setattr(native, "evaluate", counting)
    for holder in (key, replace(key, origin=None)):
        work = []
        for name in ("Hady Al Mansurani", "Walburga Pfefferkorn"):
            question = ask(person_keys(Person((name,))))
            done.clear()
            answer(holder, question.elements[:16])
            work.append(list(done))
        assert work[0] == work[1] != []
    assert set(inspect.signature(answer).parameters) == {"key", "elements"}


def test_an_unknown_rule_in_a_label_is_refused(key: KeyPair) -> None:
    place = slot(evaluate_plain(key, b"one"), bytes(16), 0)
    with pytest.raises(LabelError):
        unseal(place, bytes(11))
