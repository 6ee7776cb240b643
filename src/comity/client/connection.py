"""Speak to a node: one token, one agreement, one reality; errors as the node gives them, with clause and remedy.

What is safe to repeat is repeated when an answer is lost: reads, and writes under an idempotency key.
"""

import secrets
import ssl
import time
from collections.abc import Iterable, Iterator, Mapping
from types import TracebackType
from typing import Any, Final, Self, TypeVar
from urllib.parse import quote

import httpx
import msgspec

from comity.client.shapes import Finding, Problem

TRIES: Final = 4
PAUSE_S: Final = 0.5
LONGEST_PAUSE_S: Final = 60.0
_AGAIN: Final = (429, 502, 503, 504)
Shape = TypeVar("Shape")


class CallFailedError(Exception):
    """Say that the node refused a call, or did not answer.

    ``status`` is that of HTTP, 0 without an answer; ``findings`` hold what the agreement has against it.
    """

    def __init__(self, status: int, problem: Problem) -> None:
        """Hold what the node said."""
        self.status = status
        self.detail = problem.detail or problem.title or f"The node answered {status}."
        self.remedy, self.suggested = problem.remedy, problem.suggested
        self.findings: tuple[Finding, ...] = problem.findings
        said = [self.detail, *(f"Clause {one.clause}: {one.detail}" for one in self.findings if one.clause)]
        super().__init__(" ".join([*said, self.remedy]).strip())


class Connection:
    """Hold the connection to a node; use it in a ``with`` block, or `close` it."""

    def __init__(
        self, address: str, token: str, *, ca: str = "", language: str = "en", timeout_s: float = 30.0
    ) -> None:
        """Prepare to call the node at ``address`` (https://...); ``ca`` is a file with its certificate authority."""
        if not address.startswith("https://"):
            raise ValueError("The address of a node begins with https://.")
        self._http = httpx.Client(
            base_url=address.rstrip("/") + "/api/v1/",
            headers={"Authorization": f"Bearer {token}", "Accept-Language": language},
            verify=ssl.create_default_context(cafile=ca or None),
            timeout=timeout_s,
            follow_redirects=False,
        )

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close it."""
        self.close()

    def close(self) -> None:
        """Let go of the connection."""
        self._http.close()

    def get(self, path: str, shape: type[Shape], *, purpose: str = "", query: Mapping[str, str] | None = None) -> Shape:
        """Read.  Raises `CallFailedError`."""
        given = {name: value for name, value in (query or {}).items() if value}
        headers = {"Comity-Purpose": purpose} if purpose else {}
        return _read(self._send(self._http.build_request("GET", path, params=given, headers=headers)), shape)

    def pages(self, path: str, shape: type[Shape], query: Mapping[str, str]) -> Iterator[Shape]:
        """Go through a list, page by page.  Raises `CallFailedError`."""
        cursor = ""
        while True:
            page = self.get(path, dict[str, Any], query={**query, "cursor": cursor})
            for one in page["items"]:
                yield msgspec.convert(one, shape)
            cursor = page.get("next") or ""
            if not cursor:
                return

    def post(
        self, path: str, body: object, shape: type[Shape], *, version: int | None = None, again: bool = True
    ) -> Shape:
        """Write; ``version`` is what was read of it.  Happens once, whatever is lost.  Raises `CallFailedError`.

        Without ``again`` the call takes no idempotency key, and is sent once.
        """
        headers = {"Idempotency-Key": secrets.token_urlsafe(24)} if again else {}
        headers |= {"If-Match": f'"{version}"'} if version is not None else {}
        request = self._http.build_request("POST", path, json=body, headers=headers)
        return _read(self._send(request) if again else self._once(request), shape)

    def upload(self, path: str, blocks: Iterable[bytes], size: int, name: str, shape: type[Shape]) -> Shape:
        """Send a file block by block, once.  Raises `CallFailedError`."""
        headers = {
            "Content-Disposition": f"attachment; filename*=UTF-8''{quote(name, safe='')}",
            "Content-Type": "application/octet-stream",
            "Content-Length": str(size),
        }
        return _read(self._once(self._http.build_request("POST", path, content=blocks, headers=headers)), shape)

    def download(self, path: str, *, purpose: str = "") -> Iterator[bytes]:
        """Read a file block by block.  Raises `CallFailedError`."""
        headers = {"Comity-Purpose": purpose} if purpose else {}
        try:
            with self._http.stream("GET", path, headers=headers) as answer:
                if answer.status_code != httpx.codes.OK:
                    answer.read()
                    raise _failed(answer)
                yield from answer.iter_bytes()
        except httpx.TransportError as error:
            raise _unanswered(error) from error

    def _send(self, request: httpx.Request) -> httpx.Response:
        """Send what may be repeated: a read, or a write under an idempotency key."""
        for turn in range(1, TRIES + 1):
            try:
                answer = self._http.send(request)
            except httpx.TransportError as error:
                if turn == TRIES:
                    raise _unanswered(error) from error
                time.sleep(PAUSE_S * turn)
                continue
            if answer.is_success:
                return answer
            if answer.status_code not in _AGAIN or turn == TRIES:
                raise _failed(answer)
            asked = answer.headers.get("Retry-After", "")
            time.sleep(min(LONGEST_PAUSE_S, float(asked)) if asked.isdecimal() else PAUSE_S * turn)
        raise AssertionError  # the last turn has returned or raised

    def _once(self, request: httpx.Request) -> httpx.Response:
        try:
            answer = self._http.send(request)
        except httpx.TransportError as error:
            raise _unanswered(error) from error
        if not answer.is_success:
            raise _failed(answer)
        return answer


def _unanswered(error: httpx.TransportError) -> CallFailedError:
    return CallFailedError(0, Problem(detail="The node did not answer.", remedy=f"({type(error).__name__})"))


def _failed(answer: httpx.Response) -> CallFailedError:
    try:
        problem = msgspec.json.decode(answer.content, type=Problem)
    except (msgspec.DecodeError, UnicodeError):
        problem = Problem()
    return CallFailedError(answer.status_code, problem)


def _read(answer: httpx.Response, shape: type[Shape]) -> Shape:
    try:
        return msgspec.json.decode(answer.content or b"null", type=shape)
    except (msgspec.DecodeError, UnicodeError) as error:
        raise CallFailedError(answer.status_code, Problem(detail="The node's answer cannot be read.")) from error
