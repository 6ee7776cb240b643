"""Names and instants: one spelling, and nothing beside it."""

import uuid
from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from comity.protocol import names
from comity.protocol.errors import MalformedError
from comity.protocol.names import UnixMs, instant, parse_instant, uuid7

ALL = (
    names.Party, names.NodeName, names.AuthorityName, names.Uuid, names.Digest, names.Instant,
    names.Pseudonym, names.TypeTag, names.Slug, names.ClauseId, names.Language,
)  # fmt: skip
GOOD = {
    names.Party: "QA",
    names.NodeName: "DE.berlin",
    names.AuthorityName: "DE/BKA",
    names.Uuid: "0192f0c1-2345-7abc-8def-0123456789ab",
    names.Digest: "sha256:" + "0" * 64,
    names.Instant: "2026-11-24T03:09:00.000Z",
    names.Pseudonym: "officer01",
    names.TypeTag: "cases.request/1",
    names.Slug: "counter-terrorism",
    names.ClauseId: "4(2)(a)",
    names.Language: "de",
}


@pytest.mark.parametrize("kind", ALL)
def test_names_have_one_form_and_nothing_after_it(kind: type[str]) -> None:
    assert msgspec.convert(GOOD[kind], kind) == GOOD[kind]
    for wrong in ("", GOOD[kind] + "\n", "\n" + GOOD[kind], GOOD[kind] + " ", "٣" + GOOD[kind], GOOD[kind] + "\x00"):
        with pytest.raises(msgspec.ValidationError):
            msgspec.convert(wrong, kind)


@given(st.integers(0, 253_402_300_799_999))
def test_instants_come_back_to_the_millisecond(ms: int) -> None:
    text = instant(UnixMs(ms))
    assert parse_instant(text) == ms
    expected = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=ms)
    assert text == expected.strftime(f"{expected.year:04d}-%m-%dT%H:%M:%S.") + f"{ms % 1000:03d}Z"


@pytest.mark.parametrize(
    "text",
    [
        "2026-02-29T00:00:00.000Z",
        "2026-13-01T00:00:00.000Z",
        "2026-11-24T24:00:00.000Z",
        "2026-11-24T23:59:60.000Z",
        "2026-11-24T03:09:00Z",
        "2026-11-24T03:09:00.000+00:00",
        "2026-11-24 03:09:00.000Z",
        "2026-11-24T03:09:00.000z",
        "0000-01-01T00:00:00.000Z",
        "2026-11-24T03:09:00.000Z\n",
        "٢026-11-24T03:09:00.000Z",
    ],
)
def test_times_that_do_not_exist_are_refused(text: str) -> None:
    with pytest.raises(MalformedError):
        parse_instant(text)


@given(st.integers(0, 2**48 - 1), st.binary(min_size=10, max_size=10))
def test_uuids_are_of_version_seven_and_sort_by_time(ms: int, random: bytes) -> None:
    text = uuid7(UnixMs(ms), random)
    value = uuid.UUID(text)
    assert (value.version, value.variant, value.int >> 80) == (7, uuid.RFC_4122, ms)
    assert msgspec.convert(text, names.Uuid) == text
