"""Sessions end: when nobody uses them, and at the end of a shift."""

import time
from collections.abc import Callable

import pytest
from django.conf import settings
from django.contrib.sessions.backends.db import SessionStore
from django.http import HttpRequest, HttpResponse

from comity.node import middleware

pytestmark = pytest.mark.django_db
Visit = Callable[[int], SessionStore]


@pytest.fixture
def visit(monkeypatch: pytest.MonkeyPatch) -> Visit:
    """Give a function that uses a signed-in session once, at a time in seconds."""
    session = SessionStore()
    session["officer"] = "somebody"
    session.create()

    def use(at: int) -> SessionStore:
        monkeypatch.setattr(time, "time", lambda: 1_000_000 + at)
        request = HttpRequest()
        request.session = SessionStore(session.session_key)
        middleware.session_limits(lambda _: HttpResponse())(request)
        if request.session.modified and not request.session.is_empty():
            request.session.save()
        return request.session

    return use


def test_session_in_use_goes_on(visit: Visit) -> None:
    for at in range(0, 3600, 600):
        assert visit(at)["officer"] == "somebody"


def test_session_without_use_for_half_an_hour_ends(visit: Visit) -> None:
    visit(0)
    assert visit(middleware.IDLE_SECONDS + 1).is_empty()


def test_session_ends_with_the_shift_even_if_it_is_used(visit: Visit) -> None:
    end = settings.SESSION_COOKIE_AGE
    for at in range(0, end, 600):
        visit(at)
    assert visit(end + 1).is_empty()


def test_session_is_written_once_a_minute_and_not_at_every_request(visit: Visit) -> None:
    visit(0)
    assert not visit(30).modified
    assert visit(90).modified
