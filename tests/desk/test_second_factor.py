"""A password alone opens nothing where an officer has a code, or the node asks for one; each code counts once."""

import re
from typing import Any

import msgspec
import pytest
from allauth.mfa.totp.internal import auth as totp
from django.contrib.sessions.models import Session
from django.test import Client

from comity.desk import factors, services
from comity.desk.session_keys import FRESH_MS
from comity.desk.sign_in_views import HALF_MS
from tests.support.screens import PASSWORD, Screens, text

pytestmark = pytest.mark.django_db(databases=["default", "second", "third"], transaction=True)


@pytest.fixture
def required(settings: Any) -> None:
    settings.COMITY_CONFIG = msgspec.structs.replace(settings.COMITY_CONFIG, second_factor="required")


def password(client: Client, name: str = "noura", given: str = PASSWORD) -> Any:
    return client.post("/sign-in/", {"username": name, "password": given}, follow=True)


def code_of(secret: str, ahead: int = 0) -> str:
    counter = list(totp.yield_hotp_counters_from_time())[1] + ahead
    return str(totp.format_hotp_value(totp.hotp_value(secret, counter)))


def enrol(screens: Screens, name: str = "noura") -> str:
    """Let an officer set up one-time codes; return the secret."""
    secret = factors.new_secret()
    factors.set_up_codes(screens.officers[name].user, secret, code_of(secret))
    return secret


def test_code_is_asked_after_the_password_and_nothing_opens_before_it(screens: Screens) -> None:
    screens.at("QA.doha")
    secret = enrol(screens)
    client = Client()
    page = password(client)
    assert "One more step" in text(page)
    assert client.get("/cases/").headers["Location"].startswith("/sign-in/")
    assert "was not accepted" in text(client.post("/sign-in/second/", {"code": "000000"}))
    assert "Officer noura" in text(client.post("/sign-in/second/", {"code": code_of(secret)}, follow=True))


def test_code_counts_once_even_within_its_half_minute(screens: Screens) -> None:
    screens.at("QA.doha")
    secret = enrol(screens)
    code = code_of(secret)
    for client, words in ((Client(), "Officer noura"), (Client(), "was not accepted")):
        password(client)
        assert words in text(client.post("/sign-in/second/", {"code": code}, follow=True))


def test_codes_are_not_guessed_by_giving_the_right_password_again_and_again(screens: Screens) -> None:
    screens.at("QA.doha")
    enrol(screens)
    for _ in range(services.FREE_TRIES):
        client = Client()
        password(client)
        client.post("/sign-in/second/", {"code": "000000"})
    assert "Too many attempts." in text(password(Client()))


def test_right_password_waits_five_minutes_for_the_code(screens: Screens) -> None:
    screens.at("QA.doha")
    secret = enrol(screens)
    client = Client()
    password(client)
    screens.world.clock.ms += HALF_MS + 1
    assert client.post("/sign-in/second/", {"code": code_of(secret)}).headers["Location"] == "/sign-in/"
    assert client.get("/cases/").status_code == 302


def test_node_that_asks_for_more_than_a_password_lets_an_officer_set_it_up_and_do_nothing_else(
    screens: Screens, required: None
) -> None:
    screens.at("QA.doha")
    client = Client()
    assert "a password alone is not enough" in text(password(client))
    assert client.get("/cases/").headers["Location"] == "/me/keys/"
    assert client.get("/", headers={"HX-Request": "true"}).headers["HX-Redirect"] == "/me/keys/"
    secret = re.sub(
        r"\s", "", re.findall(r'<bdi class="code">([A-Z2-7 ]+)</bdi>', text(client.get("/me/keys/codes/")))[0]
    )
    assert "not the code of this moment" in text(client.post("/me/keys/codes/", {"code": "000000"}))
    shown = text(client.post("/me/keys/codes/", {"code": code_of(secret)}))
    recovery = [one.replace(" ", "") for one in re.findall(r'<li><bdi class="code">([\d ]+)</bdi>', shown)]
    assert len(recovery) == 10
    assert client.get("/cases/").status_code == 200
    again = Client()
    password(again)
    assert "Officer noura" in text(again.post("/sign-in/second/", {"code": recovery[3]}, follow=True))
    third = Client()
    password(third)
    assert "was not accepted" in text(third.post("/sign-in/second/", {"code": recovery[3]}))


def test_session_that_began_with_a_password_ends_where_the_officer_has_a_key(screens: Screens, required: None) -> None:
    client = screens.sit("QA.doha", "noura")
    enrol(screens)
    assert client.get("/me/keys/").headers["Location"].startswith("/sign-in/")
    assert not client.session.get("_auth_user_id")


def test_last_key_stays_where_the_node_asks_for_one_and_keys_change_only_after_a_fresh_sign_in(
    screens: Screens, required: None
) -> None:
    screens.at("QA.doha")
    secret = enrol(screens)
    client = Client()
    password(client)
    client.post("/sign-in/second/", {"code": code_of(secret)})
    own = factors.factors(screens.officers["noura"].user)[0]
    assert "Add another key first" in text(client.post(f"/me/keys/{own.id}/remove/", follow=True))
    screens.world.clock.ms += FRESH_MS
    assert "within fifteen minutes" in text(client.get("/me/keys/codes/", follow=True))
    assert factors.has_factor(screens.officers["noura"].user)


def test_secrets_of_codes_rest_sealed(screens: Screens) -> None:
    screens.at("QA.doha")
    secret = enrol(screens)
    from allauth.mfa.models import Authenticator

    assert secret not in str(list(Authenticator.objects.values_list("data", flat=True)))


def test_passkey_that_answers_no_challenge_of_ours_lets_nobody_in_and_asking_for_one_writes_nothing(
    screens: Screens,
) -> None:
    screens.at("QA.doha")
    client = Client()
    asked = client.get("/sign-in/passkey/challenge/")
    assert asked.json()["publicKey"]["userVerification"] == "required"
    assert not Session.objects.exists()
    for credential in ("{}", "x", '{"id": "a", "response": {}}', '{"response": {"userHandle": "MQ"}}'):
        answer = client.post("/sign-in/passkey/", {"credential": credential}, follow=True)
        assert "The passkey was not accepted." in text(answer)


def test_officer_sees_their_own_sessions_and_ends_the_others(screens: Screens) -> None:
    screens.at("QA.doha")
    clients = [Client(headers={"User-Agent": f"{one}/1 (Linux)"}) for one in ("Firefox", "Chrome")]
    for one in clients:
        password(one)
    page = text(clients[0].get("/me/"))
    assert "Firefox · Linux" in page
    assert "Chrome · Linux" in page
    foreign = Client()
    password(foreign, "hamad")
    number = re.findall(r'name="session" value="(\d+)"', page)[0]
    foreign.post("/me/sessions/end/", {"session": number})
    assert clients[1].get("/").status_code == 200
    clients[0].post("/me/sessions/end/", {"session": number})
    assert clients[1].get("/").status_code == 302
    assert clients[0].get("/").status_code == 200


def test_none_of_the_librarys_own_pages_is_routed(screens: Screens) -> None:
    screens.at("QA.doha")
    for path in ("/accounts/signup/", "/accounts/login/", "/signup/", "/login/", "/accounts/email/", "/accounts/2fa/"):
        assert Client().get(path).status_code == 404


def test_new_node_asks_for_a_second_factor_unless_told_otherwise() -> None:
    from comity.node.config import Config

    assert Config(name="DE.test", party="DE").second_factor == "required"
