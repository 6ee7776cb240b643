"""Name every way in which matching refuses its input."""

from __future__ import annotations


class MatchingError(Exception):
    """Stand for every refusal of this package; its text never holds personal data."""


class MalformedError(MatchingError):
    """Say that bytes or text from outside are not in the one form that is allowed."""


class ProofError(MatchingError):
    """Say that a holder's proof does not hold: its answer must not be used."""


class LabelError(MatchingError):
    """Say that a label does not open under the output of the function it is filed under."""
