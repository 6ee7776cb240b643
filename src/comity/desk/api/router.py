"""Let an area add endpoints: each asks for one permission, names agreement and reality, and gets the caller's `Seat`.

The counterpart of `desk.seat.for_officers`; ``docs/api.md`` shows how to use it.
"""

import inspect
from collections.abc import Callable, Iterator, Mapping
from functools import wraps
from typing import Annotated, Any, Concatenate, Final, ParamSpec, TypeAlias
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.utils.translation import gettext as _
from ninja import Router
from ninja.params.functions import Header, Path
from pydantic import BaseModel

from comity.channel.models import Channel
from comity.channel.service import local_node
from comity.desk.api import replays
from comity.desk.api.bearer import Caller
from comity.desk.api.problems import PROBLEM_STATUSES, CallError
from comity.desk.api.scopes import scopes_for
from comity.desk.models import Officer
from comity.desk.roles import Permission
from comity.desk.seat import Seat, terms_of
from comity.protocol.errors import ErrorKind
from comity.protocol.records import Reality

PURPOSE_HEADER: Final = "Comity-Purpose"
IN_AGREEMENT: Final = "/agreements/{uuid:agreement}/{reality}"
_JSON: Final = "application/json; charset=utf-8"

Rest = ParamSpec("Rest")
Result = BaseModel | HttpResponseBase | None
Endpoint = Callable[Concatenate[HttpRequest, Seat, Rest], Result]
Extra = Mapping[str, Any]
Gives: TypeAlias = type[BaseModel] | None


class _AnyCase(Mapping[str, str]):
    """Say the purpose that a call named, whatever the case."""

    def __init__(self, purpose: str) -> None:
        self._purpose = purpose

    def __getitem__(self, case: str) -> str:
        if not self._purpose:
            raise KeyError(case)
        return self._purpose

    def __iter__(self) -> Iterator[str]:
        return iter(())

    def __len__(self) -> int:
        return 0


def seat_for(officer: Officer, agreement: str, reality: Reality, purpose: str) -> Seat:
    """Return the seat of an officer in an agreement and reality that a call names.

    Raises Django's `Http404` where there is no such agreement or it does not have the reality, and `CallError`.
    """
    node = local_node()
    channels = tuple(Channel.objects.using(node.using).order_by("id"))
    channel = next((one for one in channels if one.uuid == agreement), None)
    terms = terms_of(node, channel) if channel else None
    offered = terms.agreement.realities if terms else (Reality.ACTUAL,)
    if channel is None or reality not in offered:
        raise Http404
    known = {one.id for one in terms.agreement.purposes} if terms else set()
    if purpose and purpose not in known:
        raise CallError(
            ErrorKind.MALFORMED, 400, _("The agreement has no such purpose."), _("Name one of its purposes.")
        )
    return Seat(officer, node, channels, channel, terms, reality, _AnyCase(purpose))


def seat_anywhere(officer: Officer) -> Seat:
    """Return the seat for calls that are about no single agreement."""
    node = local_node()
    channels = tuple(Channel.objects.using(node.using).order_by("id"))
    return Seat(officer, node, channels, None, None, Reality.ACTUAL)


class ApiRouter:
    """Collect the endpoints of one area, under ``/agreements/AGREEMENT/REALITY/AREA``; if ``anywhere``, ``/AREA``."""

    def __init__(self, area: str, *, anywhere: bool = False) -> None:
        """Begin without endpoints; ``area`` is the first word of their addresses and of their scopes."""
        self.area, self._anywhere = area, anywhere
        self.router = Router(tags=[area])
        self._prefix = f"/{area}" if anywhere else f"{IN_AGREEMENT}/{area}"

    def get(
        self, path: str, permission: Permission, *, gives: Gives, extra: Extra | None = None
    ) -> Callable[[Endpoint[Rest]], Endpoint[Rest]]:
        """Add a call that reads; ``gives`` is the type of its answer, None for a file."""
        return self._add("GET", path, permission, gives, 200, extra)

    def post(
        self, path: str, permission: Permission, *, gives: Gives, status: int = 200, extra: Extra | None = None,
        again: bool = True,
    ) -> Callable[[Endpoint[Rest]], Endpoint[Rest]]:  # fmt: skip
        """Add a call that writes; ``again``: with an idempotency key a repetition gets the first answer."""
        return self._add("POST", path, permission, gives, status, extra, again=again)

    def patch(self, path: str, permission: Permission, *, gives: Gives) -> Callable[[Endpoint[Rest]], Endpoint[Rest]]:
        """Add a call that changes something which it names with the version it read (``If-Match``)."""
        return self._add("PATCH", path, permission, gives, 200, None)

    def delete(self, path: str, permission: Permission) -> Callable[[Endpoint[Rest]], Endpoint[Rest]]:
        """Add a call that deletes and answers with nothing."""
        return self._add("DELETE", path, permission, None, 204, None)

    def _add(
        self, method: str, path: str, permission: Permission, gives: Gives, status: int, extra: Extra | None,
        *, again: bool = False,
    ) -> Callable[[Endpoint[Rest]], Endpoint[Rest]]:  # fmt: skip
        def add(view: Endpoint[Rest]) -> Endpoint[Rest]:
            guarded = _guard(view, permission, status, anywhere=self._anywhere, again=again)
            self.router.add_api_operation(
                self._prefix + path,
                [method],
                guarded,
                response={status: gives},
                operation_id=f"{self.area}-{view.__name__}".replace("_", "-"),
                summary=(view.__doc__ or "").partition("\n")[0],
                url_name=f"{self.area}-{view.__name__}".replace("_", "-"),
                openapi_extra=_described(permission, extra, again=again),
            )
            return view

        return add


