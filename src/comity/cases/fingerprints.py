"""Recognise the same question without keeping it: keyed digests of what a request asks about.

Two requests are alike if they name the same person, document, vehicle or telephone, or ask the same in the same words.
"""

import hmac
import re
import unicodedata
from collections.abc import Iterator

from comity.cases.items import Document, Item, Person, Telephone, Vehicle
from comity.cases.records import Request
from comity.channel.runtime import LocalNode
from comity.matching import MatchingError, Rule, parse_births, person_keys
from comity.matching import Person as Named
from comity.protocol.canonical import Strict

_MARKS = re.compile(r"[^\w]+")
_TELLING = frozenset({Rule.NAME_AND_BIRTH_DATE, Rule.NAME_AND_BIRTH_YEAR, Rule.WHOLE_NAME})
"""Rules under which two names are one person often enough to warn; a warning decides nothing."""


def fingerprints(node: LocalNode, body: Strict) -> frozenset[str]:
    """Return the digests of a request's words and items.

    SECURITY: nobody learns from the table about whom was asked. Holds because each digest is keyed with a secret that
    never leaves this node, so that guesses cannot be tried elsewhere. Breaks if the storage key is lost with it.
    """
    if not isinstance(body, Request):
        return frozenset()
    key = hmac.digest(node.keys.storage_key, b"comity/v1/cases-fingerprint", "sha256")
    return frozenset(hmac.digest(key, text.encode(), "sha256").hex() for text in _texts(body))


def _texts(body: Request) -> Iterator[str]:
    yield f"words|{_plain(body.subject)}|{_plain(body.question)}"
    for item in body.items:
        yield from _named(item)


def _named(item: Item) -> Iterator[str]:
    if isinstance(item, Person):
        yield from _person(item)
    elif isinstance(item, Document):
        yield f"document|{item.issuer}|{_plain(item.number)}"
    elif isinstance(item, Vehicle):
        yield f"plate|{item.country}|{_plain(item.plate)}"
        if item.chassis:
            yield f"chassis|{_plain(item.chassis)}"
    elif isinstance(item, Telephone):
        yield f"telephone|{_plain(item.number)}"


def _person(item: Person) -> Iterator[str]:
    try:
        named = Named(names=tuple(filter(None, (item.name, item.latin))), births=parse_births(item.born))
        found = person_keys(named)
    except MatchingError:
        found = frozenset()
    keys = [key for key in found if key.rule in _TELLING]
    dated = [key for key in keys if key.rule is not Rule.WHOLE_NAME]
    # With a birth date the name alone says too little; without one it is all there is.
    for key in dated or keys:
        yield f"person|{key.rule.value}|{key.text}"


def _plain(text: str) -> str:
    """Return a text without what spellings of it differ in: capitals, spaces, marks, digits of other scripts."""
    even = unicodedata.normalize("NFKC", text).casefold()
    digits = "".join(str(unicodedata.digit(one)) if one.isdigit() else one for one in even)
    return _MARKS.sub("", digits)
