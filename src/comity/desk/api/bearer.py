"""Know who calls: the token in the ``Authorization`` header, its officer, and how often it has called."""

from dataclasses import dataclass

from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja.security import HttpBearer

from comity.channel.service import local_node
from comity.desk.api import tokens
from comity.desk.api.problems import CallError
from comity.desk.api.rates import Rates
from comity.desk.models import Officer
from comity.protocol.errors import ErrorKind

TOKEN_LENGTH = 200


@dataclass(frozen=True, slots=True)
class Caller:
    """Be whoever calls: the officer, narrowed to the scopes of the token, and the token's handle."""

    officer: Officer
    token: str


class Bearer(HttpBearer):
    """Take a bearer token (RFC 6750), from the header alone: what stands in an address ends in logs."""

    def __init__(self) -> None:
        """Begin to count calls."""
        super().__init__()
        self._rates = Rates()

    def authenticate(self, request: HttpRequest, token: str) -> Caller | None:
        """Return the caller; nothing for a token that does not count.  Raises `CallError` for too many calls."""
        node = local_node()
        found = tokens.bearer(node, token) if len(token) <= TOKEN_LENGTH else None
        if found is None:
            return None
        row, officer = found
        wait = self._rates.wait_s(row.handle, node.clock(), write=request.method not in ("GET", "HEAD"))
        if wait:
            raise CallError(
                ErrorKind.BUSY, 429, _("This token makes too many calls."), _("Wait, then call again."), wait
            )
        return Caller(officer, row.handle)
