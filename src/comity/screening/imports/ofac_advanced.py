"""Read OFAC's list in the advanced XML of the sanctions data model: Sanctions with DistinctParty.

Values are numbers that point to tables at the head of the file; places and documents stand before the parties that
they belong to, so that one pass is enough. Source: OFAC's notes on the advanced format, and its schema.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import BinaryIO, Final

from comity.matching import MalformedError
from comity.screening.imports.births import Births, between, date_of
from comity.screening.imports.bounds import MOST_DOCUMENTS, MOST_LINKED, MOST_REFERENCE
from comity.screening.imports.draft import Draft, Item, kind_of
from comity.screening.imports.markup import Node, Record, records
from comity.screening.imports.ofac import SKIPPED
from comity.screening.imports.values import LeftOut, RowError
from comity.screening.imports.xml_items import not_a_person, over_bounds

ROOTS: Final = frozenset({"Sanctions", "SanctionsData"})
_TABLES: Final = frozenset(
    {
        "PartyType",
        "PartySubType",
        "FeatureType",
        "NamePartType",
        "IDRegDocType",
        "DetailReference",
        "Country",
        "AliasType",
    }
)
_WANTED: Final = frozenset({"DistinctParty"})
_ORDER: Final = ("first name", "middle name", "patronymic", "nickname", "", "last name", "matronymic")


@dataclass(frozen=True, slots=True)
class _Value:
    """Hold a row of a table: its words, and for countries the code, for kinds of parties the kind above."""

    text: str
    code: str
    above: str


@dataclass(frozen=True, slots=True)
class _Paper:
    kind: str
    number: str
    country: str


@dataclass(slots=True)
class _Tables:
    values: dict[tuple[str, str], _Value] = field(default_factory=dict)
    places: dict[str, str] = field(default_factory=dict)
    papers: dict[str, list[_Paper]] = field(default_factory=dict)
    held: int = 0

    def text(self, table: str, number: str) -> str:
        value = self.values.get((table, number))
        return value.text if value else ""

    def country(self, number: str) -> str:
        value = self.values.get(("Country", number))
        return (value.code or value.text) if value else ""


def read(stream: BinaryIO) -> Iterator[Item]:
    """Yield an entry for each DistinctParty of an individual; raise ImportFault if the root is another."""
    tables = _Tables()
    held = _TABLES | {"Location", "IDRegDocument"}
    for record in records(stream, ROOTS, _WANTED, "advanced list of OFAC", held):
        if isinstance(record, RowError):
            yield record
        elif record.tag == "DistinctParty":
            yield from _party(record, tables)
        elif record.node is None:
            yield over_bounds(record)
        elif not _hold(record.node, tables):
            yield LeftOut.LINKED_OVER_BOUND
    for papers in tables.papers.values():
        yield from [LeftOut.DOCUMENT_WITHOUT_PERSON] * len(papers)


def _hold(node: Node, tables: _Tables) -> bool:
    is_paper = node.tag == "IDRegDocument"
    number = node.get("IdentityID" if is_paper else "ID")[:MOST_REFERENCE]
    if tables.held >= MOST_LINKED or (is_paper and len(tables.papers.get(number, ())) >= MOST_DOCUMENTS):
        return False
    tables.held += 1
    if node.tag in _TABLES:
        above = node.get("PartyTypeID")[:MOST_REFERENCE]
        tables.values[node.tag, number] = _Value(node.text[:200], node.get("ISO2")[:3], above)
    elif node.tag == "Location":
        country = next((each.get("CountryID") for each in node.all("LocationCountry")), "")
        words = node.first("LocationPart", "LocationPartValue", "Value")[:100]
        tables.places[number] = tables.country(country) or words
    else:
        kind = tables.text("IDRegDocType", node.get("IDRegDocTypeID"))
        country = tables.country(node.get("IssuedBy-CountryID"))
        tables.papers.setdefault(number, []).append(_Paper(kind, node.first("IDRegistrationNo")[:1_000], country))
    return True


def _party(record: Record, tables: _Tables) -> Iterator[Item]:
    node = record.node
    if node is None:
        yield over_bounds(record)
        return
    profiles = node.all("Profile")
    identities = node.all("Profile", "Identity")
    papers = [paper for each in identities for paper in tables.papers.pop(each.get("ID"), [])]
    kind = _kind(profiles[0].get("PartySubTypeID"), tables) if profiles else ""
    if kind != "individual":
        yield from not_a_person(record, kind, "PartySubTypeID", SKIPPED)
        return
    draft = Draft(record.row)
    draft.refer(node.get("FixedRef"), "FixedRef")
    for identity in identities:
        _names(draft, identity, tables)
    # Features stand in the profile; some exports set them beside it.
    for feature in [*node.all("Profile", "Feature"), *node.all("Feature")]:
        _feature(draft, feature, tables)
    for paper in papers:
        draft.document(kind_of(paper.kind), paper.number, paper.country, "IDRegDocument")
    yield from draft.finish()


def _kind(number: str, tables: _Tables) -> str:
    value = tables.values.get(("PartySubType", number))
    if value is None:
        return ""
    text = value.text if value.text.lower() != "unknown" else tables.text("PartyType", value.above)
    return text.lower()


def _names(draft: Draft, identity: Node, tables: _Tables) -> None:
    groups = {
        group.get("ID"): tables.text("NamePartType", group.get("NamePartTypeID")).lower()
        for group in identity.all("NamePartGroups", "MasterNamePartGroup", "NamePartGroup")
    }
    for alias in identity.all("Alias"):
        weak = alias.get("LowQuality").lower() == "true"
        for documented in alias.all("DocumentedName"):
            parts: dict[str, list[str]] = {}
            for value in documented.all("DocumentedNamePart", "NamePartValue"):
                part = groups.get(value.get("NamePartGroupID"), "")
                parts.setdefault(part if part in (*_ORDER, "maiden name") else "", []).append(value.text)
            _name(draft, parts, weak=weak)


def _name(draft: Draft, parts: dict[str, list[str]], *, weak: bool) -> None:
    maiden = parts.pop("maiden name", [])
    # A comma within a part would turn the name round.
    draft.name(" ".join(word for part in _ORDER for word in parts.get(part, [])).replace(",", " "), "Alias", weak=weak)
    if maiden:
        given = [*parts.get("first name", []), *parts.get("middle name", [])]
        draft.name(" ".join([*given, *maiden]).replace(",", " "), "Alias", weak=weak)


def _feature(draft: Draft, feature: Node, tables: _Tables) -> None:
    kind = tables.text("FeatureType", feature.get("FeatureTypeID")).lower()
    for version in feature.all("FeatureVersion"):
        if kind == "birthdate":
            for period in version.all("DatePeriod"):
                draft.births(partial(_births, period), "Birthdate")
        elif kind in ("nationality country", "citizenship country"):
            for place in version.all("VersionLocation"):
                # A place that is not there is a fault, not a state that is not stated.
                draft.nationality(tables.places.get(place.get("LocationID"), "?"), kind.title())
        elif kind == "gender":
            for detail in version.all("VersionDetail"):
                words = tables.text("DetailReference", detail.get("DetailReferenceID"))
                draft.sex(words or detail.text, "Gender")


def _births(period: Node) -> Births:
    starts = [*period.all("Start", "From"), *period.all("Start", "To")]
    ends = [*period.all("End", "To"), *period.all("End", "From")]
    if not starts:
        raise MalformedError("a date of birth has a form of its own")
    first = starts[0]
    last = ends[0] if ends else first
    one, other = (date_of(each.first("Year"), each.first("Month"), each.first("Day")) for each in (first, last))
    return between(one, other)
