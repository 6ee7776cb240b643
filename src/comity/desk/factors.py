"""Keep what officers sign in with beside their password: passkeys, one-time codes, recovery codes.

The ceremonies are django-allauth's (`allauth.mfa`), which has them from fido2; this is the one module that knows its
insides.  Its own views, mails and counts of failures are not used: `desk.services.count_try` counts every attempt.
"""

import base64
import json
from dataclasses import dataclass
from typing import Any, Final

from allauth.core.internal.cryptokit import compare_user_code
from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal import auth as totp
from allauth.mfa.utils import decrypt
from allauth.mfa.webauthn.internal import auth as webauthn
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest

KIND: Final = Authenticator.Type
CREDENTIAL_LIMIT: Final = 64 * 1024
NAME_LENGTH: Final = 60


class FactorError(Exception):
    """Say that a code or a passkey was not accepted."""


@dataclass(frozen=True, slots=True)
class Factor:
    """Show a passkey, or the application that makes one-time codes."""

    id: int
    kind: str
    name: str
    added_ms: int
    used_ms: int | None


def factors(user: User) -> list[Factor]:
    """Return an officer's passkeys and their application for codes, the oldest first."""
    rows = Authenticator.objects.filter(user=user).exclude(type=KIND.RECOVERY_CODES).order_by("id")
    return [
        Factor(
            id=one.pk,
            kind=one.type,
            name=one.wrap().name if one.type == KIND.WEBAUTHN else "",
            added_ms=int(one.created_at.timestamp() * 1000),
            used_ms=int(one.last_used_at.timestamp() * 1000) if one.last_used_at else None,
        )
        for one in rows
    ]


def has_factor(user: User) -> bool:
    """Say whether an officer has a passkey or makes one-time codes."""
    return bool(Authenticator.objects.filter(user=user).exclude(type=KIND.RECOVERY_CODES).exists())


def new_secret() -> str:
    """Return a fresh secret for one-time codes, as people type it."""
    return str(totp.generate_totp_secret())


def picture(user: User, secret: str) -> str:
    """Return the secret as a picture for an application to read: a data address of an SVG."""
    adapter = get_adapter()
    drawn = adapter.build_totp_svg(adapter.build_totp_url(user, secret))
    return "data:image/svg+xml;base64," + base64.b64encode(drawn.encode()).decode()


def set_up_codes(user: User, secret: str, code: str) -> None:
    """Let an officer sign in with one-time codes, once they show that they can make them.  Raises `FactorError`."""
    if not totp.validate_totp_code(secret, code):
        raise FactorError
    with transaction.atomic():
        Authenticator.objects.filter(user=user, type=KIND.TOTP).delete()
        totp.TOTP.activate(user, secret)


def check_code(user: User, code: str) -> None:
    """Accept a one-time code or a recovery code, each once.  Raises `FactorError`.

    SECURITY: a code that somebody saw is worth nothing. Holds because the row is locked and the counter of the code
    must be above the last one accepted. Breaks if a code is compared anywhere else.
    """
    with transaction.atomic():
        for one in Authenticator.objects.select_for_update().filter(user=user).exclude(type=KIND.WEBAUTHN):
            accepted = _fresh(one, code) if one.type == KIND.TOTP else RecoveryCodes(one).validate_code(code)
            if accepted:
                Authenticator.objects.get(pk=one.pk).record_usage()
                return
    raise FactorError


def _fresh(row: Authenticator, code: str) -> bool:
    secret = decrypt(row.data["secret"])
    for counter in totp.yield_hotp_counters_from_time():
        value = totp.format_hotp_value(totp.hotp_value(secret, counter))
        if counter > row.data.get("counter", 0) and compare_user_code(actual=code, expected=value):
            row.data["counter"] = counter
            row.save(update_fields=["data"])
            return True
    return False


def options_to_add(user: User) -> dict[str, Any]:
    """Return what the browser needs to make a passkey; the session remembers the challenge."""
    return dict(webauthn.begin_registration(user, passwordless=True))


def add_passkey(user: User, name: str, credential: str) -> None:
    """Keep a passkey that the officer's device has made.  Raises `FactorError`."""
    found = _read(credential)
    try:
        webauthn.parse_registration_response(found)
        binding = webauthn.complete_registration(found)
    except (ValidationError, ValueError, KeyError, TypeError):
        raise FactorError from None
    if not binding.is_user_verified():
        raise FactorError
    webauthn.WebAuthn.add(user, name.strip()[:NAME_LENGTH] or "Passkey", found)


def options_to_ask(user: User | None) -> dict[str, Any]:
    """Return what the browser needs to show a passkey: one of ``user``, or whichever the device has for this node."""
    return dict(webauthn.begin_authentication(user))


def check_passkey(user: User | None, credential: str) -> User:
    """Return whose passkey answered the challenge in the session.  Raises `FactorError`."""
    found = _read(credential)
    try:
        webauthn.parse_authentication_response(found)
        whose = user or webauthn.extract_user_from_response(found)
        row = webauthn.complete_authentication(whose, found)
    except (ValidationError, ValueError, KeyError, TypeError):
        raise FactorError from None
    if not whose.is_active:
        raise FactorError
    row.record_usage()
    return User.objects.get(pk=whose.pk)


def take_challenge(request: HttpRequest) -> Any:  # noqa: ANN401  # what fido2 wants to see again
    """Take the challenge out of the session, for whoever has no session yet and keeps it elsewhere."""
    return request.session.pop(webauthn.STATE_SESSION_KEY, None)


def put_challenge(request: HttpRequest, state: Any) -> None:  # noqa: ANN401  # what fido2 wants to see again
    """Put a challenge back where `check_passkey` looks for it."""
    request.session[webauthn.STATE_SESSION_KEY] = state


def new_recovery_codes(user: User) -> list[str]:
    """Return fresh recovery codes; those of before no longer count."""
    with transaction.atomic():
        Authenticator.objects.filter(user=user, type=KIND.RECOVERY_CODES).delete()
        return list(RecoveryCodes.activate(user).generate_codes())


def codes_left(user: User) -> int:
    """Return how many recovery codes are left."""
    row = Authenticator.objects.filter(user=user, type=KIND.RECOVERY_CODES).first()
    return len(RecoveryCodes(row).get_unused_codes()) if row else 0


def remove(user: User, factor: int) -> None:
    """Let a passkey, or the application for codes, no longer count; recovery codes go with the last one."""
    with transaction.atomic():
        Authenticator.objects.filter(user=user, pk=factor).exclude(type=KIND.RECOVERY_CODES).delete()
        if not has_factor(user):
            Authenticator.objects.filter(user=user).delete()


def remove_all(user: User) -> None:
    """Let nothing but the password count, for an officer who lost everything else."""
    Authenticator.objects.filter(user=user).delete()


def _read(credential: str) -> dict[str, Any]:
    if len(credential) > CREDENTIAL_LIMIT:
        raise FactorError
    try:
        found = json.loads(credential)
    except ValueError:
        raise FactorError from None
    if not isinstance(found, dict):
        raise FactorError
    return found
