"""Say how large a long test is: ``comity test ... --reduced`` and ``--seeds N`` reach tests through here."""

import os

SEEDS = 200


def reduced() -> bool:
    """Say whether small sizes were asked for."""
    return bool(os.environ.get("COMITY_TEST_REDUCED"))


def scaled(full: int, small: int) -> int:
    """Return the size to take: ``full``, or ``small`` where small sizes were asked for."""
    return small if reduced() else full


def seeds() -> int:
    """Return how many seeds a simulation runs."""
    return int(os.environ.get("COMITY_TEST_SEEDS") or SEEDS)


def languages(*full: str) -> tuple[str, ...]:
    """Return the languages in which a sweep looks at every page: all, or Arabic where small sizes were asked for."""
    return ("ar",) if reduced() else full
