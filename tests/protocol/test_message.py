"""Messages, pairing and bundles: what crosses between two nodes."""

import io

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from comity.protocol import bundle, pairing
from comity.protocol import message as msg
from comity.protocol.canonical import decode, encode
from comity.protocol.errors import (
    CannotOpenError,
    ComityError,
    MalformedError,
    TooLargeError,
    WrongAddressError,
)
from comity.protocol.keys import NodeKeys
from tests.protocol.world import CHANNEL, DE, QA, START, STRANGER, seed

KEY = seed("transport")
VALUE = msg.Message(
    1,
    CHANNEL,
    "QA.doha",
    "DE.berlin",
    START,
    heads=(msg.Head("QA.doha", 7),),
    batches=(msg.Batch("QA.doha", 0, (msg.WireRecord(b"{}", b"x", (), False),), b"note"),),
    parts=(msg.Part("sha256:" + "0" * 64, 0, b"data"),),
    problem="",
)


def opened(data: bytes, keys: NodeKeys = DE, key: bytes = KEY) -> msg.Message:
    return msg.open_message(msg.parse_envelope(data), keys, key)


def sealed() -> bytes:
    return msg.seal_message(VALUE, DE.public, KEY)


def test_message_opens_to_what_was_sealed() -> None:
    assert opened(sealed()) == VALUE
    assert msg.message_digest(sealed()) != msg.message_digest(sealed())


def test_headers_are_not_visible_on_the_way() -> None:
    data = sealed()
    assert CHANNEL.encode() not in data
    assert data.startswith(b"comity/v1/message\nQA.doha\nDE.berlin\n")


@given(st.data())
@settings(max_examples=300, deadline=None)
def test_any_changed_cut_or_added_byte_is_refused(data: st.DataObject) -> None:
    raw = sealed()
    at = data.draw(st.integers(0, len(raw) - 1))
    byte = bytes([raw[at] ^ data.draw(st.integers(1, 255))])
    for wrong in (raw[:at] + byte + raw[at + 1 :], raw[:at], raw[:at] + b"\n" + raw[at:]):
        if wrong != raw:
            with pytest.raises(ComityError):
                opened(wrong)


@given(st.binary(max_size=300))
@settings(deadline=None)
def test_random_bytes_raise_documented_errors_only(data: bytes) -> None:
    for one in (data, b"comity/v1/message\n" + data, b"comity/v1/message\nQA.doha\nDE.berlin\n" + data):
        with pytest.raises(ComityError):
            opened(one)


