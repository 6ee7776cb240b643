"""Do what may be done with officers, their roles and units: invite, give, confirm, end.  The only way to write.

Every change stands in the access log, and in the grants themselves: nothing is deleted.
"""

from collections.abc import Sequence
from typing import Final

from django.db import transaction
from django.utils.translation import gettext as _

from comity.desk import factors, services
from comity.desk.accesslog import Look, note
from comity.desk.api import tokens
from comity.desk.errors import NotAllowedError, OfficerError
from comity.desk.models import Grant, Officer, Unit
from comity.desk.roles import SENSITIVE, Permission, Role
from comity.desk.seat import Seat
from comity.desk.session_keys import end_sessions

NAME_LENGTH: Final = 120


def invite(seat: Seat, name: str, display_name: str, unit: str, roles: Sequence[Role]) -> tuple[Officer, str]:
    """Add an officer in a unit, and return them with the path under which they choose a password, once.

    Sensitive roles wait for a second person.  Raises `NotAllowedError` or `OfficerError`.
    """
    services.require(seat.officer, Permission.MANAGE_PEOPLE)
    place = _unit(seat, unit)
    if not roles:
        raise OfficerError(_("An officer needs at least one role."), _("Choose one."))
    if not display_name.strip():
        raise OfficerError(_("Colleagues need a name to see."), _("Write one."))
    with transaction.atomic():
        shown = display_name.strip()[:NAME_LENGTH]
        officer = services.add_officer(seat.node, name.strip(), shown, place.authority, roles=())
        for role in dict.fromkeys(roles):
            _give(seat, officer, role, place, seat.node.clock(), None)
    return officer, services.invitation(officer)


def invite_again(seat: Seat, pseudonym: str) -> tuple[Officer, str]:
    """Let an officer who lost everything begin again: password, keys and sessions no longer count.

    SECURITY: nobody takes over a colleague's sensitive role with an invitation that they wrote themselves. Holds
    because those roles wait for a second person again. Breaks if a role were left standing.
    """
    officer = managed(seat, pseudonym)
    if officer.pseudonym == seat.officer.pseudonym:
        raise OfficerError(_("Nobody invites themselves."), _("Ask a colleague who may."))
    with transaction.atomic():
        factors.remove_all(officer.user)
        officer.user.set_unusable_password()
        officer.user.save()
        end_sessions(officer.user)
        tokens.end_all(seat.node.clock(), officer)
        for grant in officer.held():
            if Role(grant.role) in SENSITIVE:
                _end(seat, grant)
                _give(seat, officer, Role(grant.role), grant.unit, seat.node.clock(), grant.until_ms)
        note(seat, Look.GRANT, records=[officer.pseudonym, "invited-again"])
    return officer, services.invitation(officer)


def end_officer(seat: Seat, pseudonym: str) -> None:
    """End an officer's service: every role, every session, every way to sign in.  Raises `OfficerError`."""
    officer = managed(seat, pseudonym)
    if officer.pseudonym == seat.officer.pseudonym:
        raise OfficerError(_("Nobody ends their own service."), _("Ask a colleague who may."))
    with transaction.atomic():
        for grant in _open_grants(officer):
            _end(seat, grant)
        officer.ended_ms = seat.node.clock()
        officer.save()
        officer.user.is_active = False
        officer.user.save()
        factors.remove_all(officer.user)
        end_sessions(officer.user)
        tokens.end_all(seat.node.clock(), officer)
        note(seat, Look.GRANT, records=[officer.pseudonym, "ended"])


def give_role(seat: Seat, pseudonym: str, role: Role, unit: str, since_ms: int, until_ms: int | None) -> Grant:
    """Let an officer hold a role in a unit; a sensitive one waits for a second person.  Raises `OfficerError`."""
    officer = managed(seat, pseudonym)
    place = _unit(seat, unit)
    if place.authority != officer.authority:
        raise OfficerError(_("The unit is one of another authority."), _("Choose a unit of the officer's own."))
    if until_ms is not None and until_ms <= since_ms:
        raise OfficerError(_("A role cannot end before it begins."), _("Correct the dates."))
    same = _open_grants(officer).filter(role=role, unit=place)
    if same.exists():
        raise OfficerError(_("The officer holds this role there already."), _("End it first."))
    with transaction.atomic():
        return _give(seat, officer, role, place, since_ms, until_ms)


def confirm_role(seat: Seat, grant_id: int) -> Grant:
    """Let a sensitive role count, as the second person.  Raises `NotAllowedError` or `OfficerError`.

    SECURITY: nobody gives anybody a sensitive role alone. Holds because the second person is neither who proposed it
    nor who gets it, and the row is locked. Breaks if ``confirmed_ms`` is set anywhere else on the screens.
    """
    services.require(seat.officer, Permission.CONFIRM_ROLES)
    with transaction.atomic():
        rows = Grant.objects.select_for_update(of=("self",)).select_related("officer", "unit")
        grant = rows.filter(pk=grant_id, confirmed_ms=None, ended_by="").first()
        if grant is None or not seat.units(Permission.CONFIRM_ROLES).covers(grant.unit.uid):
            raise OfficerError(_("That role no longer waits."), _("Look at the list again."))
        if seat.officer.pseudonym in (grant.granted_by, grant.officer.pseudonym):
            raise NotAllowedError(_("A second person confirms a role, never who proposed or gets it."))
        grant.confirmed_by, grant.confirmed_ms = seat.officer.pseudonym, seat.node.clock()
        grant.save()
        _noted(seat, grant, "confirmed")
    return grant


