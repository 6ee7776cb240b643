"""Name the two ways in which an agreement says no to a caller; refusals of records are values, not errors."""

from comity.protocol.errors import ComityError, ErrorKind, MalformedError


class AgreementFaultError(MalformedError):
    """Say which clause and field of a text is wrong, although it is well-formed JSON."""

    default_remedy = "Correct the text and propose it again; nothing has been signed."

    def __init__(self, place: str, sentence: str, remedy: str = "") -> None:
        """Keep ``place`` (``clause 4(2), purposes``) apart from the sentence, so that an editor can point to it."""
        super().__init__(f"In {place}: {sentence}", remedy)
        self.place = place


class WrongStateError(ComityError):
    """Say that an act does not fit what has been proposed, signed, declined, suspended or ended so far."""

    kind = ErrorKind.WRONG_STATE
    default_remedy = "Look at the agreement's history, then act on the text that is live."
