"""Say why a paper cannot be drawn up."""

from comity.protocol.errors import ComityError, ErrorKind


class PaperError(ComityError):
    """Say that a paper cannot be drawn up as asked."""

    kind = ErrorKind.MALFORMED
    default_remedy = "Tell the operator; the log names the template."


class PaperTooLargeError(ComityError):
    """Say that a paper would have too much on it."""

    kind = ErrorKind.TOO_LARGE
    default_remedy = "Narrow what it shows, or divide it; the spreadsheet export has no such limit."
