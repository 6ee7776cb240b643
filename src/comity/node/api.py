"""Put the REST interface together: each area brings its endpoints, as it brings its pages."""

from typing import Any, Final

import structlog
from django.core.exceptions import BadRequest, PermissionDenied, RequestDataTooBig
from django.http import Http404, HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError

import comity
from comity.cases.api import api as cases
from comity.cases.api_drafts import api as drafts
from comity.desk.api import problems
from comity.desk.api.agreements import api as agreements
from comity.desk.api.bearer import Bearer
from comity.desk.api.router import ApiRouter
from comity.plan.api import api as plan
from comity.plan.api_meetings import api as meetings
from comity.plan.api_papers import api as papers
from comity.protocol.errors import ComityError, ErrorKind
from comity.screening.api import api as checks
from comity.screening.api_hits import api as hits
from comity.screening.api_lists import api as screening_lists

AREAS: Final[tuple[ApiRouter, ...]] = (agreements, cases, drafts, meetings, papers, plan, checks, hits, screening_lists)
"""What the interface is made of.  A new area is one line here."""
_PROBLEM: Final = {
    "type": "object",
    "description": "A problem document, RFC 9457.",
    "required": ["type", "title", "status", "detail", "remedy"],
    "properties": {
        "type": {"type": "string", "format": "uri"},
        "title": {"type": "string", "enum": [kind.value for kind in ErrorKind]},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "remedy": {"type": "string"},
        "suggested": {"type": "string", "description": "A purpose that fits, where one is missing."},
        "findings": {"type": "array", "items": {"type": "object"}},
        "errors": {"type": "array", "items": {"type": "object"}},
    },
}
_log = structlog.get_logger("comity.api")


def build() -> NinjaAPI:
    """Return the interface, without a page of documentation: that would need scripts from elsewhere."""
    api = NinjaAPI(
        title="Comity",
        version=comity.__version__,
        description="What officers do on screen, for programs. See docs/api.md.",
        openapi_url="/openapi.json",
        docs_url=None,
        urls_namespace="api",
        auth=Bearer(),
        openapi_extra={"components": {"schemas": {"Problem": _PROBLEM}}},
    )
    for area in AREAS:
        api.add_router("", area.router)
    handlers: dict[type[Exception], Any] = {
        ComityError: problems.of_error,
        AuthenticationError: lambda _error: problems.not_signed_in(),
        PermissionDenied: lambda _error: problems.not_allowed(),
        Http404: lambda _error: problems.not_found(),
        ValidationError: lambda error: problems.malformed(error.errors),
        HttpError: lambda _error: problems.malformed(()),
        RequestDataTooBig: lambda _error: problems.too_large(),
        BadRequest: lambda _error: problems.malformed(()),
    }
    for kind, make in handlers.items():
        api.add_exception_handler(kind, _handler(make))
    api.add_exception_handler(Exception, _failed)
    return api


def _handler(make: Any) -> Any:  # noqa: ANN401  # the framework's handlers take their own type of error
    def handle(_request: HttpRequest, error: Any) -> HttpResponse:  # noqa: ANN401  # the framework's interface
        return problems.respond(make(error))

    return handle


def _failed(_request: HttpRequest, error: Any) -> HttpResponse:  # noqa: ANN401  # the framework's interface
    _log.error("call-failed", exc_info=error)
    return problems.respond(problems.failed())
