"""Send the headers that keep a page to itself, and end sessions that are idle or too old."""

import time
from collections.abc import Callable
from typing import Final

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase

GetResponse = Callable[[HttpRequest], HttpResponseBase]

CONTENT_SECURITY_POLICY: Final = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "font-src 'self'",
        "connect-src 'self'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)
PERMISSIONS_POLICY: Final = "camera=(), geolocation=(), microphone=(), payment=(), usb=()"
IDLE_SECONDS: Final = 30 * 60
TOUCH_SECONDS: Final = 60
"""How stale "last seen" may be: a session is written once a minute, not at every request."""

_STARTED: Final = "started"
_SEEN: Final = "seen"


def addresses(get_response: GetResponse) -> GetResponse:
    """Make the middleware that knows where programs call.

    What describes and checks their calls takes some 15 MB; it is loaded by the first call, not by every node.
    """

    def middleware(request: HttpRequest) -> HttpResponseBase:
        if request.path_info.startswith("/api/v1/"):
            request.urlconf = "comity.node.api_urls"  # as the framework lets a middleware choose
        return get_response(request)

    return middleware


def security_headers(get_response: GetResponse) -> GetResponse:
    """Make the middleware that forbids foreign, inline and evaluated content, and caches of pages."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        response = get_response(request)
        # SECURITY: no page runs or loads anything but the node's own files. Holds because every response passes here
        # and the policy has no exceptions. Breaks if a view could set a policy of its own, so what it set is replaced.
        # What is handed out as a file is put into a sandbox as well, should a browser show it after all.
        file = response.headers.get("Content-Disposition", "").startswith("attachment")
        response.headers["Content-Security-Policy"] = CONTENT_SECURITY_POLICY + ("; sandbox" if file else "")
        response.headers["Permissions-Policy"] = PERMISSIONS_POLICY
        response.headers["X-Frame-Options"] = "DENY"
        response.headers.setdefault("Cache-Control", "private, no-store")
        return response

    return middleware


def session_limits(get_response: GetResponse) -> GetResponse:
    """Make the middleware that ends a session after half an hour without use, and at the end of a shift."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        session = request.session
        # Anonymous visitors have no session; reading an empty one costs no query.
        if session.session_key and not session.is_empty():
            now = int(time.time())
            started, seen = session.setdefault(_STARTED, now), session.get(_SEEN, now)
            if now - seen > IDLE_SECONDS or now - started > settings.SESSION_COOKIE_AGE:
                session.flush()
            elif now - session.get(_SEEN, 0) > TOUCH_SECONDS:
                session[_SEEN] = now
        return get_response(request)

    return middleware
