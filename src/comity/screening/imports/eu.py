"""Read the consolidated list of financial sanctions of the European Union, schema 1.1: export with sanctionEntity.

Everything stands in attributes. Source: the XML that the Commission's financial sanctions files publish.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import BinaryIO, Final

from comity.matching import DocumentKind, MalformedError
from comity.screening.imports.births import Births, between, births_of, checked, date_of
from comity.screening.imports.draft import Draft, Item
from comity.screening.imports.markup import Node, Record, records
from comity.screening.imports.values import RowError, Skipped
from comity.screening.imports.xml_items import not_a_person, over_bounds

ROOTS: Final = frozenset({"export"})
_WANTED: Final = frozenset({"sanctionEntity"})
_KINDS: Final = {
    "passport": DocumentKind.PASSPORT,
    "diplomaticpassport": DocumentKind.PASSPORT,
    "id": DocumentKind.IDENTITY_CARD,
}
_SUBJECTS: Final = {"enterprise": Skipped.ORGANISATION, "vessel": Skipped.VESSEL}


def read(stream: BinaryIO) -> Iterator[Item]:
    """Yield an entry for each sanctionEntity that is a person; raise ImportFault if the root is another."""
    for record in records(stream, ROOTS, _WANTED, "list of the EU"):
        if isinstance(record, RowError):
            yield record
        elif record.node is None:
            yield over_bounds(record)
        else:
            yield from _entity(record, record.node)


def _entity(record: Record, node: Node) -> Iterator[Item]:
    subject = next(iter(node.all("subjectType")), Node("subjectType"))
    code = (
        subject.get("code") or {"P": "person", "E": "enterprise"}.get(subject.get("classificationCode"), "")
    ).lower()
    if code != "person":
        yield from not_a_person(record, code, "subjectType", _SUBJECTS)
        return
    draft = Draft(record.row)
    place = "euReferenceNumber" if node.get("euReferenceNumber") else "logicalId"
    draft.refer(node.get(place), place)
    for alias in node.all("nameAlias"):
        parts = (alias.get(part) for part in ("firstName", "middleName", "lastName"))
        name = alias.get("wholeName") or " ".join(filter(None, parts))
        draft.name(name, "nameAlias", weak=alias.get("strong").lower() == "false")
        draft.sex(alias.get("gender"), "nameAlias")
    for birth in node.all("birthdate"):
        draft.births(partial(_births, birth), "birthdate")
    for citizenship in node.all("citizenship"):
        draft.nationality(_state(citizenship), "citizenship")
    for document in node.all("identification"):
        kind = _KINDS.get(document.get("identificationTypeCode").lower())
        number = document.get("number") or document.get("latinNumber")
        if number:
            draft.document(kind, number, _state(document), "identification")
    yield from draft.finish()


def _births(node: Node) -> Births:
    if node.get("calendarType").upper() not in ("", "GREGORIAN"):
        raise MalformedError("a date of birth is not in the Gregorian calendar")
    if node.get("birthdate"):
        return births_of(node.get("birthdate"))
    first, last = node.get("yearRangeFrom"), node.get("yearRangeTo")
    if first and last:
        return between(date_of(first, "", ""), date_of(last, "", ""))
    year = node.get("year") or first or last
    if year in ("", "0"):
        return ()  # such an element gives the place of birth alone
    return checked((date_of(year, node.get("monthOfYear"), node.get("dayOfMonth")),))


def _state(node: Node) -> str:
    code = node.get("countryIso2Code")
    return code if code not in ("", "00") else node.get("countryDescription")
