"""One vocabulary of errors for everything the protocol may say no to.

Every error names what happened (`kind`), says it in a sentence, and says what to do.  Texts never repeat the
data that was refused: an error may end in a log, and a log holds no personal data.
"""

from enum import StrEnum


class ErrorKind(StrEnum):
    """Name each way in which input can be refused; the names are part of the protocol (``spec/errors.md``)."""

    MALFORMED = "malformed"
    TOO_LARGE = "too-large"
    BAD_SIGNATURE = "bad-signature"
    BAD_PROOF = "bad-proof"
    CANNOT_OPEN = "cannot-open"
    WRONG_COMMITMENT = "wrong-commitment"
    WRONG_ADDRESS = "wrong-address"
    UNKNOWN_TYPE = "unknown-type"
    UNKNOWN_PEER = "unknown-peer"
    NOT_PERMITTED = "not-permitted"
    WRONG_STATE = "wrong-state"
    BUSY = "busy"
    QUOTA_EXCEEDED = "quota-exceeded"


class ComityError(Exception):
    """Carry the kind, a sentence and a remedy; the base of every documented error."""

    kind: ErrorKind = ErrorKind.MALFORMED
    default_remedy = "Ask the sender for a correct copy."

    def __init__(self, sentence: str, remedy: str = "") -> None:
        """Keep ``sentence`` (what happened) and ``remedy`` (what to do)."""
        super().__init__(sentence)
        self.sentence = sentence
        self.remedy = remedy or self.default_remedy


class MalformedError(ComityError):
    """Say that bytes are not in the one form that the format allows."""


class TooLargeError(ComityError):
    """Say that a size, a depth or a count is over its limit."""

    kind = ErrorKind.TOO_LARGE
    default_remedy = "Send it in smaller parts, or agree on a higher limit."


class SignatureInvalidError(ComityError):
    """Say that a signature is missing or does not verify."""

    kind = ErrorKind.BAD_SIGNATURE
    default_remedy = "Do not rely on it. Compare key fingerprints with the partner by telephone."


class ProofInvalidError(ComityError):
    """Say that a Merkle proof does not lead to the signed root."""

    kind = ErrorKind.BAD_PROOF
    default_remedy = "Do not rely on it. Keep the file as evidence and ask both nodes for their journals."


class CannotOpenError(ComityError):
    """Say that a sealed content or message does not open with this node's keys."""

    kind = ErrorKind.CANNOT_OPEN
    default_remedy = "Check that it was sealed for this node; ask the sender to send it again."


class CommitmentMismatchError(ComityError):
    """Say that opened content is not what the header committed to."""

    kind = ErrorKind.WRONG_COMMITMENT
    default_remedy = "Do not use the content. Keep the record as evidence and tell the partner."


class WrongAddressError(ComityError):
    """Say that something is for another node, channel or journal."""

    kind = ErrorKind.WRONG_ADDRESS
    default_remedy = "Check the partner's address and the agreement it was sent under."


class UnknownTypeError(ComityError):
    """Say that a record type is not known to this node."""

    kind = ErrorKind.UNKNOWN_TYPE
    default_remedy = "Compare the versions of both nodes; the older one needs an upgrade."
