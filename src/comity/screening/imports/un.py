"""Read the consolidated list of the UN Security Council: CONSOLIDATED_LIST with INDIVIDUAL and ENTITY.

Source: the XML that the Security Council's sanctions pages publish, and its schema.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import BinaryIO, Final

from comity.matching import MalformedError
from comity.screening.imports.births import Births, between, births_of, checked, date_of
from comity.screening.imports.draft import Draft, Item, kind_of
from comity.screening.imports.markup import Node, Record, records
from comity.screening.imports.values import RowError, Skipped
from comity.screening.imports.xml_items import over_bounds

ROOTS: Final = frozenset({"CONSOLIDATED_LIST"})
_WANTED: Final = frozenset({"INDIVIDUAL", "ENTITY"})
_NAME_PARTS: Final = ("FIRST_NAME", "SECOND_NAME", "THIRD_NAME", "FOURTH_NAME")


def read(stream: BinaryIO) -> Iterator[Item]:
    """Yield an entry for each INDIVIDUAL; raise ImportFault if the root is another."""
    for record in records(stream, ROOTS, _WANTED, "consolidated list of the UN"):
        if isinstance(record, RowError):
            yield record
        elif record.tag == "ENTITY":
            yield Skipped.ORGANISATION
        else:
            yield from _individual(record)


def _individual(record: Record) -> Iterator[Item]:
    node = record.node
    if node is None:
        yield over_bounds(record)
        return
    draft = Draft(record.row)
    place = "REFERENCE_NUMBER" if node.first("REFERENCE_NUMBER") else "DATAID"
    draft.refer(node.first(place), place)
    parts = [node.first(part) for part in _NAME_PARTS]
    draft.name(" ".join(part for part in parts if part.lower() != "na"), "FIRST_NAME")
    draft.name(node.first("NAME_ORIGINAL_SCRIPT"), "NAME_ORIGINAL_SCRIPT")
    for alias in node.all("INDIVIDUAL_ALIAS"):
        weak = alias.first("QUALITY").lower().startswith("low")
        # One element may hold several names.
        for name in alias.first("ALIAS_NAME").split(";"):
            draft.name(name, "INDIVIDUAL_ALIAS", weak=weak)
    for birth in node.all("INDIVIDUAL_DATE_OF_BIRTH"):
        draft.births(partial(_births, birth), "INDIVIDUAL_DATE_OF_BIRTH")
    draft.sex(node.first("GENDER"), "GENDER")
    for tag in ("NATIONALITY", "NATIONALITY2"):
        for value in node.all(tag, "VALUE"):
            draft.nationality(value.text, tag)
    for document in node.all("INDIVIDUAL_DOCUMENT"):
        _document(draft, document)
    yield from draft.finish()


def _births(node: Node) -> Births:
    exact, year = node.first("DATE"), node.first("YEAR")
    if exact:
        return births_of(exact)
    if year:
        return births_of(year)
    first, last = node.first("FROM_YEAR"), node.first("TO_YEAR")
    if first and last:
        return between(date_of(first, "", ""), date_of(last, "", ""))
    if first or last:
        return checked((date_of(first or last, "", ""),))
    if node.first("NOTE"):
        raise MalformedError("a date of birth stands in words alone")
    return ()


def _document(draft: Draft, node: Node) -> None:
    kinds = f"{node.first('TYPE_OF_DOCUMENT')} {node.first('TYPE_OF_DOCUMENT2')}".strip()
    number = node.first("NUMBER")
    if number:
        state = node.first("COUNTRY_OF_ISSUE") or node.first("ISSUING_COUNTRY")
        draft.document(kind_of(kinds), number, state, "INDIVIDUAL_DOCUMENT")