def test_a_stranger_costs_this_node_one_hash(monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[bytes] = []

    def count(self: NodeKeys, sealed: bytes, info: bytes) -> bytes:
        calls.append(sealed)
        return b""

    monkeypatch.setattr(NodeKeys, "open", count)
    with pytest.raises(CannotOpenError):
        opened(msg.seal_message(VALUE, DE.public, seed("another transport key")))
    assert calls == []


def test_message_is_for_its_recipient_from_its_sender() -> None:
    with pytest.raises(WrongAddressError):
        opened(sealed(), QA)
    other = msgspec.structs.replace(VALUE, recipient="FR.paris")
    with pytest.raises(WrongAddressError):
        opened(msg.seal_message(other, DE.public, KEY))
    with pytest.raises(CannotOpenError):
        msg.open_message(msg.Envelope("QA.doha", "FR.paris", b"", memoryview(b"")), STRANGER, KEY)


def forged(plain: bytes) -> bytes:
    """Return what a partner that holds the transport key could send."""
    head = b"comity/v1/message\nQA.doha\nDE.berlin\n"
    body = DE.public.seal(plain, head)
    return head + msg._mac(KEY, head, body) + body


ARRAY = msgspec.msgpack.decode(msgspec.msgpack.encode(VALUE))


@pytest.mark.parametrize(
    "plain",
    [
        b"",
        b"\x91" * 5000,
        b"\xdd\xff\xff\xff\xff",
        msgspec.msgpack.encode([*ARRAY, "more"]),
        msgspec.msgpack.encode([2, *ARRAY[1:]]),
        msgspec.msgpack.encode([*ARRAY[:4], -1, *ARRAY[5:]]),
        msgspec.msgpack.encode([*ARRAY[:4], 1.5, *ARRAY[5:]]),
        msgspec.msgpack.encode([*ARRAY[:4], 2**64 - 1, *ARRAY[5:]]),
        msgspec.msgpack.encode(ARRAY)[:-1],
        msgspec.msgpack.encode(ARRAY) + b"\x00",
        msgspec.msgpack.encode({"v": 1}),
        msgspec.msgpack.encode([*ARRAY[:6], [["QA.doha", 1]] * 17, *ARRAY[7:]]),
        msgspec.msgpack.encode([*ARRAY[:2], "QA.doha\n", *ARRAY[3:]]),
    ],
)
def test_hostile_partner_gets_the_documented_error(plain: bytes) -> None:
    with pytest.raises(ComityError):
        opened(forged(plain))


@given(st.binary(max_size=200))
@settings(deadline=None, max_examples=100)
def test_mutated_insides_are_read_or_refused(data: bytes) -> None:
    plain = msgspec.msgpack.encode(VALUE)
    for one in (data, plain[: len(data)] + data, data + plain):
        try:
            opened(forged(one))
        except ComityError:
            continue


def test_messages_and_parts_have_limits() -> None:
    with pytest.raises(TooLargeError):
        msg.parse_envelope(bytes(msg.MESSAGE_LIMIT + 257))
    parts = tuple(msg.Part("sha256:" + "0" * 64, 0, bytes(msg.PART_BYTES)) for _ in range(4))
    with pytest.raises(TooLargeError):
        msg.seal_message(msgspec.structs.replace(VALUE, parts=parts), DE.public, KEY)


# pairing


def test_both_sides_end_with_one_key_and_the_same_words() -> None:
    invitation = pairing.invite(QA.public.document, "https://qa.example:8443")
    acceptance, key = pairing.accept(invitation, DE, "")
    read, partner, same = pairing.complete(invitation, acceptance, QA)
    assert same == key
    assert (partner.node, read.endpoint) == ("DE.berlin", "")
    code = pairing.pairing_code(QA.public, DE.public, key)
    assert code == pairing.pairing_code(DE.public, QA.public, key)
    assert len(code) == 12
    assert all(0 <= number < 2048 for number in code)


def test_a_person_in_between_cannot_show_both_sides_the_same_words() -> None:
    codes = {
        pairing.pairing_code(QA.public, DE.public, KEY),
        pairing.pairing_code(QA.public, DE.public, seed("another")),
        pairing.pairing_code(QA.public, STRANGER.public, KEY),
        pairing.pairing_code(STRANGER.public, DE.public, KEY),
    }
    assert len(codes) == 4


def test_acceptance_answers_one_invitation_and_one_inviter() -> None:
    invitation = pairing.invite(QA.public.document, "https://qa.example")
    other = pairing.invite(QA.public.document, "https://qa.example:444")
    acceptance, _ = pairing.accept(invitation, DE, "")
    with pytest.raises(WrongAddressError):
        pairing.complete(other, acceptance, QA)
    with pytest.raises(CannotOpenError):
        pairing.complete(invitation, acceptance, STRANGER)
    with pytest.raises(WrongAddressError):
        pairing.accept(invitation, QA, "")
    value = decode(acceptance, pairing.Acceptance, limit=100_000)
    swapped = encode(msgspec.structs.replace(value, identity=STRANGER.public.document))
    with pytest.raises(CannotOpenError):
        pairing.complete(invitation, swapped, QA)


@given(st.data())
@settings(max_examples=150, deadline=None)
def test_changed_pairing_files_are_refused_or_change_the_words(data: st.DataObject) -> None:
    invitation = pairing.invite(QA.public.document, "https://qa.example")
    raw = bytearray(invitation)
    at = data.draw(st.integers(0, len(raw) - 1))
    raw[at] ^= data.draw(st.integers(1, 255))
    try:
        acceptance, _ = pairing.accept(bytes(raw), DE, "")
        pairing.complete(invitation, acceptance, QA)
    except ComityError:
        return
    raise AssertionError("a changed invitation was completed")


@pytest.mark.parametrize("endpoint", ["ftp://x", "https://a b", "https://x\n", "javascript:x", "https://" + "x" * 400])
def test_addresses_that_are_none_are_refused(endpoint: str) -> None:
    with pytest.raises(ComityError):
        pairing.read_invitation(pairing.invite(QA.public.document, endpoint))


# bundles


def test_bundle_gives_back_its_messages_in_order() -> None:
    messages = [b"a", sealed(), b"\x00" * 5]
    data = b"".join(bundle.write_bundle(messages))
    assert list(bundle.read_bundle(io.BytesIO(data))) == messages
    assert list(bundle.read_bundle(io.BytesIO(b"".join(bundle.write_bundle([]))))) == []


@given(st.lists(st.binary(min_size=1, max_size=30), max_size=6), st.data())
def test_half_written_bundle_says_how_many_whole_messages_were_there(
    messages: list[bytes], data: st.DataObject
) -> None:
    whole = b"".join(bundle.write_bundle(messages))
    cut = data.draw(st.integers(17, len(whole) - 1))
    found: list[bytes] = []
    with pytest.raises(bundle.BundleCutError) as caught:
        found.extend(bundle.read_bundle(io.BytesIO(whole[:cut])))
    position, count = 17, 0
    for one in messages:
        position += 4 + len(one)
        count += position <= cut
    assert caught.value.whole == count
    assert f"{count} whole messages" in caught.value.sentence


def test_whole_messages_come_out_before_the_cut_is_noticed() -> None:
    whole = b"".join(bundle.write_bundle([b"one", b"two"]))
    stream = bundle.read_bundle(io.BytesIO(whole[:-5]))
    assert next(stream) == b"one"
    with pytest.raises(bundle.BundleCutError):
        next(stream)


@given(st.binary(max_size=100))
def test_random_bundles_raise_documented_errors_only(data: bytes) -> None:
    for one in (data, b"comity/v1/bundle\n" + data):
        try:
            list(bundle.read_bundle(io.BytesIO(one)))
        except ComityError:
            continue


def test_bundle_over_its_limits_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(TooLargeError):
        list(bundle.read_bundle(io.BytesIO(b"comity/v1/bundle\n" + b"\xff" * 4)))
    with pytest.raises(MalformedError):
        list(bundle.write_bundle([b""]))
    with pytest.raises(MalformedError):
        list(bundle.read_bundle(io.BytesIO(b"".join(bundle.write_bundle([b"x"])) + b"y")))
    data = b"".join(bundle.write_bundle([b"x"] * 4))
    monkeypatch.setattr(bundle, "MAX_MESSAGES", 3)
    with pytest.raises(TooLargeError):
        list(bundle.write_bundle([b"x"] * 4))
    with pytest.raises(TooLargeError):
        list(bundle.read_bundle(io.BytesIO(data)))
