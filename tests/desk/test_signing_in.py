"""Who gets in, who stays out, and what they may do once they are in."""

from collections.abc import Iterator

import pytest
from click.testing import CliRunner
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from comity.desk import services
from comity.desk.errors import OfficerError
from comity.desk.models import Officer, SignInTries
from comity.desk.roles import TABLE, Permission, Role, allowed
from tests.support.screens import PASSWORD, Screens, text

pytestmark = pytest.mark.django_db(databases=["default", "second", "third"], transaction=True)

OPEN = {
    "sign-in", "second", "passkey", "passkey-challenge", "sign-out", "welcome", "password", "appearance",
    "set_language", "channel-exchange", "api-nothing", "feed",
}  # fmt: skip


def sign_in(client: Client, name: str, password: str) -> str:
    return text(client.post("/sign-in/", {"username": name, "password": password}, follow=True))


def routes(patterns: list[URLPattern | URLResolver]) -> Iterator[URLPattern]:
    """Go over all pages; the REST interface has a test of its own over all calls: tests/desk/test_api.py."""
    for one in patterns:
        if isinstance(one, URLResolver):
            yield from routes(one.url_patterns)
        else:
            yield one


def test_every_page_but_the_few_named_ones_asks_for_a_permission() -> None:
    found = {one.name: one for one in routes(get_resolver().url_patterns)}
    unguarded = {name for name, one in found.items() if not _guard(one.callback)}
    assert unguarded == OPEN


def _guard(view: object) -> Permission | None:
    while view is not None:
        if isinstance(getattr(view, "permission", None), Permission):
            return view.permission  # type: ignore[attr-defined, no-any-return]  # looked for above
        view = getattr(view, "__wrapped__", None)
    return None


def test_officer_signs_in_and_out_and_pages_send_others_to_sign_in(screens: Screens) -> None:
    screens.at("QA.doha")
    client = Client()
    assert client.get("/cases/").headers["Location"].startswith("/sign-in/")
    assert "Officer noura" in sign_in(client, "noura", PASSWORD)
    client.post("/sign-out/")
    assert client.get("/cases/").status_code == 302


def test_wrong_password_and_unknown_name_are_answered_alike(screens: Screens) -> None:
    screens.at("QA.doha")
    wrong, unknown = sign_in(Client(), "noura", "no"), sign_in(Client(), "nobody", "no")
    assert "Name and password do not belong together." in wrong
    assert "Name and password do not belong together." in unknown


def test_repeated_failures_pause_and_then_even_the_right_password_waits(screens: Screens) -> None:
    screens.at("QA.doha")
    for _ in range(6):
        sign_in(Client(), "noura", "wrong")
    assert "Too many attempts." in sign_in(Client(), "noura", PASSWORD)
    screens.world.clock.ms += services.FIRST_PAUSE_MS + 1
    assert "Officer noura" in sign_in(Client(), "noura", PASSWORD)
    assert not SignInTries.objects.exists()


def test_pauses_grow_and_the_count_of_names_tried_is_bounded(screens: Screens) -> None:
    now = 1_000
    for _ in range(30):
        services.count_try("noura", now)
    until = services.blocked_until("noura", now)
    assert until is not None
    assert until - now == services.LONGEST_PAUSE_MS
    for number in range(20):
        services.count_try(f"name {number}", now)
    assert all(0 <= row.bucket < services.BUCKETS for row in SignInTries.objects.all())


def test_invitation_sets_a_password_once(screens: Screens) -> None:
    node = screens.at("QA.doha")
    officer = services.add_officer(node, "salma", "Salma", "QA/MOI")
    path = services.invitation(officer)
    assert "do not belong together" in sign_in(Client(), "salma", "x")
    client = Client()
    form = client.get(path).headers["Location"]
    client.post(form, {"new_password1": PASSWORD, "new_password2": PASSWORD})
    assert "Salma" in sign_in(Client(), "salma", PASSWORD)
    assert "has been used or has run out" in text(Client().get(path, follow=True))


def test_whoever_has_the_machine_lets_an_officer_begin_again(screens: Screens) -> None:
    screens.at("QA.doha")
    client = Client()
    sign_in(client, "noura", PASSWORD)
    path = services.invite_again("noura")
    assert client.get("/").status_code == 302
    assert "do not belong together" in sign_in(Client(), "noura", PASSWORD)
    assert client.get(path).status_code == 302
    with pytest.raises(OfficerError, match="There is no officer"):
        services.invite_again("nobody")


def test_officer_is_of_one_of_the_nodes_authorities_with_a_password_worth_the_name(screens: Screens) -> None:
    node = screens.at("QA.doha")
    with pytest.raises(OfficerError, match="does not act through this node"):
        services.add_officer(node, "x", "X", "DE/BKA", PASSWORD)
    with pytest.raises(OfficerError, match="too short"):
        services.add_officer(node, "x", "X", "QA/MOI", "short")
    with pytest.raises(OfficerError, match="already"):
        services.add_officer(node, "noura", "X", "QA/MOI", PASSWORD)
    assert not Officer.objects.filter(display_name="X").exists()


def test_pseudonyms_fit_the_protocol_and_tell_nothing_of_the_name(screens: Screens) -> None:
    found = [one.pseudonym for one in screens.officers.values()]
    assert len(set(found)) == len(found)
    assert all(len(one) >= 16 and one.isalnum() and one == one.lower() and one.isascii() for one in found)


def test_what_the_table_of_permissions_does_not_say_is_denied() -> None:
    assert set(TABLE) == set(Role)
    assert not allowed([])
    for role, permission in (
        (Role.OFFICER, Permission.RELEASE),
        (Role.OFFICER, Permission.HANDLE_ALARMS),
        (Role.SUPERVISOR, Permission.WRITE_CASES),
        (Role.SUPERVISOR, Permission.HANDLE_ALARMS),
        (Role.OPERATOR, Permission.READ_CASES),
        (Role.OPERATOR, Permission.WRITE_CASES),
        (Role.OPERATOR, Permission.RELEASE),
    ):
        assert permission not in allowed([role])


def test_command_line_explains_how_to_add_an_officer() -> None:
    from comity.node.commands.officer import officer

    result = CliRunner().invoke(officer, ["add", "--help"])
    assert result.exit_code == 0
    assert "--invite" in result.output
