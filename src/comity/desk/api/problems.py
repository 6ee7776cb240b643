"""Say every refusal of the interface as a problem document (RFC 9457), in the one vocabulary of errors."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt

from comity.channel.views import PROBLEM_TYPE, STATUS
from comity.desk import words
from comity.desk.errors import ChangedError, PurposeNeededError
from comity.protocol.errors import ComityError, ErrorKind

PROBLEM_STATUSES: Final = (400, 401, 403, 404, 409, 412, 413, 428, 429, 503, 507)
"""What a call may be refused with, for the description of the interface."""


@dataclass(frozen=True, slots=True)
class Problem:
    """Be one problem: its kind from the one vocabulary, the status, what happened and what to do."""

    kind: ErrorKind
    status: int
    detail: str
    remedy: str
    more: Mapping[str, Any] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)


class CallError(ComityError):
    """Say what is wrong with a call itself, with a status of its own where the kind's does not say enough."""

    def __init__(self, kind: ErrorKind, status: int, sentence: str, remedy: str, wait_s: int = 0) -> None:
        """Keep the status, and after how many seconds the call may come again."""
        super().__init__(sentence, remedy)
        self.kind, self.status, self.wait_s = kind, status, wait_s


def of_error(error: ComityError) -> Problem:
    """Return a documented error as a problem, in the language of the call; findings of an agreement one by one."""
    # What is no longer as the caller read it is a failed precondition (RFC 9110, 13.1.1).
    changed = 412 if isinstance(error, ChangedError) else STATUS[error.kind]
    status = error.status if isinstance(error, CallError) else changed
    wait = error.wait_s if isinstance(error, CallError) else 1 if status == 503 else 0
    headers = {"Retry-After": str(wait)} if wait else {}
    if isinstance(error, PurposeNeededError):
        remedy = _("Name one of the agreement's purposes in the header Comity-Purpose.")
        return Problem(error.kind, status, _(error.sentence), remedy, {"suggested": error.suggested})
    refusal = getattr(error, "refusal", None)
    if refusal is None:
        return Problem(error.kind, status, _(error.sentence), _(error.remedy), headers=headers)
    said = [words.say(one, None) for one in refusal.findings]
    findings = [
        {"reason": one.reason, "clause": one.clause, "detail": one.sentence, "remedy": one.remedy} for one in said
    ]
    more = {"findings": findings}
    return Problem(error.kind, status, said[0].sentence, said[0].remedy, more, headers)


def not_signed_in() -> Problem:
    """Say that a call brought no token that counts: unknown, ended and expired ones look alike."""
    return Problem(
        ErrorKind.NOT_PERMITTED, 401, _("No token that counts came with the call."),
        _("Send one in the header Authorization: Bearer; an officer makes one on the page Tokens."),
        headers={"WWW-Authenticate": 'Bearer realm="comity"'},
    )  # fmt: skip


def not_allowed() -> Problem:
    """Say that the token's scopes, or its officer's roles, do not allow it."""
    return Problem(
        ErrorKind.NOT_PERMITTED, 403, _("The scopes of the token or the roles of its officer do not allow this."),
        _("Make a token with the scope that the description of the call names."),
    )  # fmt: skip


def not_found() -> Problem:
    """Say that there is no such thing, or none that this officer may see: the two look alike."""
    return Problem(ErrorKind.WRONG_ADDRESS, 404, _("There is nothing here."), _("Look at the address again."))


def malformed(errors: Sequence[Mapping[str, Any]]) -> Problem:
    """Say where a call is not as its description says; what was sent is never repeated."""
    found = [{"where": ".".join(str(part) for part in one["loc"]), "what": str(one["type"])} for one in errors[:20]]
    return Problem(
        ErrorKind.MALFORMED, 400, _("The call is not as its description says."),
        _("Compare it with the description of the interface, /api/v1/openapi.json."), {"errors": found},
    )  # fmt: skip


def too_large() -> Problem:
    """Say that a call which is kept whole in memory, as one under an idempotency key is, is larger than that may be."""
    return Problem(
        ErrorKind.TOO_LARGE, 413, _("The call is larger than 2 MB."),
        _("Send less at once; a large file goes without an idempotency key."),
    )  # fmt: skip


def failed() -> Problem:
    """Say that something failed here, without what; the log has the place."""
    return Problem(ErrorKind.BUSY, 500, _("Something failed on this node."), _("Tell the operator the time."))


def respond(problem: Problem) -> HttpResponse:
    """Return the problem document."""
    document = {
        "type": f"urn:comity:error:{problem.kind}",
        "title": problem.kind.value,
        "status": problem.status,
        "detail": problem.detail,
        "remedy": problem.remedy,
        **problem.more,
    }
    body = json.dumps(document, ensure_ascii=False)
    return HttpResponse(body, content_type=PROBLEM_TYPE, status=problem.status, headers=dict(problem.headers))


@csrf_exempt
def nothing_here(request: HttpRequest, rest: str = "") -> HttpResponse:  # noqa: ARG001  # Django's interface of a view
    """Answer addresses of the interface that do not exist.

    SECURITY: exempt from the CSRF check without harm. Holds because it reads nothing and changes nothing.
    """
    return respond(not_found())
