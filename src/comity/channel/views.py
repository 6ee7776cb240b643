"""Answer partners over HTTPS: one address, one method; whatever goes wrong is said as a problem document (RFC 9457)."""

from typing import Final

import structlog
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from comity.channel.exchange import receive
from comity.channel.peers import UnknownPeerError
from comity.channel.runtime import LocalNode
from comity.channel.service import local_node
from comity.protocol.canonical import encode
from comity.protocol.errors import ComityError, ErrorKind, TooLargeError
from comity.protocol.message import MESSAGE_LIMIT

CONTENT_TYPE: Final = "application/comity-message"
PROBLEM_TYPE: Final = "application/problem+json"

STATUS: Final = {
    ErrorKind.MALFORMED: 400,
    ErrorKind.TOO_LARGE: 413,
    ErrorKind.BAD_SIGNATURE: 400,
    ErrorKind.BAD_PROOF: 400,
    ErrorKind.CANNOT_OPEN: 403,
    ErrorKind.WRONG_COMMITMENT: 400,
    ErrorKind.WRONG_ADDRESS: 421,
    ErrorKind.UNKNOWN_TYPE: 400,
    ErrorKind.UNKNOWN_PEER: 403,
    ErrorKind.NOT_PERMITTED: 403,
    ErrorKind.WRONG_STATE: 409,
    ErrorKind.BUSY: 503,
    ErrorKind.QUOTA_EXCEEDED: 507,
}
"""The HTTP status of every kind of error (``spec/errors.md``)."""

_STRANGER: Final = UnknownPeerError("The sender is not a partner of this node, or the message is not from it.")

_log = structlog.get_logger("comity.channel")


@csrf_exempt
@require_POST
def exchange(request: HttpRequest) -> HttpResponse:
    """Take in one message of a partner and answer it.

    SECURITY: exempt from the CSRF check without harm. Holds because the message authenticates itself by the pair's
    transport key and no cookie is read here. Breaks if this view ever looks at a session.
    """
    try:
        return HttpResponse(receive(_node(), _body(request)), content_type=CONTENT_TYPE)
    except ComityError as error:
        return problem(error)


def problem(error: ComityError) -> HttpResponse:
    """Return a documented error as a problem document, and log its kind.

    SECURITY: a stranger does not learn with whom this node is paired. Holds because a sender that is not known and a
    message that does not open are answered with the same words. Breaks if either gets a word of its own.
    """
    status = STATUS[error.kind]
    _log.info("message-refused", kind=error.kind.value, status=status)
    if error.kind in (ErrorKind.UNKNOWN_PEER, ErrorKind.CANNOT_OPEN):
        error = _STRANGER
    document = {
        "type": f"urn:comity:error:{error.kind}",
        "title": error.kind.value,
        "status": status,
        "detail": error.sentence,
        "remedy": error.remedy,
    }
    response = HttpResponse(encode(document), content_type=PROBLEM_TYPE, status=status)
    if status == 503:
        response["Retry-After"] = "1"
    return response


def _node() -> LocalNode:
    return local_node()


def _body(request: HttpRequest) -> bytes:
    """Return the body, never more than a message may have.  Raises `TooLargeError`."""
    length = request.headers.get("Content-Length", "")
    if not length.isdecimal() or not length.isascii() or len(length) > 12 or int(length) > MESSAGE_LIMIT + 256:
        raise TooLargeError("A message needs a Content-Length within the limit.", "Send smaller batches.")
    return request.read(int(length))
