"""Hold units, officers and their roles, failed attempts to sign in, and drafts.

Drafts are sealed: no column holds what an officer wrote.
"""

from collections.abc import Mapping
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.functional import cached_property

from comity.channel.service import local_node
from comity.desk.roles import TABLE, Permission, Role, allowed
from comity.desk.units import Units, below


class Unit(models.Model):
    """Know a unit of an authority; the authority itself is the unit without a parent."""

    uid = models.CharField(max_length=36, unique=True)
    authority = models.CharField(max_length=33)
    parent = models.ForeignKey("self", models.PROTECT, null=True, related_name="children")
    name = models.CharField(max_length=120)
    created_ms = models.BigIntegerField()
    closed_ms = models.BigIntegerField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["authority"], condition=Q(parent=None), name="desk_one_root"),
        ]


class Officer(models.Model):
    """Know an officer: who signs in, what the partner sees of them, and for whom they act."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, models.PROTECT, related_name="officer")
    pseudonym = models.CharField(max_length=64, unique=True)
    authority = models.CharField(max_length=33)
    display_name = models.CharField(max_length=120)
    created_ms = models.BigIntegerField()
    ended_ms = models.BigIntegerField(null=True)

    narrowed: frozenset[Permission] | None = None
    """What a token leaves of the officer's permissions, on this object alone; None: all of them."""

    @cached_property
    def _grants(self) -> list["Grant"]:
        return list(self.grants.select_related("unit").order_by("id"))

    @cached_property
    def _parents(self) -> Mapping[str, str]:
        rows = Unit.objects.using(self._state.db).values_list("uid", "parent__uid")
        return {uid: parent or "" for uid, parent in rows}

    def held(self) -> list["Grant"]:
        """Return the roles that count now, each with its unit; read once for as long as this object lives."""
        now = local_node().clock()
        return [one for one in self._grants if one.counts_at(now)]

    @property
    def roles(self) -> tuple[Role, ...]:
        """Return the roles that the officer holds in any unit."""
        return tuple(dict.fromkeys(Role(one.role) for one in self.held()))

    def may(self, permission: Permission) -> bool:
        """Say whether the table allows it to one of the officer's roles, in any unit."""
        return permission in allowed(self.roles) and self._left(permission)

    def grants_for(self, permission: Permission) -> list["Grant"]:
        """Return the roles by which the officer may do something now."""
        return [one for one in self.held() if permission in TABLE[Role(one.role)] and self._left(permission)]

    def _left(self, permission: Permission) -> bool:
        return self.narrowed is None or permission in self.narrowed

    def units(self, permission: Permission) -> Units:
        """Return the units in which one of the officer's roles allows ``permission``."""
        roots = [one.unit for one in self.grants_for(permission)]
        return Units(
            own=tuple(dict.fromkeys(one.uid for one in roots)),
            all=below((one.uid for one in roots), self._parents),
            whole=any(one.parent_id is None for one in roots),
        )


class SignedIn(models.Model):
    """Know one session of an officer, so that they can see and end it."""

    key = models.CharField(max_length=40, unique=True)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    since_ms = models.BigIntegerField()
    device = models.CharField(max_length=40, blank=True)


class Grant(models.Model):
    """Let an officer hold a role in a unit and all units below it, from one instant to another.

    A sensitive role counts only once a second person has confirmed it. Ending sets ``until_ms``; nothing is deleted.
    Empty ``granted_by``: by command, at the machine of the node.
    """

    officer = models.ForeignKey(Officer, models.PROTECT, related_name="grants")
    role = models.CharField(max_length=20, choices=[(role.value, role.value) for role in Role])
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="grants")
    since_ms = models.BigIntegerField()
    until_ms = models.BigIntegerField(null=True)
    granted_by = models.CharField(max_length=64, blank=True)
    granted_ms = models.BigIntegerField()
    confirmed_by = models.CharField(max_length=64, blank=True)
    confirmed_ms = models.BigIntegerField(null=True)
    ended_by = models.CharField(max_length=64, blank=True)

    def counts_at(self, now_ms: int) -> bool:
        """Say whether the role counts at an instant."""
        begun = self.confirmed_ms is not None and self.since_ms <= now_ms
        return begun and (self.until_ms is None or now_ms < self.until_ms)


class AccessLine(models.Model):
    """Hold one entry of the access log, as columns to search; the hashes are over all of them (`desk.accesslog`)."""

    index = models.BigIntegerField(primary_key=True)
    time_ms = models.BigIntegerField()
    officer = models.CharField(max_length=64)
    authority = models.CharField(max_length=33)
    what = models.CharField(max_length=10)
    purpose = models.CharField(max_length=40)
    reality = models.CharField(max_length=10)
    channel = models.CharField(max_length=36, blank=True)
    case = models.CharField(max_length=36, blank=True)
    records = models.TextField(blank=True)
    previous = models.BinaryField()
    leaf = models.BinaryField()

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["officer", "-time_ms"], name="desk_log_officer"),
            models.Index(fields=["case", "-time_ms"], name="desk_log_case"),
            models.Index(fields=["-time_ms"], name="desk_log_time"),
        ]


class AccessChain(models.Model):
    """Hold where the access log stands: one row, locked by whoever appends."""

    size = models.BigIntegerField()
    last = models.BinaryField()
    edge = models.BinaryField()


class AccessHead(models.Model):
    """Hold a signed head of the access log: of each day the last one."""

    day = models.IntegerField(primary_key=True)
    size = models.BigIntegerField()
    time_ms = models.BigIntegerField()
    note = models.BinaryField()


class Token(models.Model):
    """Let a program act as an officer within some scopes until it ends; of the secret only a digest is kept."""

    handle = models.CharField(max_length=16, unique=True)
    officer = models.ForeignKey(Officer, models.PROTECT, related_name="tokens")
    label = models.CharField(max_length=80)
    digest = models.BinaryField()
    scopes = models.CharField(max_length=400)
    made_ms = models.BigIntegerField()
    until_ms = models.BigIntegerField()
    used_ms = models.BigIntegerField(null=True)
    ended_ms = models.BigIntegerField(null=True)


class Replay(models.Model):
    """Keep the first answer to a write that named an idempotency key, sealed, for a day."""

    token = models.CharField(max_length=16)
    key = models.CharField(max_length=64)
    request = models.BinaryField()
    status = models.IntegerField(default=0)
    sealed = models.BinaryField(default=b"")
    made_ms = models.BigIntegerField()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["token", "key"], name="desk_one_replay")]
        indexes: ClassVar = [models.Index(fields=["made_ms"], name="desk_replays")]


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
