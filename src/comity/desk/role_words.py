"""Say what roles are called."""

from collections.abc import Mapping
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from comity.desk.roles import Role

ROLES: Final[Mapping[Role, Promise]] = {
    Role.OFFICER: _("Officer"),
    Role.SUPERVISOR: _("Releasing supervisor"),
    Role.ANALYST: _("Analyst"),
    Role.SECRETARY: _("Working-group secretary"),
    Role.EXERCISE_DIRECTOR: _("Exercise director"),
    Role.COMMANDER: _("Commander"),
    Role.DATA_PROTECTION: _("Data-protection officer"),
    Role.AUDITOR: _("Auditor"),
    Role.OPERATOR: _("Operator"),
}


def role_title(role: str) -> str:
    """Return what a role is called in the officer's language."""
    return str(ROLES[Role(role)])
