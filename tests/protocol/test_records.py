"""Headers, contents and the catalogue of types."""

import msgspec
import pytest
import rfc8785
from hypothesis import given, settings
from hypothesis import strategies as st

from comity.protocol import types
from comity.protocol.canonical import encode
from comity.protocol.errors import (
    ComityError,
    CommitmentMismatchError,
    ErrorKind,
    MalformedError,
    TooLargeError,
    UnknownTypeError,
)
from comity.protocol.records import (
    HEADER_LIMIT,
    MAX_ATTACHMENTS,
    MAX_RECIPIENTS,
    MAX_REFERENCES,
    PAYLOAD_LIMIT,
    AttachmentRef,
    Header,
    Reality,
    Reference,
    Relation,
    check_open,
    encode_header,
    open_content,
    parse_header,
)
from comity.protocol.types import CONTROL_TYPES, UNDISPOSED, Catalogue, RecordType, check_kind
from tests.protocol.world import World

RAW = World(attachment=b"x").exchange().journals["QA.doha"].headers[2]
HEADER = parse_header(RAW).header


def test_header_comes_back_byte_for_byte_and_is_rfc_8785() -> None:
    assert encode_header(HEADER) == RAW
    assert rfc8785.dumps(msgspec.json.decode(RAW)) == RAW


@given(st.data())
@settings(max_examples=400)
def test_any_changed_byte_is_refused_or_makes_another_leaf(data: st.DataObject) -> None:
    raw = bytearray(RAW)
    at = data.draw(st.integers(0, len(raw) - 1))
    raw[at] ^= data.draw(st.integers(1, 255))
    try:
        other = parse_header(bytes(raw))
    except ComityError:
        return
    assert other.leaf != parse_header(RAW).leaf
    assert other.header != HEADER


@given(st.binary(max_size=200))
def test_random_bytes_raise_documented_errors_only(data: bytes) -> None:
    for one in (data, RAW[: len(data)], RAW[:50] + data + RAW[50:], RAW + data or b"x"):
        if one != RAW:
            with pytest.raises(ComityError):
                parse_header(one)


def many(count: int) -> tuple[AttachmentRef, ...]:
    return tuple(AttachmentRef(id=f"sha256:{number:064x}", size=1) for number in range(count))


def test_header_with_too_many_of_anything_is_refused() -> None:
    reference = Reference(rel=Relation.CONCERNS, id=HEADER.id)
    nodes = tuple(f"DE.n{number}" for number in range(MAX_RECIPIENTS + 1))
    encode_header(msgspec.structs.replace(HEADER, to=nodes[:-1]))
    encode_header(msgspec.structs.replace(HEADER, attachments=many(MAX_ATTACHMENTS)))
    for change in (
        {"to": nodes},
        {"refs": (reference,) * (MAX_REFERENCES + 1)},
        {"attachments": many(MAX_ATTACHMENTS + 1)},
        {"attachments": (AttachmentRef(id="sha256:" + "0" * 64, size=0),)},
    ):
        with pytest.raises(MalformedError):
            encode_header(msgspec.structs.replace(HEADER, **change))
    with pytest.raises(TooLargeError):
        parse_header(RAW + b" " * HEADER_LIMIT)


def test_a_header_that_would_be_refused_is_not_written_either() -> None:
    with pytest.raises(MalformedError):
        encode_header(msgspec.structs.replace(HEADER, to=("QA.doha",)))


def test_reality_is_left_out_where_it_is_actual_and_named_otherwise() -> None:
    assert b"reality" not in RAW
    exercise = encode_header(msgspec.structs.replace(HEADER, reality=Reality.EXERCISE))
    assert b'"reality":"exercise"' in exercise
    with pytest.raises(MalformedError):
        parse_header(exercise.replace(b'"exercise"', b'"actual"'))


def test_first_reference_of_a_relation_is_found() -> None:
    assert HEADER.reference(Relation.CASE) == HEADER.refs[0].id
    assert HEADER.reference(Relation.CORRECTS) is None


def test_open_document_is_checked_by_digest_and_size() -> None:
    content = open_content(b"a text")
    check_open(content, b"a text")
    for other in (b"a text.", b"", b"A text"):
        with pytest.raises(CommitmentMismatchError):
            check_open(content, other)
    with pytest.raises(CommitmentMismatchError):
        check_open(msgspec.structs.replace(content, size=5), b"a text")
    with pytest.raises(TooLargeError):
        open_content(bytes(PAYLOAD_LIMIT + 1))


def test_headers_have_no_field_for_names_or_free_text() -> None:
    # What outlives erasure: every field is a code, an identifier, a digest or a time.
    unbounded = [f.name for f in msgspec.structs.fields(Header) if f.type is str or f.type == str | None]
    assert unbounded == []


def test_closed_list_of_records_without_a_clause_is_closed() -> None:
    assert all(not kind.needs_clause and not kind.sealed for kind in CONTROL_TYPES)
    assert {kind.tag.split(".")[0] for kind in CONTROL_TYPES} == {"agreement", "channel", "erasure", "pack"}
    assert {kind.tag for kind in CONTROL_TYPES} >= UNDISPOSED
    assert RecordType("cases.request/1", types.AgreementSigned).needs_clause


def test_catalogue_refuses_a_tag_twice_and_unknown_tags() -> None:
    with pytest.raises(ValueError, match="registered twice"):
        Catalogue(*CONTROL_TYPES, CONTROL_TYPES[0])
    catalogue = Catalogue(*CONTROL_TYPES)
    assert [kind.tag for kind in catalogue] == sorted(kind.tag for kind in CONTROL_TYPES)
    with pytest.raises(UnknownTypeError):
        catalogue["cases.request/1"]
    with pytest.raises(UnknownTypeError):
        catalogue.read("cases.request/1", b"{}")


def test_content_is_sealed_where_its_type_says_so_and_only_there() -> None:
    sealed, opened = RecordType("cases.request/1", types.AgreementSigned), CONTROL_TYPES[0]
    check_kind(sealed, sealed=True)
    check_kind(opened, sealed=False)
    for kind, is_sealed in ((sealed, False), (opened, True)):
        with pytest.raises(MalformedError):
            check_kind(kind, sealed=is_sealed)


def test_every_control_record_of_the_world_reads_back() -> None:
    catalogue = Catalogue(*CONTROL_TYPES)
    world = World(attachment=b"x").exchange()
    for journal in world.journals.values():
        for raw, content in zip(journal.headers, journal.contents, strict=True):
            header = parse_header(raw).header
            if header.type in catalogue and content is not None:
                assert encode(catalogue.read(header.type, content)) == content


def test_every_error_has_a_kind_a_sentence_and_a_remedy() -> None:
    todo, kinds = [ComityError], set()
    while todo:
        one = todo.pop()
        todo += one.__subclasses__()
        kinds.add(one.kind)
        assert one.default_remedy.endswith(".")
    assert kinds <= set(ErrorKind)
    error = MalformedError("A sentence.")
    assert (str(error), error.sentence) == ("A sentence.", "A sentence.")
    assert error.remedy == ComityError.default_remedy
    assert MalformedError("A sentence.", "Do this.").remedy == "Do this."
