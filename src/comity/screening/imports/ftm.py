"""Read FollowTheMoney entities as OpenSanctions publishes them: one JSON object on a line, plain or nested.

Documents are entities of their own that name their holder, before or after it: the file is read twice, first for
them. Source: the schemata Person, LegalEntity, Identification and Passport of followthemoney.tech.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import BinaryIO, Final

import msgspec

from comity.matching import DocumentKind
from comity.screening.imports.births import births_of
from comity.screening.imports.bounds import MOST_DOCUMENTS, MOST_JSON_LINE, MOST_LINKED, MOST_REFERENCE
from comity.screening.imports.draft import CORRECT_ENTRY, Draft, Item, kind_of
from comity.screening.imports.lines import raw_lines, too_long
from comity.screening.imports.values import ImportFault, LeftOut, RowError, Skipped

_DOCUMENTS: Final = frozenset({"Passport", "Identification"})
_DOCUMENT_MARKS: Final = (b'"Passport"', b'"Identification"')
_SKIPPED: Final = {
    "Organization": Skipped.ORGANISATION, "Company": Skipped.ORGANISATION, "LegalEntity": Skipped.ORGANISATION,
    "PublicBody": Skipped.ORGANISATION, "Vessel": Skipped.VESSEL, "Airplane": Skipped.AIRCRAFT,
}  # fmt: skip
_NAMES: Final = ("name", "alias", "previousName")
_STATES: Final = ("nationality", "citizenship")


class _Entity(msgspec.Struct):
    id: str
    schema: str
    properties: dict[str, list[object]] = {}

    def texts(self, name: str) -> list[str]:
        return [value for value in self.properties.get(name, []) if isinstance(value, str)]

    def first(self, name: str) -> str:
        return next(iter(self.texts(name)), "")


class _Held(msgspec.Struct, frozen=True):
    kind: str
    number: str
    state: str


_decoder: Final = msgspec.json.Decoder(_Entity)
_Linked = dict[str, list[_Held]]


def read(stream: BinaryIO) -> Iterator[Item]:
    """Yield an entry for each Person; raise ImportFault if the stream cannot be read twice or begins otherwise."""
    if not stream.seekable():
        raise ImportFault("This format is read twice, and the list comes in a stream.", "Save it as a file first.")
    begin = stream.tell()
    linked, over = _linked(stream)
    stream.seek(begin)
    yield from [LeftOut.LINKED_OVER_BOUND] * over
    known = False
    for number, raw in raw_lines(stream, MOST_JSON_LINE):
        entity = _entity(number, raw)
        if not known and raw and not isinstance(entity, _Entity):
            raise ImportFault("The first line is no entity of FollowTheMoney.")
        known |= bool(raw)
        if isinstance(entity, _Entity):
            yield from _item(number, entity, linked)
        elif entity is not None:
            yield entity
    for documents in linked.values():
        yield from [LeftOut.DOCUMENT_WITHOUT_PERSON] * len(documents)


def _entity(number: int, raw: bytes | None) -> _Entity | RowError | None:
    if raw is None:
        return too_long(number, MOST_JSON_LINE)
    if not raw.strip():
        return None
    try:
        return _decoder.decode(raw)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return RowError(number, "line", "The line is no entity of FollowTheMoney in JSON.", CORRECT_ENTRY)


def _linked(stream: BinaryIO) -> tuple[_Linked, int]:
    linked: _Linked = {}
    held = over = 0
    for number, raw in raw_lines(stream, MOST_JSON_LINE):
        # Looking for the word first spares most lines the parser.
        entity = _entity(number, raw) if raw and any(mark in raw for mark in _DOCUMENT_MARKS) else None
        if not isinstance(entity, _Entity) or entity.schema not in _DOCUMENTS:
            continue
        for holder in entity.texts("holder"):
            fits = held < MOST_LINKED and len(holder) <= MOST_REFERENCE
            documents = linked.setdefault(holder, []) if fits else []
            if not fits or len(documents) >= MOST_DOCUMENTS:
                over += 1
                continue
            documents += _held(entity)
            held += 1
    return linked, over


def _held(entity: _Entity) -> Iterator[_Held]:
    kind = " ".join([*entity.texts("type"), "passport" if entity.schema == "Passport" else ""])
    for number in [*entity.texts("number"), *entity.texts("passportNumber")]:
        yield _Held(kind[:100], number[:1_000], entity.first("country")[:200])


def _item(row: int, entity: _Entity, linked: _Linked) -> Iterator[Item]:
    if entity.schema == "Person":
        yield from _person(row, entity, linked.pop(entity.id, [])).finish()
    elif entity.schema not in _DOCUMENTS:
        yield _SKIPPED.get(entity.schema, Skipped.OTHER)


def _person(row: int, entity: _Entity, documents: list[_Held]) -> Draft:
    draft = Draft(row)
    draft.refer(entity.id, "id")
    for place in (*_NAMES, "weakAlias"):
        for name in entity.texts(place):
            draft.name(name, place, weak=place == "weakAlias")
    for birth in entity.texts("birthDate"):
        draft.births(partial(births_of, birth), "birthDate")
    for sex in entity.texts("gender"):
        draft.sex(sex, "gender")
    for place in _STATES:
        for state in entity.texts(place):
            draft.nationality(state, place)
    for document in [*documents, *_nested(entity)]:
        draft.document(kind_of(document.kind), document.number, document.state, "identification")
    for number in entity.texts("passportNumber"):
        draft.document(DocumentKind.PASSPORT, number, "", "passportNumber")
    return draft


def _nested(entity: _Entity) -> Iterator[_Held]:
    for values in entity.properties.values():
        for value in values:
            if isinstance(value, dict) and value.get("schema") in _DOCUMENTS:
                try:
                    yield from _held(msgspec.convert(value, _Entity))
                except msgspec.ValidationError:
                    continue
