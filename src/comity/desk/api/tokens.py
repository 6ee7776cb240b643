"""Make, find and end the tokens by which programs act as an officer.

A token reads ``comity_HANDLE_SECRET``: the handle finds the row, the secret is compared with its digest.
"""

import hashlib
import hmac
import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from django.db import transaction
from django.utils.translation import gettext as _

from comity.channel.runtime import LocalNode
from comity.desk.api.scopes import SCOPES, Scope, permissions_of
from comity.desk.errors import NotAllowedError, OfficerError
from comity.desk.models import Officer, Token
from comity.protocol.names import UnixMs

DAY_MS: Final = 24 * 3600 * 1000
LONGEST_DAYS: Final = 366
"""A token outlives no yearly review."""
USUAL_DAYS: Final = 90
MOST: Final = 20
"""Tokens of one officer that count at a time: more cannot be told apart in a list."""
USED_EVERY_MS: Final = 60_000
"""How stale "last used" may be: a row is written once a minute, not at every call."""
LABEL: Final = 80
_SHAPE: Final = re.compile(r"comity_([0-9a-f]{16})_([A-Za-z0-9_-]{43})")


@dataclass(frozen=True, slots=True)
class Shown:
    """Show a token in a list, without what would let anybody use it."""

    handle: str
    label: str
    scopes: tuple[str, ...]
    made_ms: int
    until_ms: int
    used_ms: int | None
    ended_ms: int | None
    officer: str
    signs_in_as: str

    def counts_at(self, now_ms: int) -> bool:
        """Say whether a program can still use it."""
        return self.ended_ms is None and now_ms < self.until_ms


def make(node: LocalNode, officer: Officer, label: str, scopes: Sequence[Scope], days: int) -> tuple[Shown, str]:
    """Make a token for an officer; return what is shown of it and, this once, the token itself.

    Raises `NotAllowedError` where a scope reaches further than the officer's roles, and `OfficerError`.
    """
    chosen = tuple(dict.fromkeys(scopes))
    if not chosen or not label.strip() or not 1 <= days <= LONGEST_DAYS:
        raise OfficerError(
            _("A token needs a name, a scope, and an end within a year."), _("Fill in what is missing and try again.")
        )
    if any(not officer.may(permission) for scope in chosen for permission in SCOPES[scope]):
        raise NotAllowedError(_("A token reaches no further than the roles of its officer."), _("Choose fewer scopes."))
    now = node.clock()
    handle, secret = secrets.token_hex(8), secrets.token_urlsafe(32)
    with transaction.atomic():
        Officer.objects.select_for_update().get(pk=officer.pk)
        if officer.tokens.filter(ended_ms=None, until_ms__gt=now).count() >= MOST:
            raise OfficerError(_("There are too many tokens."), _("End one that is no longer used."))
        row = Token.objects.create(
            handle=handle,
            officer=officer,
            label=label.strip()[:LABEL],
            digest=_digest(handle, secret),
            scopes=" ".join(chosen),
            made_ms=now,
            until_ms=now + days * DAY_MS,
        )
    return _shown(row), f"comity_{handle}_{secret}"


def bearer(node: LocalNode, given: str) -> tuple[Token, Officer] | None:
    """Return the token that ``given`` is, and its officer narrowed to the token's scopes; nothing if it does not count.

    SECURITY: a token does what its officer may and its scopes name, never more. Holds because every check asks the
    officer object, which is narrowed here before anybody gets it. Breaks if a service loads the caller anew.

    SECURITY: secrets cannot be guessed or learnt from the database or from how long an answer takes. Holds because a
    secret has 256 bits, only its digest is kept, and digests are compared in constant time. Breaks if the row were
    found by the secret.
    """
    match = _SHAPE.fullmatch(given)
    if match is None:
        return None
    row = Token.objects.select_related("officer__user").filter(handle=match[1]).first()
    known = bytes(row.digest) if row is not None else bytes(32)
    same = hmac.compare_digest(known, _digest(match[1], match[2]))
    now = node.clock()
    if row is None or not same or row.ended_ms is not None or now >= row.until_ms:
        return None
    officer = row.officer
    if officer.ended_ms is not None or not officer.user.is_active:
        return None
    if row.used_ms is None or now - row.used_ms > USED_EVERY_MS:
        Token.objects.filter(pk=row.pk).update(used_ms=now)
    officer.narrowed = permissions_of(row.scopes.split())
    return row, officer


def of(officer: Officer) -> list[Shown]:
    """Return an officer's tokens, those that ended among them, the latest first."""
    rows = officer.tokens.select_related("officer__user").order_by("-made_ms", "-id")
    return [_shown(row) for row in rows[: MOST * 3]]


def all_of_node() -> list[Shown]:
    """Return every token of this node that was not ended, for whoever has the machine."""
    rows = Token.objects.select_related("officer__user").filter(ended_ms=None)
    return [_shown(row) for row in rows.order_by("officer_id", "-made_ms")]


def end(now_ms: UnixMs, handle: str, officer: Officer | None = None) -> bool:
    """End a token at once, of one officer or of whomever; return whether it still counted."""
    rows = Token.objects.filter(handle=handle, ended_ms=None, until_ms__gt=now_ms)
    return bool((rows if officer is None else rows.filter(officer=officer)).update(ended_ms=now_ms))


def end_all(now_ms: UnixMs, officer: Officer) -> None:
    """End every token of an officer who ends or begins again."""
    officer.tokens.filter(ended_ms=None).update(ended_ms=now_ms)


def _shown(row: Token) -> Shown:
    return Shown(
        handle=row.handle,
        label=row.label,
        scopes=tuple(row.scopes.split()),
        made_ms=row.made_ms,
        until_ms=row.until_ms,
        used_ms=row.used_ms,
        ended_ms=row.ended_ms,
        officer=row.officer.display_name,
        signs_in_as=row.officer.user.get_username(),
    )


def _digest(handle: str, secret: str) -> bytes:
    return hashlib.sha256(f"comity/v1/token\n{handle}\n{secret}".encode()).digest()
