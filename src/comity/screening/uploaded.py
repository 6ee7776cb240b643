"""Read an upload as a stream that can begin again, without a copy of it in clear on the disk."""

import io
from collections.abc import Iterator
from typing import BinaryIO, Final, cast

from django.core.files.uploadedfile import UploadedFile

from comity.screening.imports import Reading, read_list, sniff

MOST_BYTES: Final = 20 * 1024 * 1024
"""What is read while somebody waits for the page; the command line takes any size."""


class _Stream(io.RawIOBase):
    """Yield the blocks of an upload; it goes back to the beginning, and nowhere else."""

    def __init__(self, upload: "UploadedFile[bytes]") -> None:
        super().__init__()
        self._upload = upload
        self._rewind()

    def _rewind(self) -> None:
        self._blocks: Iterator[bytes] = iter(self._upload.chunks())
        self._left = b""
        self._at = 0

    def readable(self) -> bool:
        """Say that it is read."""
        return True

    def seekable(self) -> bool:
        """Say that it goes back."""
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Go back to the beginning, or stay.  Raises `OSError` for any other place."""
        if (offset, whence) == (0, io.SEEK_SET):
            self._rewind()
        elif (offset, whence) != (0, io.SEEK_CUR) and (offset, whence) != (self._at, io.SEEK_SET):
            raise OSError("An upload is read from its beginning.")
        return self._at

    def readinto(self, buffer: bytearray) -> int:  # type: ignore[override]  # any buffer
        """Copy what comes next into ``buffer``."""
        while not self._left:
            block = next(self._blocks, None)
            if block is None:
                return 0
            self._left = block
        part, self._left = self._left[: len(buffer)], self._left[len(buffer) :]
        buffer[: len(part)] = part
        self._at += len(part)
        return len(part)


def read_upload(upload: "UploadedFile[bytes]") -> Reading:
    """Return the entries of an upload, its format told from its first bytes.  Raises `ImportFault`."""
    stream = cast(BinaryIO, io.BufferedReader(_Stream(upload)))
    return read_list(stream, sniff(stream))
