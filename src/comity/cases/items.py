"""Say what a record can name: persons, documents, vehicles, telephones and places, each in its own script.

Every item stands twice, as it is written where it comes from and as it is spoken in Latin letters, and carries its own
handling code and evaluation where they differ from the record's.  A node never fills in one from the other: what a
passport says and what a program guesses are two different things.
"""

from enum import StrEnum
from typing import Annotated, Final

from msgspec import Meta

from comity.protocol.canonical import Strict
from comity.protocol.names import Slug

MAX_ITEMS: Final = 50
"""Items of one record: more is a list, and travels as an attachment or through screening."""

Name = Annotated[str, Meta(min_length=1, max_length=300)]
Short = Annotated[str, Meta(max_length=120)]
Note = Annotated[str, Meta(max_length=1000)]
Country = Annotated[str, Meta(pattern=r"^([A-Z]{2})?$(?!\n)")]
"""ISO 3166, two letters; empty where it is not known."""
Day = Annotated[str, Meta(pattern=r"^([0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?)?$(?!\n)")]
"""A day, a month or a year, as far as it is known."""


class SourceEvaluation(StrEnum):
    """Rate the source: A beyond doubt, B mostly reliable, C mostly unreliable, X cannot be judged."""

    A = "A"
    B = "B"
    C = "C"
    X = "X"


class InformationEvaluation(StrEnum):
    """Rate the information: 1 certain, 2 known to the source itself, 3 hearsay but corroborated, 4 cannot be judged."""

    ONE = "1"
    TWO = "2"
    THREE = "3"
    FOUR = "4"


class _Item(Strict):
    handling: Slug | None = None
    source: SourceEvaluation | None = None
    information: InformationEvaluation | None = None
    note: Note = ""


class Person(_Item, tag="person", tag_field="kind", kw_only=True):
    """Name a person: the name in its own script, and in Latin letters as a document or the person writes it."""

    name: Name
    latin: Annotated[str, Meta(max_length=300)] = ""
    born: Day = ""
    birthplace: Short = ""
    nationality: Country = ""
    part: Short = ""


class Document(_Item, tag="document", tag_field="kind", kw_only=True):
    """Name a document by its number, what it is and who issued it; ``holder`` as the document writes it."""

    number: Annotated[str, Meta(min_length=1, max_length=60)]
    sort: Short = ""
    issuer: Country = ""
    holder: Short = ""
    latin: Annotated[str, Meta(max_length=300)] = ""
    expires: Day = ""


class Vehicle(_Item, tag="vehicle", tag_field="kind", kw_only=True):
    """Name a vehicle by its plate, as it stands on it and in Latin letters, or by its chassis number."""

    plate: Annotated[str, Meta(min_length=1, max_length=40)]
    latin: Annotated[str, Meta(max_length=40)] = ""
    country: Country = ""
    chassis: Annotated[str, Meta(max_length=40)] = ""
    make: Short = ""


class Telephone(_Item, tag="telephone", tag_field="kind", kw_only=True):
    """Name a telephone line or device: a number with its country code, or an IMEI."""

    number: Annotated[str, Meta(min_length=1, max_length=40)]
    subscriber: Short = ""
    latin: Annotated[str, Meta(max_length=300)] = ""
    device: Annotated[str, Meta(max_length=40)] = ""


class Place(_Item, tag="place", tag_field="kind", kw_only=True):
    """Name a place by its address; ``coordinates`` are degrees as text, so that no reader rounds them."""

    address: Annotated[str, Meta(min_length=1, max_length=500)]
    latin: Annotated[str, Meta(max_length=500)] = ""
    country: Country = ""
    coordinates: Annotated[
        str, Meta(pattern=r"^(-?[0-9]{1,3}(\.[0-9]{1,7})?, ?-?[0-9]{1,3}(\.[0-9]{1,7})?)?$(?!\n)")
    ] = ""


Item = Person | Document | Vehicle | Telephone | Place
Items = Annotated[tuple[Item, ...], Meta(max_length=MAX_ITEMS)]
