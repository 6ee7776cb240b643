"""Read and write the one form of JSON that Comity hashes, as in ``spec/canonical.md`` (RFC 8785 without floats).

What is hashed is the bytes as sent.  A reader therefore refuses every other spelling of the same value: unknown
fields, duplicate keys, floats, spare whitespace, trailing bytes, explicit defaults.  The check is one comparison:
decode strictly into a type, encode again, and require the same bytes.
"""

import hashlib
import re
from typing import Any, TypeVar, cast, dataclass_transform

import msgspec

from comity.protocol.errors import MalformedError, TooLargeError

T = TypeVar("T")

_ENCODER = msgspec.json.Encoder(order="sorted")
_DECODERS: dict[object, msgspec.json.Decoder[Any]] = {}
_QUOTED = re.compile(r"'[^']*'|\"[^\"]*\"|(?<=field )`[^`]*`")


@dataclass_transform(frozen_default=True, kw_only_default=True, field_specifiers=(msgspec.field,))
class Strict(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Be the base of every value that travels as canonical JSON: frozen, no unknown fields, no explicit defaults."""


def encode(value: object) -> bytes:
    """Return the canonical bytes of ``value`` (a `Strict`, or lists, dicts, strings, ints, booleans)."""
    return _ENCODER.encode(value)


def decode(data: bytes, type_: type[T], *, limit: int) -> T:
    """Return ``data`` (at most ``limit`` bytes) as ``type_``, or say why it is not its canonical form.

    Raises `TooLargeError` and `MalformedError`.
    """
    if len(data) > limit:
        raise TooLargeError(f"{len(data)} bytes where at most {limit} are allowed.")
    decoder = _DECODERS.get(type_)
    if decoder is None:
        decoder = _DECODERS[type_] = msgspec.json.Decoder(type_, strict=True)
    try:
        value = decoder.decode(data)
    except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
        raise MalformedError(f"Not a valid {_name(type_)}: {_without_values(error)}.") from None
    # SECURITY: two byte strings never decode to one accepted value. Holds because the decoded value is encoded
    # again and compared. Breaks if the encoder ever depends on anything but the value.
    if _ENCODER.encode(value) != data:
        raise MalformedError(f"This {_name(type_)} is not in canonical form (spec/canonical.md).")
    return cast("T", value)


def digest(namespace: str, data: bytes) -> bytes:
    """Return SHA-256 over ``namespace``, a newline and ``data``; 32 bytes.

    The namespace keeps a digest made for one use from ever being taken for another.
    """
    return hashlib.sha256(namespace.encode() + b"\n" + data).digest()


def _name(type_: object) -> str:
    return getattr(type_, "__name__", "value")


def _without_values(error: Exception) -> str:
    """Return the reader's message without anything it quotes: quoted values may be personal data."""
    if isinstance(error, RecursionError):
        return "it is nested too deeply"
    return _QUOTED.sub("…", str(error)).rstrip(".")
