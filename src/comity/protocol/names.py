"""Name nodes, parties, authorities, records and instants; the string forms that appear in headers."""

import re
from datetime import UTC, datetime
from typing import Annotated, NewType

from msgspec import Meta

from comity.protocol.errors import MalformedError

Party = Annotated[str, Meta(pattern=r"^[A-Z]{2}$(?!\n)")]
"""A state: ISO 3166-1 alpha-2."""

NodeName = Annotated[str, Meta(pattern=r"^[A-Z]{2}\.[a-z0-9-]{1,40}$(?!\n)")]
"""One installation: party, dot, short name (``DE.berlin``).  Also its key name in signed notes."""

AuthorityName = Annotated[str, Meta(pattern=r"^[A-Z]{2}/[A-Z0-9-]{1,30}$(?!\n)")]
"""An organisation of a party (``DE/BKA``)."""

Uuid = Annotated[str, Meta(pattern=r"^[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$(?!\n)")]
"""A UUID (RFC 9562) in lower case; what Comity makes is version 7."""

Digest = Annotated[str, Meta(pattern=r"^sha256:[0-9a-f]{64}$(?!\n)")]
"""A SHA-256 digest, ``sha256:`` and 64 hexadecimal digits."""

Instant = Annotated[str, Meta(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{3}Z$(?!\n)")]
"""UTC to the millisecond, RFC 3339: ``2026-11-24T03:09:00.000Z``."""

Pseudonym = Annotated[str, Meta(pattern=r"^[0-9a-z]{8,64}$(?!\n)")]
"""An officer as the other side sees them; only their own authority can resolve it."""

TypeTag = Annotated[str, Meta(pattern=r"^[a-z]{2,20}\.[a-z-]{2,30}/[1-9][0-9]{0,3}$(?!\n)")]
"""A record type and its version: ``cases.request/1``."""

Slug = Annotated[str, Meta(pattern=r"^[a-z0-9-]{1,40}$(?!\n)")]
"""A short word of a closed or agreed vocabulary: a purpose, an area, an urgency."""

ClauseId = Annotated[str, Meta(pattern=r"^[0-9]{1,3}(\([0-9a-z]{1,3}\)){0,3}$(?!\n)")]
"""A clause as people cite it: ``4(2)(a)``."""

Language = Annotated[str, Meta(pattern=r"^[a-z]{2,3}$(?!\n)")]
"""A language: ISO 639."""

UnixMs = NewType("UnixMs", int)
"""Milliseconds since 1970-01-01T00:00:00Z; every clock reading enters the protocol in this form."""

_INSTANT = re.compile(r"\A[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{3}Z\Z")


def instant(ms: UnixMs) -> str:
    """Return ``ms`` as an `Instant`."""
    return datetime.fromtimestamp(ms / 1000, UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{ms % 1000:03d}Z"


def parse_instant(text: str) -> UnixMs:
    """Return an `Instant` as milliseconds.  Raises `MalformedError` for a date that is not in the calendar."""
    if not _INSTANT.match(text):
        raise MalformedError("A time must look like 2026-11-24T03:09:00.000Z.")
    try:
        # The form is checked above; this reads it twenty times as fast as strptime, and every record has times.
        whole = datetime.fromisoformat(text[:19]).replace(tzinfo=UTC)
    except ValueError:
        raise MalformedError("A time names a day or an hour that does not exist.") from None
    return UnixMs(int(whole.timestamp()) * 1000 + int(text[20:23]))


def uuid7(ms: UnixMs, random: bytes) -> str:
    """Return the version-7 UUID of instant ``ms`` and 10 ``random`` bytes (RFC 9562, 5.7)."""
    value = (ms & (1 << 48) - 1) << 80 | int.from_bytes(random[:10])
    value = value & ~(0xF << 76) | 7 << 76
    value = value & ~(3 << 62) | 2 << 62
    text = f"{value:032x}"
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


def party_of(name: str) -> str:
    """Return the party of a node or an authority: its first two letters."""
    return name[:2]


def hex_digest(raw: bytes) -> str:
    """Return 32 raw bytes as a `Digest`."""
    return "sha256:" + raw.hex()
