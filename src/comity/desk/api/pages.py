"""Page lists by a cursor: where the last page ended, so that nothing is skipped or shown twice while data arrives."""

import base64
import binascii
from typing import Annotated, Final, Generic, TypeVar

from django.utils.translation import gettext as _
from ninja.params.functions import Query
from pydantic import BaseModel, ConfigDict, Field

from comity.desk.api.problems import CallError
from comity.protocol.errors import ErrorKind

LIMIT: Final = 100
USUAL: Final = 40

Cursor = Annotated[str, Query("", max_length=120, description="`next` of the page before; empty: the first page.")]
Size = Annotated[int, Query(USUAL, ge=1, le=LIMIT, description="How many to return at most.")]
One = TypeVar("One")


class Given(BaseModel):
    """Be the base of what a call brings: frozen, and without fields that nobody reads."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Shown(BaseModel):
    """Be the base of what a call returns."""

    model_config = ConfigDict(frozen=True)


class Page(Shown, Generic[One]):
    """Hold one page of a list."""

    items: list[One]
    next: Annotated[str | None, Field(description="The cursor of the page after this one; null: this is the last.")]


def write_cursor(*place: int) -> str:
    """Return the cursor for a place in an order: the numbers of the last row shown."""
    return base64.urlsafe_b64encode("-".join(str(one) for one in place).encode()).decode().rstrip("=")


def read_cursor(cursor: str, numbers: int) -> tuple[int, ...] | None:
    """Return the place that `write_cursor` was given, nothing for an empty cursor.  Raises `CallError`."""
    if not cursor:
        return None
    try:
        text = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True).decode("ascii")
    except (binascii.Error, ValueError):
        text = ""
    parts = text.split("-")
    if len(parts) != numbers or not all(part.isdecimal() and len(part) < 19 for part in parts):
        raise CallError(
            ErrorKind.MALFORMED, 400, _("The cursor is not one of this list."), _("Begin again without one.")
        )
    return tuple(int(part) for part in parts)
