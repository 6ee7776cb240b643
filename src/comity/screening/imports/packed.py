"""Refuse files that must be opened by other means first: what is packed is never unpacked in silence."""

from __future__ import annotations

from typing import Final

from comity.screening.imports.values import ImportFault

_UNPACK: Final = "Unpack it first, so that you see what you import."
_SAVE_AS: Final = "Save the list as CSV in UTF-8 and import that."
_PACKED: Final = (
    (b"\x1f\x8b", "The file is packed with gzip.", _UNPACK),
    (b"BZh", "The file is packed with bzip2.", _UNPACK),
    (b"\xfd7zXZ", "The file is packed with xz.", _UNPACK),
    (b"\x28\xb5\x2f\xfd", "The file is packed with zstandard.", _UNPACK),
    (b"7z\xbc\xaf", "The file is packed with 7-Zip.", _UNPACK),
    (b"PK\x03\x04", "The file is a ZIP archive or a spreadsheet.", f"{_UNPACK} {_SAVE_AS}"),
    (b"\xd0\xcf\x11\xe0", "The file is an old spreadsheet or document.", _SAVE_AS),
    (b"%PDF", "The file is a PDF.", "Ask the list's owner for the data itself."),
    (b"\xff\xfe", "The file is UTF-16.", "Save it as UTF-8."),
    (b"\xfe\xff", "The file is UTF-16.", "Save it as UTF-8."),
)


def refuse_packed(first: bytes) -> None:
    """Raise ImportFault if a file begins like an archive, a spreadsheet, a PDF or UTF-16."""
    for mark, problem, remedy in _PACKED:
        if first.startswith(mark):
            raise ImportFault(problem, remedy)
