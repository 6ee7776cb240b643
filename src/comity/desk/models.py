"""Hold officers, their failed attempts to sign in, and drafts.

Drafts are sealed: no column holds what an officer wrote.
"""

from typing import ClassVar

from django.conf import settings
from django.db import models

from comity.desk.roles import Permission, Role, allowed


class Officer(models.Model):
    """Know an officer: who signs in, what the partner sees of them, and what they may do."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, models.PROTECT, related_name="officer")
    pseudonym = models.CharField(max_length=64, unique=True)
    authority = models.CharField(max_length=33)
    display_name = models.CharField(max_length=120)
    handles_cases = models.BooleanField(default=True)
    may_release = models.BooleanField(default=False)
    operator = models.BooleanField(default=False)
    created_ms = models.BigIntegerField()

    @property
    def roles(self) -> tuple[Role, ...]:
        """Return the roles that the officer holds."""
        held = (
            (Role.OFFICER, self.handles_cases),
            (Role.SUPERVISOR, self.may_release),
            (Role.OPERATOR, self.operator),
        )
        return tuple(role for role, holds in held if holds)

    def may(self, permission: Permission) -> bool:
        """Say whether the table allows it to one of the officer's roles."""
        return permission in allowed(self.roles)


class SignInTries(models.Model):
    """Count failed attempts to sign in, by a keyed bucket of the name: a bounded number of rows, whatever is tried."""

    bucket = models.IntegerField(primary_key=True)
    failures = models.IntegerField(default=0)
    blocked_until_ms = models.BigIntegerField(default=0)


class DraftState(models.TextChoices):
    """Say whether a draft is being written or waits for a second person."""

    WRITING = "writing"
    WAITING = "waiting"


class Draft(models.Model):
    """Keep what an officer is writing, sealed under the node's storage key; ``version`` grows with every change."""

    uid = models.CharField(max_length=36, unique=True)
    channel = models.CharField(max_length=36)
    area = models.CharField(max_length=20)
    type = models.CharField(max_length=60)
    case = models.CharField(max_length=36, blank=True)
    answers = models.CharField(max_length=36, blank=True)
    reality = models.CharField(max_length=10)
    owner = models.CharField(max_length=64)
    state = models.CharField(max_length=8, choices=DraftState.choices, default=DraftState.WRITING)
    version = models.IntegerField(default=1)
    sealed = models.BinaryField()
    created_ms = models.BigIntegerField()
    changed_ms = models.BigIntegerField()

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["owner", "-changed_ms"], name="desk_drafts"),
            models.Index(fields=["state", "changed_ms"], name="desk_waiting"),
        ]
