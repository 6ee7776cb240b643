"""Give every template what belongs to the browser, not to the officer: appearance and writing direction."""

from typing import Any

from django.http import HttpRequest

from comity.desk.frame import theme


def appearance(request: HttpRequest) -> dict[str, Any]:
    """Return the chosen appearance."""
    return {"theme": theme(request)}
