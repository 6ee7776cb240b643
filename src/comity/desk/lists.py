"""Page a list by its address, and hand it out as a table."""

import csv
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from django.http import HttpRequest, StreamingHttpResponse
from django.utils.http import content_disposition_header

_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")


def page_number(request: HttpRequest) -> int:
    """Return which page an address asks for; the first one where it asks for nothing sensible."""
    asked = request.GET.get("page", "1")
    return max(1, int(asked)) if asked.isascii() and asked.isdecimal() and len(asked) < 7 else 1


def query_of(request: HttpRequest) -> str:
    """Return what an address narrows a list to, without the page."""
    query = request.GET.copy()
    query.pop("page", None)
    return query.urlencode()


class _Line:
    """Be a file to `csv.writer` that hands each line on."""

    def write(self, text: str) -> str:
        return text


def table(name: str, headings: Sequence[str], rows: Iterable[Sequence[str]]) -> StreamingHttpResponse:
    """Return a CSV file that is written as its rows come."""
    response = StreamingHttpResponse(_lines(headings, rows), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=name) or ""
    return response


def _lines(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    writer = csv.writer(_Line())
    # A byte order mark, so that office programs read the letters right.
    yield "\ufeff" + str(writer.writerow(headings))
    for row in rows:
        yield str(writer.writerow([_cell(one) for one in row]))


def _cell(text: str) -> str:
    """Return a cell that no spreadsheet takes for a formula."""
    return "'" + text if text.startswith(_FORMULA) else text
