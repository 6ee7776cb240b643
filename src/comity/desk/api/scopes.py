"""Say what a token lets a program do: scopes by area, each a set of permissions its officer must hold as well."""

from collections.abc import Iterable, Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from comity.desk.roles import Permission

P = Permission


class Scope(StrEnum):
    """Name what a token can be made for: the area, and how far."""

    AGREEMENTS_READ = "agreements:read"
    CASES_READ = "cases:read"
    CASES_WRITE = "cases:write"
    CASES_RELEASE = "cases:release"
    SCREENING_READ = "screening:read"
    SCREENING_CHECK = "screening:check"
    SCREENING_KEEP = "screening:keep"
    SCREENING_RELEASE = "screening:release"
    PLAN_READ = "plan:read"
    PLAN_WRITE = "plan:write"


SCOPES: Final[Mapping[Scope, frozenset[Permission]]] = MappingProxyType(
    {
        Scope.AGREEMENTS_READ: frozenset({P.READ_AGREEMENT}),
        Scope.CASES_READ: frozenset({P.READ_CASES}),
        Scope.CASES_WRITE: frozenset({P.READ_CASES, P.WRITE_CASES}),
        Scope.CASES_RELEASE: frozenset({P.READ_CASES, P.RELEASE}),
        Scope.SCREENING_READ: frozenset({P.READ_SCREENING}),
        Scope.SCREENING_CHECK: frozenset({P.READ_SCREENING, P.SCREEN}),
        Scope.SCREENING_KEEP: frozenset({P.READ_SCREENING, P.KEEP_LISTS}),
        Scope.SCREENING_RELEASE: frozenset({P.READ_SCREENING, P.RELEASE}),
        Scope.PLAN_READ: frozenset({P.READ_PLAN}),
        Scope.PLAN_WRITE: frozenset({P.READ_PLAN, P.WRITE_PLAN}),
    }
)
"""What each scope leaves of its officer's permissions.  What is not here, no token can do."""


def permissions_of(scopes: Iterable[str]) -> frozenset[Permission]:
    """Return everything that a token with these scopes leaves; words that are no scope leave nothing."""
    known = [Scope(one) for one in scopes if one in set(Scope)]
    return frozenset().union(*(SCOPES[one] for one in known))


def scopes_for(permission: Permission) -> tuple[Scope, ...]:
    """Return the scopes that leave a permission, the narrowest first."""
    found = [scope for scope, left in SCOPES.items() if permission in left]
    return tuple(sorted(found, key=lambda scope: len(SCOPES[scope])))