def _guard(
    view: Callable[..., Result], permission: Permission, status: int, *, anywhere: bool, again: bool
) -> Callable[..., HttpResponseBase]:
    """Return ``view`` as it is called over HTTP.

    SECURITY: no call gets further than its token's officer, scopes, agreement and reality. Holds because every
    endpoint is made here, which a test checks over all operations, and the seat comes from the call alone, never from
    a session. Breaks if an operation is added to a router by hand.
    """

    @wraps(view)
    def guarded(request: HttpRequest, **given: Any) -> HttpResponseBase:  # noqa: ANN401  # what the view asks for
        caller: Caller = request.auth  # type: ignore[attr-defined]  # set by the framework after `Bearer`
        if anywhere:
            seat = seat_anywhere(caller.officer)
        else:
            purpose = given.pop("looks_for")
            seat = seat_for(caller.officer, str(given.pop("agreement")), given.pop("reality"), purpose)
        if not seat.may(permission):
            raise PermissionDenied
        if not again:
            return _response(view(request, seat, **given), status)
        run = lambda: _buffered(view(request, seat, **given), status)  # noqa: E731  # handed over, called once
        return replays.answer(seat.node, caller.token, request, run)

    guarded.permission = permission  # type: ignore[attr-defined]  # read by the test over all operations
    guarded.__signature__ = _signature(view, anywhere=anywhere)  # type: ignore[attr-defined]  # read by the framework
    return guarded


def _signature(view: Callable[..., Any], *, anywhere: bool) -> inspect.Signature:
    _request, _seat, *others = inspect.signature(view).parameters.values()
    request = _request.replace(name="request")
    named = [one.replace(kind=inspect.Parameter.KEYWORD_ONLY) for one in others]
    if anywhere:
        return inspect.Signature([request, *named])
    why = Header("", alias=PURPOSE_HEADER, max_length=40, description="Why you look at a case: an agreement's purpose.")
    where: list[tuple[str, Any]] = [
        ("agreement", Annotated[UUID, Path(..., description="The identifier of the agreement.")]),
        ("reality", Annotated[Reality, Path(..., description="actual, exercise or test; the three never mix.")]),
        ("looks_for", Annotated[str, why]),
    ]
    added = [inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, annotation=one) for name, one in where]
    return inspect.Signature([request, *added, *named])


def _response(result: Result, status: int) -> HttpResponseBase:
    if isinstance(result, HttpResponseBase):
        return result
    if result is None:
        return HttpResponse(status=status)
    response = HttpResponse(result.model_dump_json(), status=status, content_type=_JSON)
    version = getattr(result, "version", None)
    if version is not None:
        response["ETag"] = f'"{version}"'
    return response


def _buffered(result: Result, status: int) -> HttpResponse:
    response = _response(result, status)
    assert isinstance(response, HttpResponse)  # noqa: S101  # a write answers with a small document
    return response


def _described(permission: Permission, extra: Extra | None, *, again: bool) -> dict[str, Any]:
    """Return what the description of the interface says besides types: scopes, problems, the idempotency key."""
    problem = {"$ref": "#/components/schemas/Problem"}
    responses = {
        status: {"description": "Refused", "content": {"application/problem+json": {"schema": problem}}}
        for status in PROBLEM_STATUSES
    }
    described: dict[str, Any] = {"x-scopes": list(scopes_for(permission)), **(extra or {})}
    described["responses"] = {**responses, **described.get("responses", {})}
    if again:
        key = {"type": "string", "minLength": 8, "maxLength": 64, "pattern": "^[!-~]{8,64}$"}
        parameter = {"name": replays.HEADER, "in": "header", "required": False, "schema": key}
        described["parameters"] = [*described.get("parameters", ()), parameter]
    return described


def version_of(request: HttpRequest) -> int:
    """Return the version that a call read before, from ``If-Match``.  Raises `CallError`."""
    given = request.headers.get("If-Match", "").removeprefix("W/").strip('"')
    if not given:
        raise CallError(
            ErrorKind.WRONG_STATE, 428, _("The call does not say which version it is about."),
            _("Read it, and send its ETag in the header If-Match."),
        )  # fmt: skip
    if not (given.isascii() and given.isdecimal() and len(given) < 10):
        raise CallError(ErrorKind.WRONG_STATE, 412, _("There is no such version."), _("Read it again."))
    return int(given)
