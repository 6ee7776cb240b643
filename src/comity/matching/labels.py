"""Seal the label of an index entry so that only the output of the keyed function opens it.

A label is 9 bytes: an opaque reference, the number of the rule, a bit for its strength. It is masked by, and bound to,
the function's output, the segment's salt and a counter for entries that share a key.
Page: `spec/blind-search.md`, section 3.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Final

from comity.matching.errors import LabelError, MalformedError
from comity.matching.names.rules import RULE_NUMBERS, Rule, Strength

REFERENCE_BYTES: Final = 8
LABEL_BYTES: Final = REFERENCE_BYTES + 1
TAG_BYTES: Final = 2
SEALED_BYTES: Final = LABEL_BYTES + TAG_BYTES
ADDRESS_BYTES: Final = 8
SALT_BYTES: Final = 16

_ENTRY: Final = b"comity/v1/index-entry\0"
_TAG: Final = b"comity/v1/index-label\0"
_STRONG_BIT: Final = 0x80
_RULES: Final = {number: rule for rule, number in RULE_NUMBERS.items()}


@dataclass(frozen=True, slots=True)
class Label:
    """Hold what a hit says: under which reference to ask, by which rule, and how strong that rule is."""

    reference: bytes
    rule: Rule
    strength: Strength

    def encode(self) -> bytes:
        """Return the 9 bytes of the label; raise MalformedError for a reference that is not 8 bytes."""
        if len(self.reference) != REFERENCE_BYTES:
            raise MalformedError("a reference is exactly 8 bytes")
        strong = _STRONG_BIT if self.strength is Strength.STRONG else 0
        return self.reference + bytes([RULE_NUMBERS[self.rule] | strong])

    @classmethod
    def parse(cls, data: bytes) -> Label:
        """Read a label; raise LabelError for a rule that does not exist."""
        rule = _RULES.get(data[-1] & ~_STRONG_BIT)
        if len(data) != LABEL_BYTES or rule is None:
            raise LabelError("the label names no known rule")
        return cls(data[:REFERENCE_BYTES], rule, Strength(data[-1] >> 7))


@dataclass(frozen=True, slots=True)
class Slot:
    """Hold where one entry lies and the bytes that mask and bind its label; secret but for the address."""

    address: int
    mask: bytes
    binding: bytes

    def __repr__(self) -> str:
        """Show the address alone."""
        return f"Slot(address={self.address:016x})"


def slot(output: bytes, salt: bytes, counter: int) -> Slot:
    """Derive the slot of the entry number `counter` among those of one segment that share a key."""
    # SECURITY: a stolen index says nothing of names. Holds because address and mask come from the output of a keyed
    # function on 64 bytes of hash, different for every segment. Breaks if the holder's key is stolen with the index.
    text = hashlib.sha512(_ENTRY + salt + counter.to_bytes(4, "big") + output).digest()
    return Slot(int.from_bytes(text[:8], "big"), text[8:17], text[17:49])


def seal(place: Slot, label: Label) -> bytes:
    """Return the 11 bytes that stand in the index: the masked label and its tag."""
    plain = label.encode()
    masked = bytes(a ^ b for a, b in zip(plain, place.mask, strict=True))
    return masked + _tag(place, plain)


def unseal(place: Slot, sealed: bytes) -> Label:
    """Open a label; raise LabelError if it was changed, or put at the address of another entry."""
    plain = bytes(a ^ b for a, b in zip(sealed[:LABEL_BYTES], place.mask, strict=True))
    # SECURITY: swapped labels are detected. Holds because the tag binds the label to this entry's output. Breaks for
    # one in 65,536 forgeries; the digest of the whole segment, which stands in the journal, has no such bound.
    if _tag(place, plain) != sealed[LABEL_BYTES:]:
        raise LabelError("the label does not belong to the entry it is filed under")
    return Label.parse(plain)


def _tag(place: Slot, plain: bytes) -> bytes:
    return hashlib.blake2b(_TAG + plain, key=place.binding, digest_size=TAG_BYTES).digest()
