"""Be Django's settings module: those of the node in ``COMITY_HOME``."""

import os
from pathlib import Path

from comity.node.config import load
from comity.node.framework import build

_home = Path(os.environ.get("COMITY_HOME") or Path.home() / ".comity")
globals().update(build(load(_home), _home))
