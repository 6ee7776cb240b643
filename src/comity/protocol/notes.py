"""Read and write C2SP signed notes, the text form of checkpoints and cosignatures, as in ``spec/checkpoint.md``.

Source: c2sp.org/signed-note.  A note is text, a blank line, and signature lines.
"""

import base64
import binascii
import hashlib
import re
from dataclasses import dataclass
from typing import Final

from comity.protocol.errors import MalformedError, SignatureInvalidError, TooLargeError

NOTE_LIMIT: Final = 256 * 1024
MAX_SIGNATURES: Final = 32
"""Two lines of the owner and two of every cosigner: enough for an agreement of fifteen parties."""

_DASH: Final = "\u2014 "
_CONTROL: Final = re.compile(r"[\x00-\x09\x0b-\x1f]")


@dataclass(frozen=True, slots=True)
class Signature:
    """Hold one signature line: key name, 4-byte key identifier, and the bytes that follow it."""

    name: str
    key_id: bytes
    value: bytes

    def line(self) -> bytes:
        """Return the line as it stands in a note, newline included."""
        encoded = base64.b64encode(self.key_id + self.value).decode()
        return f"{_DASH}{self.name} {encoded}\n".encode()


@dataclass(frozen=True, slots=True)
class Note:
    """Hold a note that nobody has verified yet: its text (newline included) and its signatures."""

    text: bytes
    signatures: tuple[Signature, ...]

    def encode(self) -> bytes:
        """Return the note as it travels."""
        return self.text + b"\n" + b"".join(signature.line() for signature in self.signatures)

    def signature(self, name: str, key_id: bytes) -> bytes:
        """Return the one signature of that key.  Raises `SignatureInvalidError` for none or several."""
        found = [s.value for s in self.signatures if s.name == name and s.key_id == key_id]
        if len(found) != 1:
            raise SignatureInvalidError(f"The note does not carry one signature of {name} for each of its keys.")
        return found[0]

    def names(self) -> frozenset[str]:
        """Return the names of all keys that appear to have signed."""
        return frozenset(signature.name for signature in self.signatures)


def key_id(name: str, kind: bytes, public_key: bytes) -> bytes:
    """Return the 4-byte identifier of a key; ``kind`` is its signature type."""
    return hashlib.sha256(name.encode() + b"\n" + kind + public_key).digest()[:4]


def parse_note(data: bytes) -> Note:
    """Return ``data`` as a note.  Raises `MalformedError` or `TooLargeError`."""
    if len(data) > NOTE_LIMIT:
        raise TooLargeError(f"A note of {len(data)} bytes; at most {NOTE_LIMIT} are allowed.")
    try:
        text = data.decode()
    except UnicodeDecodeError:
        raise MalformedError("A note must be UTF-8.") from None
    if _CONTROL.search(text):
        raise MalformedError("A note must not contain control characters.")
    body, blank, tail = text.rpartition("\n\n")
    if not blank or not tail.endswith("\n"):
        raise MalformedError("A note is text, a blank line and signature lines.")
    lines = tail[:-1].split("\n")
    if len(lines) > MAX_SIGNATURES:
        raise TooLargeError(f"A note with more than {MAX_SIGNATURES} signatures.")
    return Note((body + "\n").encode(), tuple(_signature(line) for line in lines))


def _signature(line: str) -> Signature:
    name, space, encoded = line.removeprefix(_DASH).partition(" ")
    if not line.startswith(_DASH) or not space or not name or "+" in name or name.split() != [name]:
        raise MalformedError("A signature line is: em dash, space, key name, space, base64.")
    try:
        raw = base64.b64decode(encoded, validate=True)
    except (binascii.Error, ValueError):
        raise MalformedError("A signature is not valid base64.") from None
    if len(raw) < 5 or base64.b64encode(raw).decode() != encoded:
        raise MalformedError("A signature is too short or not canonical base64.")
    return Signature(name, raw[:4], raw[4:])
