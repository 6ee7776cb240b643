"""Canonical JSON: one value, one spelling."""

import json

import msgspec
import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from comity.protocol.canonical import Strict, decode, digest, encode
from comity.protocol.errors import ComityError, MalformedError, TooLargeError
from comity.protocol.types import Disposition, Refused

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=60)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text("abcXYZ019_-", max_size=6), inner, max_size=4),
    max_leaves=20,
)
REFUSED = st.builds(
    Refused,
    index=st.integers(0, 2**53 - 1),
    reason=st.from_regex(r"\A[a-z0-9-]{1,40}\Z"),
    sentence=TEXT,
    remedy=TEXT,
    clause=st.none() | st.just("4(2)(a)"),
)
DISPOSITION = st.builds(
    Disposition,
    journal=st.just("QA.doha"),
    start=st.integers(0, 2**53 - 1),
    end=st.integers(1, 2**53 - 1),
    time=st.just("2026-11-24T03:09:00.000Z"),
    refused=st.lists(REFUSED, max_size=3).map(tuple),
)


@given(JSON)
def test_encoder_writes_what_rfc_8785_says(value: object) -> None:
    assert encode(value) == rfc8785.dumps(value)  # type: ignore[arg-type]  # JSON, as hypothesis makes it


@given(DISPOSITION)
def test_two_byte_strings_never_decode_to_one_accepted_value(body: Disposition) -> None:
    data = encode(body)
    assert decode(data, Disposition, limit=1 << 20) == body
    value = json.loads(data)
    assert data == rfc8785.dumps(value)
    others = (
        json.dumps(value).encode(),
        json.dumps(value, sort_keys=True, separators=(",", ":")).encode(),
        json.dumps(value, indent=1, sort_keys=True).encode(),
        data + b" ",
        data[:-1] + b',"refused":[]}',
        data[:-1] + b',"time":"2026-11-24T03:09:00.000Z"}',
    )
    for other in others:
        if other != data:
            with pytest.raises(MalformedError):
                decode(other, Disposition, limit=1 << 20)


@given(DISPOSITION, st.data())
def test_any_single_changed_byte_is_refused_or_is_another_value(body: Disposition, data: st.DataObject) -> None:
    raw = bytearray(encode(body))
    at = data.draw(st.integers(0, len(raw) - 1))
    raw[at] ^= data.draw(st.integers(1, 255))
    try:
        other = decode(bytes(raw), Disposition, limit=1 << 20)
    except ComityError:
        return
    assert other != body
    assert encode(other) == bytes(raw)


@given(st.binary(max_size=300))
def test_random_bytes_raise_documented_errors_only(data: bytes) -> None:
    with pytest.raises(MalformedError):
        decode(data, Disposition, limit=200) if len(data) <= 200 else decode(data[:200], Disposition, limit=200)


@pytest.mark.parametrize("deep", [b"[" * 500_000, b'{"refused":' * 100_000, b'{"a":[' * 100_000])
def test_deep_nesting_is_refused_without_overflowing(deep: bytes) -> None:
    with pytest.raises(MalformedError):
        decode(deep, Disposition, limit=10_000_000)


def test_length_is_checked_before_anything_is_read() -> None:
    with pytest.raises(TooLargeError):
        decode(b"\xff" * 101, Disposition, limit=100)


class Secretive(Strict):
    """Stand in for a type whose values must not show in errors."""

    name: str
    number: int = 0


@pytest.mark.parametrize(
    "data",
    [
        b'{"name":"Fatima"',
        b'{"name":"Fatima","Fatima":1}',
        b'{"Fatima":1,"name":"x"}',
        b'{"name":["Fatima"]}',
        b'{"name":"Fatima","number":"Fatima"}',
        b'{"name":"Fatima","number":1.5}',
        b'{"name":"Fatima" }',
        '{"name":"Fatima\u2019s","number":null}'.encode(),
        b"Fatima",
    ],
)
def test_errors_never_repeat_what_was_refused(data: bytes) -> None:
    with pytest.raises(MalformedError) as caught:
        decode(data, Secretive, limit=1000)
    assert "Fatima" not in caught.value.sentence + caught.value.remedy
    assert caught.value.__cause__ is None


def test_values_are_frozen_and_compared_by_content() -> None:
    value = Secretive(name="a")
    with pytest.raises(AttributeError):
        value.name = "b"  # type: ignore[misc]  # that is what is tested
    assert value == Secretive(name="a", number=0)


def test_digest_separates_uses_by_their_namespace() -> None:
    assert digest("comity/v1/a", b"x") != digest("comity/v1/b", b"x")
    assert digest("comity/v1/a", b"x") != digest("comity/v1/a", b"y")
    assert len(digest("comity/v1/a", b"")) == 32


def test_names_of_fields_are_ascii_so_that_every_order_is_the_same() -> None:
    # RFC 8785 sorts by UTF-16, our encoder by UTF-8: the same for ASCII, and no type has another field.
    assert encode({"b": 1, "B": 2, "_": 3, "a": 4, "1": 5}) == rfc8785.dumps({"b": 1, "B": 2, "_": 3, "a": 4, "1": 5})
    assert all(name.isascii() for name in msgspec.structs.asdict(Secretive(name="")))
