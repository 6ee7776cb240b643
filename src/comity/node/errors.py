"""Say what is wrong with this installation, as a sentence and a remedy for its operator."""

from comity.protocol.errors import ComityError


class SettingsError(ComityError):
    """Say that ``node.toml``, or a file that it names, cannot be used."""

    default_remedy = "comity node settings explains every key."
