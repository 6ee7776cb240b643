"""A file is what its first bytes show, whatever its name says."""

import pytest

from comity.cases.files import look


@pytest.mark.parametrize(
    ("head", "name", "media", "active", "misnamed"),
    [
        (b"%PDF-1.7", "report.pdf", "application/pdf", False, False),
        (b"%PDF-1.7", "picture.jpg", "application/pdf", False, True),
        (b"\xff\xd8\xff\xe0", "picture.jpg", "image/jpeg", False, False),
        (b"MZ\x90\x00", "picture.jpg", "application/x-executable", True, True),
        (b"\x7fELF", "tool", "application/x-executable", True, False),
        (b"\xef\xbb\xbf  <HTML><body>", "note.txt", "text/markup", True, True),
        (b"<svg onload=x>", "drawing.svg", "text/markup", True, False),
        (b"#!/bin/sh\n", "notes.txt", "text/x-script", True, True),
        ("نص عربي".encode(), "ملف.txt", "text/plain", False, False),
        (b"", "empty.txt", "application/octet-stream", False, True),
        (b"a\0b", "data.bin", "application/octet-stream", False, False),
    ],
)
def test_content_decides_what_a_file_is_and_a_name_that_disagrees_is_noticed(
    head: bytes,
    name: str,
    media: str,
    active: bool,  # a table's column
    misnamed: bool,  # the same
) -> None:
    looked = look(head, name)
    assert (looked.media, looked.active, looked.misnamed) == (media, active, misnamed)
    assert looked.harmless is not (active or misnamed)
