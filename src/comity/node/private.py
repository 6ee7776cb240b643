"""Read and make files that only the node may read."""

import contextlib
import os
import secrets
import stat
from pathlib import Path

from comity.node.errors import SettingsError


def read_private(path: Path) -> str:
    """Return the text of a file that nobody else may read.  Raises `SettingsError`."""
    try:
        mode = path.stat().st_mode
        text = path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeError) as error:
        raise SettingsError(
            f"{path} cannot be read ({type(error).__name__}).", "Check the path and its rights."
        ) from None
    if stat.S_IMODE(mode) & 0o077:
        raise SettingsError(f"{path} is readable by others.", f"chmod 600 {path}")
    return text


def read_or_make(path: Path) -> str:
    """Return the secret in ``path``; where there is none, make one.  Two that start at once get the same."""
    if not path.exists():
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
        handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(secrets.token_urlsafe(48) + "\n")
            file.flush()
            os.fsync(file.fileno())
        with contextlib.suppress(FileExistsError):
            path.hardlink_to(draft)
        draft.unlink()
    return read_private(path)
