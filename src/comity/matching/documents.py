"""Make keys of documents and plates: exact, after the one normalisation that loses nothing that is printed."""

from __future__ import annotations

import re
import unicodedata
from enum import Enum
from typing import Final

from comity.matching.errors import MalformedError
from comity.matching.mrz import Mrz
from comity.matching.names.rules import Key, Rule

_MOST_CHARACTERS: Final = 64
_SPACING: Final = re.compile(r"[\s\-./·<]+")


class DocumentKind(Enum):
    """Name the kinds of documents that are asked about."""

    PASSPORT = "P"
    IDENTITY_CARD = "I"
    VISA = "V"
    PLATE = "L"


def document_key(kind: DocumentKind, state: str, number: str) -> Key:
    """Return the key of a document; state is an ISO 3166-1 alpha-3 code, or what the document says of its issuer.

    Capitals, digits in any script and spacing are evened; nothing else. Raise MalformedError if nothing is left or
    the number has more than 64 characters.
    """
    if len(number) > _MOST_CHARACTERS or len(state) > 3:
        raise MalformedError("a document number has at most 64 characters and a state three")
    plain = "".join(str(unicodedata.digit(c)) if c.isdigit() else c for c in unicodedata.normalize("NFKC", number))
    plain = _SPACING.sub("", plain).upper()
    issuer = state.strip().upper()
    if not plain or not issuer:
        raise MalformedError("a document needs a state and a number")
    rule = Rule.PLATE if kind is DocumentKind.PLATE else Rule.DOCUMENT
    return Key(rule, f"{kind.value}|{issuer}|{plain}")


def key_of_mrz(zone: Mrz) -> Key:
    """Return the key of the document that a zone belongs to.

    Raise MalformedError if the zone's number does not bear its check digit: such a number was misread.
    """
    for check in zone.checks:
        if check.name == "number" and not check.holds:
            raise MalformedError("the document number does not bear its check digit")
    kinds = {"P": DocumentKind.PASSPORT, "V": DocumentKind.VISA}
    kind = kinds.get(zone.document_type[:1], DocumentKind.IDENTITY_CARD)
    return document_key(kind, zone.issuer, zone.number)
