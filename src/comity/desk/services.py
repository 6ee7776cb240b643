"""Do what the desk can do: add officers, count failed attempts, deal with alarms.  The only way to write."""

import hmac
import secrets
import string
from collections.abc import Sequence
from typing import Final

from django.conf import settings
from django.contrib.auth.models import User
from django.contrib.auth.password_validation import validate_password
from django.contrib.auth.tokens import default_token_generator
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode

from comity.channel import alarms
from comity.channel.runtime import LocalNode
from comity.channel.service import local_node
from comity.desk import factors
from comity.desk.errors import NotAllowedError, OfficerError
from comity.desk.models import Grant, Officer, SignInTries, Unit
from comity.desk.roles import Permission, Role
from comity.desk.session_keys import end_sessions

PSEUDONYM_LENGTH: Final = 20
FREE_TRIES: Final = 5
"""Wrong passwords before the first pause; people mistype, programs do not stop at five."""
FIRST_PAUSE_MS: Final = 60_000
LONGEST_PAUSE_MS: Final = 15 * 60_000
BUCKETS: Final = 1 << 16
"""How many rows the count of failures can have at most."""

_ALPHABET: Final = string.ascii_lowercase + string.digits


def add_officer(
    node: LocalNode,
    name: str,
    display_name: str,
    authority: str,
    password: str | None = None,
    *,
    roles: Sequence[Role] = (Role.OFFICER,),
    check_password: bool = True,
) -> Officer:
    """Add an officer of one of the node's authorities, as whoever has the machine may, with roles that count at once.

    Without a password they need `invitation` to set one.  ``check_password`` is for examples that exist only in a
    demonstration.  Raises `OfficerError`.
    """
    if authority not in node.keys.public.identity.authorities:
        known = ", ".join(node.keys.public.identity.authorities)
        raise OfficerError(f"{authority} does not act through this node.", f"Choose one of: {known}.")
    user = _new_user(name, password, check_password=check_password)
    now = node.clock()
    with transaction.atomic():
        user.save()
        officer = Officer.objects.create(
            user=user, pseudonym=new_pseudonym(), authority=authority, display_name=display_name, created_ms=now
        )
        root = root_unit(node, authority)
        Grant.objects.bulk_create(
            Grant(officer=officer, role=role, unit=root, since_ms=now, granted_ms=now, confirmed_ms=now)
            for role in dict.fromkeys(roles)
        )
    return officer


def root_unit(node: LocalNode, authority: str) -> Unit:
    """Return the unit that is the authority itself."""
    made = {"uid": node.new_id(), "name": authority, "created_ms": node.clock()}
    return Unit.objects.get_or_create(authority=authority, parent=None, defaults=made)[0]


def _new_user(name: str, password: str | None, *, check_password: bool) -> User:
    """Return whoever signs in, not yet stored.  Raises `OfficerError`."""
    if User.objects.filter(username=name).exists():
        raise OfficerError("There is an officer of that name already.", "Choose another name to sign in with.")
    user = User(username=name)
    try:
        user.clean_fields(exclude=["password"])
        if password is not None and check_password:
            validate_password(password, user)
    except ValidationError as error:
        raise OfficerError(" ".join(error.messages)) from None
    user.set_password(password)
    return user


def new_pseudonym() -> str:
    """Return what a partner will see instead of a name; about a hundred bits, so that nobody meets it twice."""
    return "".join(secrets.choice(_ALPHABET) for _ in range(PSEUDONYM_LENGTH))


def invitation(officer: Officer) -> str:
    """Return the path under which the officer sets a password, once, within three days."""
    user = urlsafe_base64_encode(force_bytes(officer.user_id))
    return f"/welcome/{user}/{default_token_generator.make_token(officer.user)}/"


def invite_again(name: str) -> str:
    """Let an officer begin again by word of whoever has the machine; return the path of the invitation.

    Password, keys, sessions and tokens no longer count; roles stay.  Raises `OfficerError`.
    """
    officer = Officer.objects.filter(user__username=name, ended_ms=None).select_related("user").first()
    if officer is None:
        raise OfficerError(f"There is no officer {name} on this node.", "Look at the name again.")
    with transaction.atomic():
        factors.remove_all(officer.user)
        officer.user.set_unusable_password()
        officer.user.save()
        end_sessions(officer.user)
        officer.tokens.filter(ended_ms=None).update(ended_ms=local_node().clock())
    return invitation(officer)


def blocked_until(name: str, now_ms: int) -> int | None:
    """Return until when a name may not try to sign in, if it may not now."""
    row = SignInTries.objects.filter(bucket=_bucket(name)).first()
    return row.blocked_until_ms if row is not None and row.blocked_until_ms > now_ms else None


def count_try(name: str, now_ms: int) -> None:
    """Count an attempt as failed before the password is looked at, so that attempts side by side all count.

    SECURITY: guessing is slow. Holds because from the sixth failure on each one doubles a pause in which no password is
    looked at, for names that exist and names that do not. Breaks if a password is checked without this count.
    """
    bucket = _bucket(name)
    with transaction.atomic():
        SignInTries.objects.get_or_create(bucket=bucket)
        SignInTries.objects.filter(bucket=bucket).update(failures=F("failures") + 1)
        failures = SignInTries.objects.get(bucket=bucket).failures
        if failures > FREE_TRIES:
            pause = min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS << min(failures - FREE_TRIES - 1, 10))
            SignInTries.objects.filter(bucket=bucket).update(blocked_until_ms=now_ms + pause)


def forget_tries(name: str) -> None:
    """Forget failures: the right password was given."""
    SignInTries.objects.filter(bucket=_bucket(name)).delete()


def _bucket(name: str) -> int:
    digest = hmac.digest(force_bytes(settings.SECRET_KEY), b"comity/v1/sign-in\n" + name.casefold().encode(), "sha256")
    return int.from_bytes(digest[:4]) % BUCKETS


def require(officer: Officer, permission: Permission) -> None:
    """Raise `NotAllowedError` unless the table allows it to the officer."""
    if not officer.may(permission):
        raise NotAllowedError("Your role does not allow this.")


def deal_with_alarm(node: LocalNode, officer: Officer, alarm_id: int, note: str) -> bool:
    """Close an alarm with a note; return whether it was open.  Raises `NotAllowedError` or `OfficerError`."""
    require(officer, Permission.HANDLE_ALARMS)
    if not note.strip():
        raise OfficerError("Say what you found and did.", "Write a note of a sentence or two.")
    return alarms.handle_alarm(node, alarm_id, officer.pseudonym, note.strip()[:500])
