"""Say who may do what: one enum of roles, one of permissions, one table; what is not in the table is denied."""

from collections.abc import Iterable, Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final


class Role(StrEnum):
    """Name what an officer is on this node."""

    OFFICER = "officer"
    SUPERVISOR = "supervisor"
    ANALYST = "analyst"
    SECRETARY = "secretary"
    EXERCISE_DIRECTOR = "exercise-director"
    COMMANDER = "commander"
    DATA_PROTECTION = "data-protection"
    AUDITOR = "auditor"
    OPERATOR = "operator"


class Permission(StrEnum):
    """Name what can be allowed; each view and each service asks for exactly one."""

    USE_DESK = "use-desk"
    READ_AGREEMENT = "read-agreement"
    READ_JOURNAL = "read-journal"
    VERIFY_JOURNAL = "verify-journal"
    READ_ALARMS = "read-alarms"
    HANDLE_ALARMS = "handle-alarms"
    READ_STATUS = "read-status"
    READ_PEOPLE = "read-people"
    MANAGE_PEOPLE = "manage-people"
    CONFIRM_ROLES = "confirm-roles"
    READ_ACCESS_LOG = "read-access-log"
    VERIFY_ACCESS_LOG = "verify-access-log"
    READ_ERASURES = "read-erasures"
    READ_CASES = "read-cases"
    WRITE_CASES = "write-cases"
    RELEASE = "release"
    READ_SCREENING = "read-screening"
    SCREEN = "screen"
    KEEP_LISTS = "keep-lists"
    READ_PLAN = "read-plan"
    WRITE_PLAN = "write-plan"


P = Permission
_EVERYONE: Final = frozenset(
    {P.USE_DESK, P.READ_AGREEMENT, P.READ_JOURNAL, P.VERIFY_JOURNAL, P.READ_ALARMS, P.READ_STATUS, P.READ_PLAN}
)
TABLE: Final[Mapping[Role, frozenset[Permission]]] = MappingProxyType(
    {
        Role.OFFICER: _EVERYONE | {P.READ_CASES, P.WRITE_CASES, P.READ_SCREENING, P.SCREEN},
        Role.SUPERVISOR: _EVERYONE | {P.READ_CASES, P.RELEASE, P.READ_PEOPLE, P.CONFIRM_ROLES, P.READ_SCREENING},
        Role.ANALYST: _EVERYONE | {P.READ_CASES, P.READ_SCREENING, P.SCREEN, P.KEEP_LISTS},
        Role.SECRETARY: _EVERYONE | {P.WRITE_PLAN},
        Role.EXERCISE_DIRECTOR: _EVERYONE,
        Role.COMMANDER: _EVERYONE,
        Role.DATA_PROTECTION: _EVERYONE
        | {P.READ_PEOPLE, P.READ_ACCESS_LOG, P.VERIFY_ACCESS_LOG, P.READ_ERASURES, P.CONFIRM_ROLES},
        Role.AUDITOR: _EVERYONE | {P.READ_PEOPLE, P.READ_ACCESS_LOG, P.VERIFY_ACCESS_LOG, P.READ_ERASURES},
        Role.OPERATOR: _EVERYONE
        | {P.HANDLE_ALARMS, P.READ_PEOPLE, P.MANAGE_PEOPLE, P.CONFIRM_ROLES, P.VERIFY_ACCESS_LOG},
    }
)
"""Who may do what.  An officer may hold several roles and may do what any of them may."""

SENSITIVE: Final = frozenset({Role.SUPERVISOR, Role.DATA_PROTECTION, Role.AUDITOR, Role.OPERATOR})
"""Roles that count only once a second person has confirmed them: they release, they watch, or they let others in."""

MEANINGS: Final[Mapping[Permission, str]] = MappingProxyType(
    {
        P.USE_DESK: "sign in, see the front page, set one's own password and keys",
        P.READ_AGREEMENT: "read the agreement and its history",
        P.READ_JOURNAL: "see journals and their heads",
        P.VERIFY_JOURNAL: "recompute the journals",
        P.READ_ALARMS: "see alarms and save their evidence",
        P.HANDLE_ALARMS: "deal with alarms",
        P.READ_STATUS: "see partners, queues and room",
        P.READ_PEOPLE: "see officers, their roles and the units",
        P.MANAGE_PEOPLE: "invite officers, give and end roles, keep the units",
        P.CONFIRM_ROLES: "confirm a sensitive role that a colleague proposes",
        P.READ_ACCESS_LOG: "search the access log and save it",
        P.VERIFY_ACCESS_LOG: "recompute the chain of the access log",
        P.READ_ERASURES: "see what is to be erased on either side, and who has confirmed it",
        P.READ_CASES: "read cases of one's units",
        P.WRITE_CASES: "write, answer and send in cases of one's units",
        P.RELEASE: "release what a colleague wrote",
        P.READ_SCREENING: "see lists, and the checks and hits of one's units",
        P.SCREEN: "check persons against partners' lists, and review hits",
        P.KEEP_LISTS: "keep, review and publish this node's lists",
        P.READ_PLAN: "read the working group's plan, meetings, minutes and decisions",
        P.WRITE_PLAN: "write, propose and sign for this side in the working group",
    }
)
"""What each permission lets somebody do, for ``docs/permissions.md``."""


def allowed(roles: Iterable[Role]) -> frozenset[Permission]:
    """Return everything that holders of ``roles`` may do."""
    return frozenset().union(*(TABLE.get(role, frozenset()) for role in roles))
