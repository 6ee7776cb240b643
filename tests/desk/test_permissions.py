"""Whatever the table denies to a role is denied: at the view, and again in the function behind it."""

import importlib
import inspect
from collections.abc import Callable, Iterator

import pytest
from django.core.exceptions import PermissionDenied
from django.test import RequestFactory
from django.urls import URLPattern, URLResolver, get_resolver

from comity.desk.errors import NotAllowedError
from comity.desk.models import Grant, Officer, Unit
from comity.desk.roles import SENSITIVE, TABLE, Permission, Role
from comity.desk.seat import Seat, take_seat
from comity.desk.services import require
from comity.protocol.errors import ComityError
from tests.support.screens import Screens
from tools.root import ROOT

pytestmark = pytest.mark.django_db(databases=["default", "second", "third"], transaction=True)

DENIED = object()
FILES = ("access", "services")
GIVEN = ("cases.access.subject_of", "cases.use_access.information", "cases.timeline_access.note_look")
"""Functions that are handed what their caller was allowed to read."""


def guarded(patterns: list[URLPattern | URLResolver]) -> Iterator[tuple[URLPattern, Permission]]:
    for one in patterns:
        if isinstance(one, URLResolver):
            yield from guarded(one.url_patterns)
            continue
        view: object = one.callback
        while view is not None:
            permission = getattr(view, "permission", None)
            if isinstance(permission, Permission):
                yield one, permission
            view = getattr(view, "__wrapped__", None)


def test_every_permission_is_denied_at_every_view_and_function_to_each_role_that_lacks_it(screens: Screens) -> None:
    screens.at("QA.doha")
    views = list(guarded(get_resolver().url_patterns))
    assert len(views) > 30
    for role in Role:
        officer = screens.officer("QA.doha", f"only-{role}", role)
        request = RequestFactory().get("/")
        request.user = officer.user
        request.session = {}  # type: ignore[assignment]  # an empty one
        seat = take_seat(request, officer)
        for permission in Permission:
            if permission in TABLE[role]:
                seat.require(permission)
                continue
            with pytest.raises(PermissionDenied):
                seat.require(permission)
            with pytest.raises(ComityError):
                require(officer, permission)
        for pattern, permission in views:
            if permission not in TABLE[role]:
                names = pattern.pattern.regex.groupindex
                for method in ("get", "post"):
                    asked = getattr(RequestFactory(), method)("/")
                    asked.user, asked.session = officer.user, {}
                    if _allows(pattern, method):
                        with pytest.raises(PermissionDenied):
                            pattern.callback(asked, **dict.fromkeys(names, "x"))


def _allows(pattern: URLPattern, method: str) -> bool:
    request = getattr(RequestFactory(), method)("/")
    request.user = _Nobody()
    answer = pattern.callback(request, **dict.fromkeys(pattern.pattern.regex.groupindex, "x"))
    return int(answer.status_code) != 405


class _Nobody:
    is_authenticated = False


def functions() -> Iterator[tuple[str, Callable[..., object]]]:
    """Go through every public function of every `access` and `services` that takes a `Seat`."""
    for path in sorted((ROOT / "src" / "comity").glob("*/*.py")):
        if path.parent.name in ("channel", "protocol", "matching", "node") or not path.stem.endswith(FILES):
            continue
        module = importlib.import_module(f"comity.{path.parent.name}.{path.stem}")
        for name, function in inspect.getmembers(module, inspect.isfunction):
            seat = inspect.signature(function).parameters.get("seat")
            full = f"{path.parent.name}.{path.stem}.{name}"
            if seat and not name.startswith("_") and function.__module__ == module.__name__ and full not in GIVEN:
                yield full, function


