"""Say why a joint document cannot be changed so."""

from comity.protocol.errors import ComityError, ErrorKind


class NotFittingError(ComityError):
    """Say that edits do not fit the version they change, or lead to no document of its kind."""

    default_remedy = "Propose the change again, against the version in force."


class UnknownKindError(ComityError):
    """Say that this node knows no documents of a kind."""

    kind = ErrorKind.UNKNOWN_TYPE
    default_remedy = "Compare the versions of both nodes; the older one needs an upgrade."


class NotPossibleError(ComityError):
    """Say that a proposal stands so that this cannot be done with it."""

    kind = ErrorKind.WRONG_STATE
    default_remedy = "Look at the document again: it has changed meanwhile."
