"""Say no in screening."""

from comity.protocol.errors import ComityError, ErrorKind


class ListError(ComityError):
    """Say why a list cannot be made, built or published as asked."""

    kind = ErrorKind.WRONG_STATE
    default_remedy = "See comity list show."


class CheckError(ComityError):
    """Say why a check cannot be made as asked."""

    kind = ErrorKind.WRONG_STATE
    default_remedy = "See comity list show for the lists that partners have published."


class BudgetSpentError(CheckError):
    """Say that the clause allows no more questions in this period."""

    kind = ErrorKind.QUOTA_EXCEEDED
    default_remedy = "Resume the check when the next period has begun; nothing is asked twice."