def test_every_function_that_takes_a_seat_denies_what_the_role_lacks(
    screens: Screens, monkeypatch: pytest.MonkeyPatch
) -> None:
    screens.at("QA.doha")
    asked: list[Permission] = []
    real = Officer.may

    def may(officer: Officer, permission: Permission) -> bool:
        asked.append(permission)
        return real(officer, permission)

    monkeypatch.setattr(Officer, "may", may)
    found = list(functions())
    assert len(found) > 20
    denied = set()
    for role in Role:
        officer = screens.officer("QA.doha", f"only-{role}", role)
        request = RequestFactory().get("/")
        request.session = {}  # type: ignore[assignment]  # an empty one
        seat = take_seat(request, officer)
        for name, function in found:
            asked.clear()
            outcome = _called(function, seat)
            assert asked or outcome is DENIED or not outcome, f"{name} gives something and asks for no permission"
            if asked and asked[0] not in TABLE[role]:
                denied.add(asked[0])
                assert outcome is DENIED or not outcome, f"{name} gives {role} what {asked[0]} should keep"
    assert denied >= {Permission.READ_CASES, Permission.WRITE_CASES, Permission.RELEASE}


def _called(function: Callable[..., object], seat: Seat) -> object:
    """Call with nothing but the seat: who is denied never comes to look at the rest."""
    rest = [one for one in inspect.signature(function).parameters.values() if one.name != "seat"]
    given = {one.name: None for one in rest if one.default is one.empty and one.kind is not one.VAR_KEYWORD}
    try:
        result = function(seat=seat, **given)
        return list(result) if inspect.isgenerator(result) else result
    except (PermissionDenied, NotAllowedError):
        return DENIED
    except Exception as error:  # noqa: BLE001  # an allowed call stumbles over what it was not given
        return error


def test_role_counts_from_its_beginning_to_its_end_and_a_sensitive_one_once_confirmed(screens: Screens) -> None:
    node = screens.at("QA.doha")
    officer = screens.officers["noura"]
    now = node.clock()
    unit = officer.grants.get().unit
    grant = Grant(
        officer=officer, role=Role.AUDITOR, unit=unit, since_ms=now + 1_000, until_ms=now + 2_000, granted_ms=now
    )
    assert Role.AUDITOR in SENSITIVE
    assert not grant.counts_at(now + 1_500)
    grant.confirmed_ms = now
    assert [grant.counts_at(now + ms) for ms in (999, 1_000, 1_999, 2_000)] == [False, True, True, False]
    grant.save()
    assert not Officer.objects.get(pk=officer.pk).may(Permission.READ_ACCESS_LOG)
    screens.world.clock.ms += 1_500
    assert Officer.objects.get(pk=officer.pk).may(Permission.READ_ACCESS_LOG)
    screens.world.clock.ms += 1_000
    assert not Officer.objects.get(pk=officer.pk).may(Permission.READ_ACCESS_LOG)


def test_permission_reaches_its_unit_and_what_is_below_it_and_nothing_else(screens: Screens) -> None:
    node = screens.at("QA.doha")
    root = screens.officers["noura"].grants.get().unit
    made: dict[str, Unit] = {}
    for name, parent in (("crime", root), ("drugs", "crime"), ("cyber", root)):
        above = made[parent] if isinstance(parent, str) else parent
        made[name] = Unit.objects.create(
            uid=node.new_id(), authority=root.authority, parent=above, name=name, created_ms=0
        )
    inside = screens.officer("QA.doha", "inside", Role.SECRETARY)
    Grant.objects.create(
        officer=inside, role=Role.OFFICER, unit=made["crime"], since_ms=0, granted_ms=0, confirmed_ms=0
    )
    inside = Officer.objects.get(pk=inside.pk)
    reach = inside.units(Permission.READ_CASES)
    assert reach.all == {made["crime"].uid, made["drugs"].uid}
    assert [reach.covers(one) for one in (made["drugs"].uid, made["cyber"].uid, root.uid, "")] == [True] + [False] * 3
    assert not inside.units(Permission.RELEASE).all
    whole = screens.officers["noura"].units(Permission.READ_CASES)
    assert whole.covers("")
    assert whole.covers(made["drugs"].uid)
    names = Unit.objects.filter(reach.q("uid")).values_list("name", flat=True)
    assert set(names) == {"crime", "drugs"}
