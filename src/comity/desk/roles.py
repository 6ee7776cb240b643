"""Say who may do what: one enum of roles, one of permissions, one table; what is not in the table is denied."""

from collections.abc import Iterable, Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final


class Role(StrEnum):
    """Name what an officer is on this node."""

    OFFICER = "officer"
    SUPERVISOR = "supervisor"
    OPERATOR = "operator"


class Permission(StrEnum):
    """Name what can be allowed; each view and each service asks for exactly one."""

    USE_DESK = "use-desk"
    READ_CASES = "read-cases"
    WRITE_CASES = "write-cases"
    RELEASE = "release"
    READ_AGREEMENT = "read-agreement"
    READ_JOURNAL = "read-journal"
    VERIFY_JOURNAL = "verify-journal"
    READ_ALARMS = "read-alarms"
    HANDLE_ALARMS = "handle-alarms"
    READ_STATUS = "read-status"


P = Permission
_EVERYONE: Final = frozenset(
    {P.USE_DESK, P.READ_AGREEMENT, P.READ_JOURNAL, P.VERIFY_JOURNAL, P.READ_ALARMS, P.READ_STATUS}
)
TABLE: Final[Mapping[Role, frozenset[Permission]]] = MappingProxyType(
    {
        Role.OFFICER: _EVERYONE | {P.READ_CASES, P.WRITE_CASES},
        Role.SUPERVISOR: _EVERYONE | {P.READ_CASES, P.RELEASE},
        Role.OPERATOR: _EVERYONE | {P.HANDLE_ALARMS},
    }
)
"""Who may do what.  An officer may hold several roles and may do what any of them may."""


def allowed(roles: Iterable[Role]) -> frozenset[Permission]:
    """Return everything that holders of ``roles`` may do."""
    return frozenset().union(*(TABLE.get(role, frozenset()) for role in roles))
