"""Say what a vector is: a name, a reason, an input, and what must come of it."""

import base64
from collections.abc import Mapping
from typing import Any

Case = dict[str, Any]


def b64(data: bytes) -> str:
    """Return bytes as they stand in a vector."""
    return base64.b64encode(data).decode()


def good(name: str, why: str, result: Mapping[str, Any] | None = None, /, **inputs: Any) -> Case:  # noqa: ANN401  # a vector holds any JSON
    """Return a case that must be accepted, with what must come out."""
    return {"name": name, "why": why, "expect": "ok", "result": dict(result or {}), **inputs}


def bad(name: str, why: str, expect: str = "malformed", /, **inputs: Any) -> Case:  # noqa: ANN401  # a vector holds any JSON
    """Return a case that must be refused with the error ``expect`` (``spec/errors.md``)."""
    return {"name": name, "why": why, "expect": expect, **inputs}
