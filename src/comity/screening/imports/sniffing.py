"""Tell the format of a list from its first bytes, and refuse what must be opened by other means first."""

from __future__ import annotations

import re
from typing import BinaryIO, Final

from comity.screening.imports import eu, ofac, ofac_advanced, un
from comity.screening.imports.bounds import CHUNK
from comity.screening.imports.csv_columns import DELIMITERS, find_header
from comity.screening.imports.mrz_list import LINES_OF_WIDTH
from comity.screening.imports.packed import refuse_packed
from comity.screening.imports.values import ImportFault, ListFormat

_MARK: Final = b"\xef\xbb\xbf"
_ROOT: Final = re.compile(rb"<(?:[\w.-]+:)?([A-Za-z_][\w.-]*)[\s/>]")
_ROOTS: Final = {
    root.encode(): format_
    for module, format_ in (
        (un, ListFormat.UN), (eu, ListFormat.EU), (ofac, ListFormat.OFAC), (ofac_advanced, ListFormat.OFAC_ADVANCED),
    )
    for root in module.ROOTS
}  # fmt: skip
_ZONE: Final = re.compile(r"[A-Z0-9<]+")


def sniff(stream: BinaryIO) -> ListFormat:
    """Return the format of a list from its first 64 kilobytes, and leave the stream where it was.

    Raise ImportFault for a stream that cannot go back, an empty file and one of no known format.
    """
    if not stream.seekable():
        raise ImportFault("The format cannot be told from a stream.", "Name the format.")
    begin = stream.tell()
    first = stream.read(CHUNK)
    stream.seek(begin)
    refuse_packed(first)
    plain = first.removeprefix(_MARK).lstrip()
    if not plain:
        raise ImportFault("The file is empty.", "Ask the list's owner for a copy.")
    if plain.startswith(b"<"):
        return _of_xml(plain)
    if plain.startswith(b"{"):
        return ListFormat.FTM
    return _of_lines(plain)


def _of_xml(plain: bytes) -> ListFormat:
    found = _ROOT.search(plain)
    format_ = _ROOTS.get(found[1]) if found else None
    if format_ is None:
        raise ImportFault("The XML is of no known list.", "Known are the lists of the UN, the EU and OFAC.")
    return format_


def _of_lines(plain: bytes) -> ListFormat:
    # The last line may have been cut within a character.
    lines = [line.strip() for line in plain.decode("utf-8", "replace").splitlines()]
    told = [line for line in lines if line and not line.startswith("#")]
    first = told[0] if told else ""
    if len(first) in LINES_OF_WIDTH and "<" in first and _ZONE.fullmatch(first.upper()):
        return ListFormat.MRZ
    if find_header(lines[0]):
        return ListFormat.CSV
    if any(first.count(delimiter) > 1 for delimiter in DELIMITERS) or "\x00" in plain[:CHUNK].decode("latin-1"):
        raise ImportFault(
            "The file is neither a list of names nor CSV with a known header.",
            "Put the column names of spec/list-formats.md in the first line.",
        )
    return ListFormat.TEXT
