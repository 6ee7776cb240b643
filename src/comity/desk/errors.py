"""Say no at the desk: what an officer may not do, or what is no longer as it was."""

from comity.protocol.errors import ComityError, ErrorKind


class NotAllowedError(ComityError):
    """Say that an officer's roles do not allow something."""

    kind = ErrorKind.NOT_PERMITTED
    default_remedy = "Ask a colleague whose role allows it."


class ChangedError(ComityError):
    """Say that a draft was changed, sent or discarded by somebody else meanwhile."""

    kind = ErrorKind.WRONG_STATE
    default_remedy = "Open it again and look at what it says now."


class OfficerError(ComityError):
    """Say why an officer cannot be added as asked."""

    kind = ErrorKind.WRONG_STATE
    default_remedy = "Correct it and try again."
