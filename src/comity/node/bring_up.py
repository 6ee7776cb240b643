"""Open a node for a command: settings, framework, keys."""

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from comity.channel.runtime import LocalNode


def open_node(home: Path) -> "LocalNode":
    """Return the node in ``home``, ready to work with.  Raises `SettingsError` or `MalformedError`."""
    from comity.node.start import start

    config = start(home)
    from comity.node.local import bring_up

    return bring_up(config, home)
