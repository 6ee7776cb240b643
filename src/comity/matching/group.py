"""Give the prime-order group ristretto255 with strict parsing, on libsodium.

Elements and scalars are 32 canonical bytes each (RFC 9496, section 4; RFC 9497, section 4.1). Every
operation is libsodium's; this module adds only parsing, hashing to the group and names.

`rbcl` is used because PyNaCl's bindings leave ristretto255 out. It calls the C library through ctypes,
which lets go of the interpreter lock for each operation, so that threads use all cores.
"""

from __future__ import annotations

import hashlib
from typing import Final, NewType

import rbcl

from comity.matching.errors import MalformedError

Element = NewType("Element", bytes)
"""A canonical encoding of a group element that is not the identity."""

Scalar = NewType("Scalar", bytes)
"""A canonical little-endian encoding of an integer in 1 .. order - 1."""

ELEMENT_BYTES: Final = 32
SCALAR_BYTES: Final = 32
WIDE_BYTES: Final = 64
ORDER: Final = 2**252 + 27742317777372353535851937790883648493

_ZERO: Final = bytes(32)
_SHA512_BLOCK: Final = 128


def parse_element(data: bytes) -> Element:
    """Read one group element from a peer.

    Raise MalformedError for a wrong length, a non-canonical encoding or the identity.
    """
    if len(data) != ELEMENT_BYTES:
        raise MalformedError("a group element is exactly 32 bytes")
    # SECURITY: the identity element is refused. Holds because its only encoding is 32 zero bytes and
    # that is compared first. Breaks if libsodium began to accept a second encoding of it.
    if data == _ZERO:
        raise MalformedError("the identity element is not allowed")
    # SECURITY: a non canonical element is refused. Holds because libsodium decodes strictly (RFC 9496,
    # section 4.3.1) but for the unused top bit, which some of its releases ignore and which is therefore
    # tested here. Breaks if an element reaches an operation without passing here.
    if data[31] & 0x80 or not rbcl.crypto_core_ristretto255_is_valid_point(data):
        raise MalformedError("the bytes are not a canonical ristretto255 element")
    return Element(data)


def parse_scalar(data: bytes) -> Scalar:
    """Read one scalar; raise MalformedError unless it is 32 bytes of an integer in 1 .. order - 1."""
    value = parse_scalar_or_zero(data)
    if value == _ZERO:
        raise MalformedError("a scalar of zero is not allowed here")
    return value


def parse_scalar_or_zero(data: bytes) -> Scalar:
    """Read one scalar in 0 .. order - 1, as the two halves of a proof may hold."""
    if len(data) != SCALAR_BYTES:
        raise MalformedError("a scalar is exactly 32 bytes")
    if int.from_bytes(data, "little") >= ORDER:
        raise MalformedError("the scalar is not reduced modulo the group order")
    return Scalar(data)


def random_scalar() -> Scalar:
    """Draw a scalar uniformly from 1 .. order - 1, from the operating system's source."""
    return Scalar(rbcl.crypto_core_ristretto255_scalar_random())


def multiply(scalar: Scalar, element: Element) -> Element:
    """Return scalar * element, in time that does not depend on either (libsodium's ladder)."""
    return Element(rbcl.crypto_scalarmult_ristretto255(scalar, element))


def multiply_base(scalar: Scalar) -> Element:
    """Return scalar * generator."""
    return Element(rbcl.crypto_scalarmult_ristretto255_base(scalar))


def add(left: Element, right: Element) -> Element:
    """Return left + right."""
    return Element(rbcl.crypto_core_ristretto255_add(left, right))


def scalar_multiply(left: Scalar, right: Scalar) -> Scalar:
    """Return left * right modulo the order."""
    return Scalar(rbcl.crypto_core_ristretto255_scalar_mul(left, right))


def scalar_subtract(left: Scalar, right: Scalar) -> Scalar:
    """Return left - right modulo the order."""
    return Scalar(rbcl.crypto_core_ristretto255_scalar_sub(left, right))


def scalar_add(left: Scalar, right: Scalar) -> Scalar:
    """Return left + right modulo the order."""
    return Scalar(rbcl.crypto_core_ristretto255_scalar_add(left, right))


def invert_scalars(scalars: list[Scalar]) -> list[Scalar]:
    """Invert many scalars at the price of one inversion and three products each (Montgomery's trick)."""
    if not scalars:
        return []
    running: list[Scalar] = []
    product = Scalar((1).to_bytes(32, "little"))
    for scalar in scalars:
        running.append(product)
        product = scalar_multiply(product, scalar)
    inverse = Scalar(rbcl.crypto_core_ristretto255_scalar_invert(product))
    out: list[Scalar] = [inverse] * len(scalars)
    for position in range(len(scalars) - 1, -1, -1):
        out[position] = scalar_multiply(inverse, running[position])
        inverse = scalar_multiply(inverse, scalars[position])
    return out


def expand_message(message: bytes, tag: bytes, length: int) -> bytes:
    """Expand a message to `length` uniform bytes: expand_message_xmd with SHA-512 (RFC 9380, 5.3.1).

    Raise MalformedError if the tag is longer than 255 bytes or the length above 255 blocks.
    """
    blocks = -(-length // 64)
    if len(tag) > 255 or blocks > 255:
        raise MalformedError("the expansion is outside the limits of RFC 9380")
    suffix = tag + bytes([len(tag)])
    first = hashlib.sha512(bytes(_SHA512_BLOCK) + message + length.to_bytes(2, "big") + b"\0" + suffix)
    start = first.digest()
    block = hashlib.sha512(start + b"\1" + suffix).digest()
    out = [block]
    for number in range(2, blocks + 1):
        mixed = bytes(a ^ b for a, b in zip(start, block, strict=True))
        block = hashlib.sha512(mixed + bytes([number]) + suffix).digest()
        out.append(block)
    return b"".join(out)[:length]


def hash_to_element(message: bytes, tag: bytes) -> Element:
    """Map a message to the group: 64 uniform bytes, then the one-way map of RFC 9496, section 4.3.4.

    Raise MalformedError in the (2^-252) event that the message maps to the identity.
    """
    out = rbcl.crypto_core_ristretto255_from_hash(expand_message(message, tag, WIDE_BYTES))
    if out == _ZERO:
        raise MalformedError("the input maps to the identity element")
    return Element(out)


def hash_to_scalar(message: bytes, tag: bytes) -> Scalar:
    """Map a message to a scalar: 64 uniform bytes, little-endian, reduced (RFC 9497, section 4.1)."""
    wide = expand_message(message, tag, WIDE_BYTES)
    return Scalar(rbcl.crypto_core_ristretto255_scalar_reduce(wide))
