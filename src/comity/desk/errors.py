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


class PurposeNeededError(ComityError):
    """Say that an officer has not yet said, in this session, for which purpose they look at a case."""

    kind = ErrorKind.NOT_PERMITTED
    default_remedy = "Name one of the agreement's purposes."

    def __init__(self, case: str, channel: str, suggested: str) -> None:
        """Keep which case, under which agreement, and the purpose to offer first."""
        super().__init__("Nobody looks at a case without a purpose.")
        self.case = case
        self.channel = channel
        self.suggested = suggested
