"""Answer a repeated write with the first answer, so that a caller who lost an answer can ask again without harm.

The answer is stored in the transaction of the write itself: after a crash either both are there or neither.
"""

import hashlib
import json
import re
from collections.abc import Callable
from typing import Final

from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from comity.channel.runtime import LocalNode
from comity.desk import vault
from comity.desk.api.problems import CallError
from comity.desk.models import Replay
from comity.protocol.errors import ErrorKind

HEADER: Final = "Idempotency-Key"
KEPT_MS: Final = 24 * 3600 * 1000
CLEARED_AT_ONCE: Final = 500
_KEY: Final = re.compile(r"[\x21-\x7e]{8,64}")


def answer(node: LocalNode, token: str, request: HttpRequest, run: Callable[[], HttpResponse]) -> HttpResponse:
    """Run a write once for each key; a repetition gets the first answer.  Raises `CallError`."""
    key = request.headers.get(HEADER, "")
    if not key:
        return run()
    if not _KEY.fullmatch(key):
        raise CallError(
            ErrorKind.MALFORMED,
            400,
            _("The idempotency key has another form."),
            _("Use 8 to 64 visible ASCII characters."),
        )
    rows = Replay.objects.using(node.using)
    _clear(node)
    digest = _digest(request)
    try:
        with transaction.atomic(using=node.using):
            row = rows.create(token=token, key=key, request=digest, made_ms=node.clock())
            response = run()
            row.status = response.status_code
            row.sealed = vault.seal(node, _label(token, key), response.content)
            row.save(using=node.using)
            return response
    except IntegrityError:
        known = rows.filter(token=token, key=key).first()
        if known is None:
            raise
    return _again(node, known, digest)


def _again(node: LocalNode, known: Replay, digest: bytes) -> HttpResponse:
    if bytes(known.request) != digest:
        raise CallError(
            ErrorKind.WRONG_STATE, 409, _("The idempotency key was used for another call."), _("Use a fresh one.")
        )
    body = vault.unseal(node, _label(known.token, known.key), bytes(known.sealed))
    version = json.loads(body).get("version") if body else None
    headers = {"Idempotency-Replayed": "true"} | ({} if version is None else {"ETag": f'"{version}"'})
    return HttpResponse(body, status=known.status, content_type="application/json; charset=utf-8", headers=headers)


def _digest(request: HttpRequest) -> bytes:
    running = hashlib.sha256()
    for part in (request.method or "", request.get_full_path(), request.headers.get("If-Match", "")):
        running.update(part.encode() + b"\n")
    running.update(request.body)
    return running.digest()


def _label(token: str, key: str) -> str:
    return f"replay\n{token}\n{key}"


def _clear(node: LocalNode) -> None:
    """Forget answers older than a day; bounded, so that no call pays for a long silence."""
    rows = Replay.objects.using(node.using)
    old = list(rows.filter(made_ms__lt=node.clock() - KEPT_MS).values_list("pk", flat=True)[:CLEARED_AT_ONCE])
    if old:
        rows.filter(pk__in=old).delete()
