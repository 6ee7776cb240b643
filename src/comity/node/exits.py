"""Say how the command line ends: one exit code for every kind of error."""

from typing import Final

from comity.protocol.errors import ErrorKind

REFUSED: Final = 1
"""Something is refused, wrong or missing; the same command will end the same way."""
LATER: Final = 75
"""The same command may succeed later (EX_TEMPFAIL of sysexits.h)."""

EXIT_CODES: Final = {
    ErrorKind.MALFORMED: REFUSED,
    ErrorKind.TOO_LARGE: REFUSED,
    ErrorKind.BAD_SIGNATURE: REFUSED,
    ErrorKind.BAD_PROOF: REFUSED,
    ErrorKind.CANNOT_OPEN: REFUSED,
    ErrorKind.WRONG_COMMITMENT: REFUSED,
    ErrorKind.WRONG_ADDRESS: REFUSED,
    ErrorKind.UNKNOWN_TYPE: REFUSED,
    ErrorKind.UNKNOWN_PEER: REFUSED,
    ErrorKind.NOT_PERMITTED: REFUSED,
    ErrorKind.WRONG_STATE: REFUSED,
    ErrorKind.BUSY: LATER,
    ErrorKind.QUOTA_EXCEEDED: LATER,
}
"""How a command ends that meets an error of that kind (``docs/operate.md`` names them)."""
