"""Start Django for a command that needs it; most of the command line does without."""

import os
from pathlib import Path

from comity.node import logs
from comity.node.config import Config, load


def start(home: Path) -> Config:
    """Read the settings of the node in ``home``, start its framework and its log, and return the settings."""
    config = load(home)
    logs.set_up(config.log_level)
    os.environ["COMITY_HOME"] = str(home)
    os.environ["DJANGO_SETTINGS_MODULE"] = "comity.node.settings"
    import django

    django.setup()
    return config
