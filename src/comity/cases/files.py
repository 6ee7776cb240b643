"""Tell by its first bytes what a file is: a name says what its sender wants it to be."""

from dataclasses import dataclass
from typing import Final

HEAD: Final = 4096
"""Bytes that are looked at."""

_SIGNS: Final[tuple[tuple[bytes, str], ...]] = (
    (b"%PDF-", "application/pdf"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF8", "image/gif"),
    (b"II*\x00", "image/tiff"),
    (b"MM\x00*", "image/tiff"),
    (b"PK\x03\x04", "application/zip"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "application/x-ole-storage"),
    (b"MZ", "application/x-executable"),
    (b"\x7fELF", "application/x-executable"),
    (b"\xcf\xfa\xed\xfe", "application/x-executable"),
    (b"#!", "text/x-script"),
    (b"\x1f\x8b", "application/gzip"),
    (b"7z\xbc\xaf\x27\x1c", "application/x-7z"),
    (b"Rar!", "application/x-rar"),
    (b"ID3", "audio/mpeg"),
    (b"OggS", "application/ogg"),
)
_MARKUP: Final = (b"<!doctype html", b"<html", b"<script", b"<svg", b"<?xml", b"<body", b"<iframe")
_FITTING: Final = {
    "pdf": ("application/pdf",),
    "png": ("image/png",),
    "jpg": ("image/jpeg",),
    "jpeg": ("image/jpeg",),
    "gif": ("image/gif",),
    "tif": ("image/tiff",),
    "tiff": ("image/tiff",),
    "zip": ("application/zip",),
    "docx": ("application/zip",),
    "xlsx": ("application/zip",),
    "pptx": ("application/zip",),
    "odt": ("application/zip",),
    "txt": ("text/plain",),
    "csv": ("text/plain",),
}
ACTIVE: Final = frozenset({"application/x-executable", "text/x-script", "text/markup", "application/x-ole-storage"})
"""What does something of its own when it is opened; old office files can carry macros."""


@dataclass(frozen=True, slots=True)
class Looked:
    """Say what a file is by its content, whether it is active, and whether its name says otherwise."""

    media: str
    active: bool
    misnamed: bool

    @property
    def harmless(self) -> bool:
        """Say whether nothing speaks for a second look."""
        return not self.active and not self.misnamed


def look(head: bytes, name: str) -> Looked:
    """Return what the first bytes of a file show."""
    media = _media(head)
    ending = name.rpartition(".")[2].lower()
    fitting = _FITTING.get(ending)
    return Looked(media, media in ACTIVE, fitting is not None and media not in fitting)


def _media(head: bytes) -> str:
    for sign, media in _SIGNS:
        if head.startswith(sign):
            return media
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if start.startswith(_MARKUP):
        return "text/markup"
    if b"\0" in head:
        return "application/octet-stream"
    return "text/plain" if head else "application/octet-stream"
