"""Take uploads in bounded memory, and never in clear on disk: what arrives is encrypted before it is written."""

import secrets
import tempfile
from collections.abc import Iterator
from typing import IO, Any, Final

from cryptography.hazmat.primitives.ciphers import Cipher, CipherContext
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CTR
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler, StopUpload

from comity.channel.service import local_node
from comity.channel.uploads import room_for

BLOCK: Final = 1024 * 1024


class SealedUpload(UploadedFile):  # type: ignore[type-arg]  # the stubs alone know a parameter
    """Hold an upload as an unnamed file, encrypted under a key that exists only in this request's memory.

    SECURITY: an upload never rests in clear. Holds because each block is encrypted before it is written and the key
    ends with the request. Changed blocks are not noticed here; the file has no name by which anybody could change it.
    """

    def __init__(self, file: IO[bytes], key: bytes, name: str, size: int) -> None:
        """Keep the encrypted ``file`` and its key."""
        super().__init__(file, name, "application/octet-stream", size)
        self._sealed, self._key = file, key

    def chunks(self, chunk_size: int | None = None) -> Iterator[bytes]:
        """Yield the upload's own bytes, a block at a time."""
        self._sealed.seek(0)
        opener = _cipher(self._key)
        while block := self._sealed.read(chunk_size or BLOCK):
            yield opener.update(block)


class SealedUploadHandler(FileUploadHandler):
    """Encrypt each upload into an unnamed file beside the node's attachments; only for those who are signed in."""

    chunk_size = BLOCK

    def new_file(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401  # Django's own signature
        """Begin a file, unless nobody is signed in or the disk is nearly full."""
        super().new_file(*args, **kwargs)
        user = getattr(self.request, "user", None)
        if user is None or not user.is_authenticated:
            raise StopUpload(connection_reset=True)
        home = local_node().home
        # An upload is on disk twice for a moment: as it came, and as the attachment made from it.
        if 2 * (self.content_length or 0) > room_for(local_node()):
            raise StopUpload(connection_reset=True)
        folder = home / "blobs" / "parts"
        folder.mkdir(parents=True, exist_ok=True)
        self._key = secrets.token_bytes(48)
        self._file: IO[bytes] = tempfile.TemporaryFile(dir=folder)  # noqa: SIM115  # closed with the request
        self._sealer = _cipher(self._key)

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:  # noqa: ARG002  # Django's own signature
        """Encrypt and write one block."""
        self._file.write(self._sealer.update(raw_data))

    def file_complete(self, file_size: int) -> SealedUpload:
        """Return the whole upload."""
        self._file.flush()
        return SealedUpload(self._file, self._key, self.file_name or "", file_size)


def _cipher(key: bytes) -> CipherContext:
    # SECURITY: key and counter never meet twice. Holds because both are fresh for each upload.
    return Cipher(AES(key[:32]), CTR(key[32:])).encryptor()