def end_role(seat: Seat, grant_id: int) -> Grant:
    """End a role, or turn a waiting one down; whoever may confirm one may turn it down.  Raises `OfficerError`."""
    if not seat.may(Permission.CONFIRM_ROLES):
        services.require(seat.officer, Permission.MANAGE_PEOPLE)
    with transaction.atomic():
        rows = Grant.objects.select_for_update(of=("self",)).select_related("officer", "unit")
        grant = rows.filter(pk=grant_id, ended_by="").first()
        waits = grant is not None and grant.confirmed_ms is None
        needed = Permission.CONFIRM_ROLES if waits and seat.may(Permission.CONFIRM_ROLES) else Permission.MANAGE_PEOPLE
        if grant is None or not seat.units(needed).covers(grant.unit.uid):
            raise OfficerError(_("There is no such role."), _("Look at the list again."))
        _end(seat, grant)
    return grant


def add_unit(seat: Seat, parent: str, name: str) -> Unit:
    """Add a unit below another.  Raises `OfficerError`."""
    above = _unit(seat, parent)
    return Unit.objects.create(
        uid=seat.node.new_id(),
        authority=above.authority,
        parent=above,
        name=_unit_name(name),
        created_ms=seat.node.clock(),
    )


def rename_unit(seat: Seat, uid: str, name: str) -> None:
    """Call a unit something else; an authority keeps its name.  Raises `OfficerError`."""
    unit = _unit(seat, uid)
    if unit.parent_id is None:
        raise OfficerError(_("An authority keeps its name."), _("Rename one of its units."))
    unit.name = _unit_name(name)
    unit.save()


def close_unit(seat: Seat, uid: str) -> None:
    """Close a unit in which nobody holds a role and below which there is none.  Raises `OfficerError`."""
    unit = _unit(seat, uid)
    now = seat.node.clock()
    held = any(one.until_ms is None or one.until_ms > now for one in unit.grants.filter(ended_by=""))
    if unit.parent_id is None or held or unit.children.filter(closed_ms=None).exists():
        raise OfficerError(
            _("The unit is in use: officers hold roles in it, or there are units below it."),
            _("End the roles and close the units below it first."),
        )
    unit.closed_ms = now
    unit.save()


def managed(seat: Seat, pseudonym: str) -> Officer:
    """Return an officer whom the seat's officer may manage.  Raises `NotAllowedError` or `OfficerError`."""
    services.require(seat.officer, Permission.MANAGE_PEOPLE)
    reach = seat.units(Permission.MANAGE_PEOPLE)
    rows = Officer.objects.filter(pseudonym=pseudonym, ended_ms=None, grants__unit__uid__in=reach.all)
    officer = rows.select_related("user").first()
    if officer is None:
        raise OfficerError(_("There is no such officer."), _("Look at the list again."))
    return officer


def _unit(seat: Seat, uid: str) -> Unit:
    services.require(seat.officer, Permission.MANAGE_PEOPLE)
    unit = Unit.objects.filter(uid=uid, closed_ms=None).first()
    if unit is None or not seat.units(Permission.MANAGE_PEOPLE).covers(uid):
        raise OfficerError(_("There is no such unit."), _("Look at the list again."))
    return unit


def _unit_name(name: str) -> str:
    if not name.strip():
        raise OfficerError(_("A unit needs a name."), _("Write one."))
    return name.strip()[:NAME_LENGTH]


def _open_grants(officer: Officer):  # type: ignore[no-untyped-def]  # noqa: ANN202  # a manager's query set
    return officer.grants.filter(ended_by="").select_related("unit", "officer")


def _give(seat: Seat, officer: Officer, role: Role, unit: Unit, since_ms: int, until_ms: int | None) -> Grant:
    now = seat.node.clock()
    grant = Grant.objects.create(
        officer=officer,
        role=role,
        unit=unit,
        since_ms=since_ms,
        until_ms=until_ms,
        granted_by=seat.officer.pseudonym,
        granted_ms=now,
        confirmed_ms=None if role in SENSITIVE else now,
    )
    _noted(seat, grant, "proposed" if role in SENSITIVE else "given")
    return grant


def _end(seat: Seat, grant: Grant) -> None:
    now = seat.node.clock()
    grant.until_ms = now if grant.until_ms is None else min(now, grant.until_ms)
    grant.ended_by = seat.officer.pseudonym
    grant.save()
    _noted(seat, grant, "ended")


def _noted(seat: Seat, grant: Grant, what: str) -> None:
    note(seat, Look.GRANT, records=[grant.officer.pseudonym, f"{grant.role}-{what}", grant.unit.uid])
