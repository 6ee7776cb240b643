"""Read OFAC's list in its classic XML: sdnList with sdnEntry.

Source: the XML that OFAC publishes, and its schema.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import BinaryIO, Final

from comity.screening.imports.births import wordy_births
from comity.screening.imports.draft import Draft, Item, kind_of
from comity.screening.imports.markup import Node, Record, records
from comity.screening.imports.values import RowError, Skipped
from comity.screening.imports.xml_items import not_a_person, over_bounds

ROOTS: Final = frozenset({"sdnList"})
_WANTED: Final = frozenset({"sdnEntry"})
SKIPPED: Final = {"entity": Skipped.ORGANISATION, "vessel": Skipped.VESSEL, "aircraft": Skipped.AIRCRAFT}


def read(stream: BinaryIO) -> Iterator[Item]:
    """Yield an entry for each sdnEntry of an individual; raise ImportFault if the root is another."""
    for record in records(stream, ROOTS, _WANTED, "list of OFAC"):
        if isinstance(record, RowError):
            yield record
        elif record.node is None:
            yield over_bounds(record)
        else:
            yield from _entry(record, record.node)


def _entry(record: Record, node: Node) -> Iterator[Item]:
    kind = node.first("sdnType").lower()
    if kind != "individual":
        yield from not_a_person(record, kind, "sdnType", SKIPPED)
        return
    draft = Draft(record.row)
    draft.refer(node.first("uid"), "uid")
    draft.name(_name(node), "lastName")
    for alias in node.all("akaList", "aka"):
        draft.name(_name(alias), "aka", weak=alias.first("category").lower() == "weak")
    for birth in node.all("dateOfBirthList", "dateOfBirthItem", "dateOfBirth"):
        draft.births(partial(wordy_births, birth.text), "dateOfBirth")
    for tag in ("nationality", "citizenship"):
        for country in node.all(f"{tag}List", tag, "country"):
            draft.nationality(country.text, tag)
    for document in node.all("idList", "id"):
        if document.first("idType").lower() == "gender":
            draft.sex(document.first("idNumber"), "id")
        else:
            draft.document(
                kind_of(document.first("idType")), document.first("idNumber"), document.first("idCountry"), "id"
            )
    yield from draft.finish()


def _name(node: Node) -> str:
    # A comma within a part would turn the name round.
    return f"{node.first('firstName')} {node.first('lastName')}".replace(",", " ")
