"""Officers are invited, given roles, confirmed by a second person and ended, each within the units of who does it."""

import re
from typing import Any

import pytest
from django.test import Client

from comity.desk import people_services
from comity.desk.errors import NotAllowedError, OfficerError
from comity.desk.models import AccessLine, Grant, Officer, Unit
from comity.desk.roles import Permission, Role
from comity.desk.seat import Seat
from tests.support.screens import PASSWORD, Screens, text

pytestmark = pytest.mark.django_db(databases=["default", "second", "third"], transaction=True)


def seat_of(screens: Screens, name: str) -> Seat:
    from tests.support.worlds import channel_of

    node = screens.at("QA.doha")
    officer = Officer.objects.get(pk=screens.officers[name].pk)
    channel = channel_of(node, screens.channel)
    from comity.protocol.records import Reality

    return Seat(officer, node, (channel,), channel, None, Reality.ACTUAL)


def root(authority: str = "QA/MOI") -> Unit:
    return Unit.objects.get(authority=authority, parent=None)


def invite(client: Client, **changes: Any) -> Any:
    given = {"name": "salma", "display_name": "Salma", "unit": root().uid, "roles": ["officer"]}
    return client.post("/people/invite/", given | changes)


def test_invited_officer_chooses_a_password_once_and_sensitive_roles_wait_for_a_second_person(
    screens: Screens,
) -> None:
    operator = screens.sit("QA.doha", "operator")
    shown = text(invite(operator, roles=["officer", "auditor"]))
    link = re.search(r"http://testserver(/welcome/[^<]+/)", shown)
    assert link is not None
    assert link[1] not in text(operator.get("/people/"))
    salma = Client()
    form = salma.get(link[1]).headers["Location"]
    salma.post(form, {"new_password1": PASSWORD, "new_password2": PASSWORD})
    salma.post("/sign-in/", {"username": "salma", "password": PASSWORD})
    assert salma.get("/cases/").status_code == 200
    assert salma.get("/access-log/").status_code == 403
    grant = Grant.objects.get(role=Role.AUDITOR)
    operator.post(f"/people/roles/{grant.pk}/confirm/")
    assert salma.get("/access-log/").status_code == 403
    assert "question-release" not in text(operator.get("/"))
    hamad = screens.sit("QA.doha", "hamad")
    assert "Salma" in text(hamad.get("/")).partition("question-release")[2]
    hamad.post(f"/people/roles/{grant.pk}/confirm/")
    assert salma.get("/access-log/").status_code == 200
    grant.refresh_from_db()
    assert (grant.granted_by, grant.confirmed_by) == (
        screens.officers["operator"].pseudonym,
        screens.officers["hamad"].pseudonym,
    )


def test_nobody_confirms_what_they_proposed_or_what_they_get(screens: Screens) -> None:
    screens.at("QA.doha")
    screens.give("hamad", Role.OPERATOR)
    mine = people_services.give_role(
        seat_of(screens, "operator"), screens.officers["hamad"].pseudonym, Role.AUDITOR, root().uid, 0, None
    )
    for name in ("operator", "hamad"):
        with pytest.raises(NotAllowedError, match="A second person confirms"):
            people_services.confirm_role(seat_of(screens, name), mine.pk)
    other = screens.officer("QA.doha", "second", Role.SUPERVISOR)
    people_services.confirm_role(seat_of(screens, other.user.get_username()), mine.pk)
    assert Officer.objects.get(pk=screens.officers["hamad"].pk).may(Permission.READ_ACCESS_LOG)


def test_role_turned_down_or_ended_counts_no_more_and_stays_in_the_history(screens: Screens) -> None:
    operator, hamad = screens.sit("QA.doha", "operator"), screens.sit("QA.doha", "hamad")
    noura = screens.officers["noura"]
    operator.post(f"/people/of/{noura.pseudonym}/role/", {"role": "supervisor", "unit": root().uid})
    waiting = Grant.objects.get(officer=noura, role=Role.SUPERVISOR)
    hamad.post(f"/people/roles/{waiting.pk}/end/")
    hamad.post(f"/people/roles/{waiting.pk}/confirm/")
    assert not Officer.objects.get(pk=noura.pk).may(Permission.RELEASE)
    own = Grant.objects.get(officer=noura, role=Role.OFFICER)
    hamad.post(f"/people/roles/{own.pk}/end/")
    assert Officer.objects.get(pk=noura.pk).may(Permission.WRITE_CASES)
    operator.post(f"/people/roles/{own.pk}/end/")
    assert not Officer.objects.get(pk=noura.pk).may(Permission.WRITE_CASES)
    page = text(operator.get(f"/people/of/{noura.pseudonym}/"))
    assert "Releasing supervisor" in page
    assert "ended by <bdi>Officer hamad</bdi>" in page


def test_officer_who_leaves_is_signed_out_at_once_and_keeps_only_the_pseudonym_in_records(screens: Screens) -> None:
    noura = screens.officers["noura"]
    hers = Client()
    screens.at("QA.doha")
    hers.post("/sign-in/", {"username": "noura", "password": PASSWORD})
    operator = screens.sit("QA.doha", "operator")
    address = f"/people/of/{noura.pseudonym}/end/"
    assert "Tick the box" in text(operator.post(address, follow=True))
    operator.post(address, {"sure": "1"})
    assert hers.get("/").status_code == 302
    assert "do not belong together" in text(
        Client().post("/sign-in/", {"username": "noura", "password": PASSWORD}, follow=True)
    )
    assert not Officer.objects.get(pk=noura.pk).roles
    own = screens.officers["operator"].pseudonym
    assert "own service" in text(operator.post(f"/people/of/{own}/end/", {"sure": "1"}, follow=True))


def test_operator_who_invites_a_supervisor_again_cannot_release_with_that_invitation(screens: Screens) -> None:
    operator = screens.sit("QA.doha", "operator")
    hamad = screens.officers["hamad"]
    link = re.search(r"(/welcome/[^<]+/)", text(operator.post(f"/people/of/{hamad.pseudonym}/again/")))
    assert link is not None
    found = Officer.objects.get(pk=hamad.pk)
    assert not found.may(Permission.RELEASE)
    assert found.may(Permission.WRITE_CASES)
    thief = Client()
    form = thief.get(link[1]).headers["Location"]
    thief.post(form, {"new_password1": PASSWORD, "new_password2": PASSWORD})
    thief.post("/sign-in/", {"username": "hamad", "password": PASSWORD})
    assert thief.get("/cases/release/").status_code == 403


def test_what_lies_in_other_units_is_neither_seen_nor_changed_and_answers_alike(screens: Screens) -> None:
    node = screens.at("QA.doha")
    crime = Unit.objects.create(
        uid=node.new_id(), authority="QA/MOI", parent=root(), name="Crime", created_ms=node.clock()
    )
    local = screens.officer("QA.doha", "local", Role.SECRETARY)
    Grant.objects.filter(officer=local).update(unit=crime)
    Grant.objects.create(officer=local, role=Role.OPERATOR, unit=crime, since_ms=0, granted_ms=0, confirmed_ms=0)
    client = screens.sit("QA.doha", "local")
    assert "Officer noura" not in text(client.get("/people/"))
    assert "Officer noura" not in client.get("/people/table/").getvalue().decode()
    noura = screens.officers["noura"].pseudonym
    assert client.get(f"/people/of/{noura}/").status_code == client.get("/people/of/nobody000001/").status_code == 404
    said = [
        re.findall(r'<li class="message[^<]*</li>', text(client.post(f"/people/of/{one}/again/", follow=True)))
        for one in ("nobody000001", noura)
    ]
    assert said[0] == said[1] != []
    assert "There is no such unit" in text(client.post("/people/invite/", {
        "name": "x", "display_name": "X", "unit": root().uid, "roles": ["officer"]}, follow=True))  # fmt: skip
    assert not Officer.objects.filter(display_name="X").exists()
    with pytest.raises(OfficerError, match="There is no such role"):
        people_services.end_role(seat_of(screens, "local"), Grant.objects.get(officer=screens.officers["noura"]).pk)


def test_list_is_narrowed_paged_and_saved_and_every_change_stands_in_the_access_log(screens: Screens) -> None:
    operator = screens.sit("QA.doha", "operator")
    for number in range(45):
        screens.officer("QA.doha", f"desk-{number:02}", Role.ANALYST)
    first = text(operator.get("/people/?role=analyst"))
    assert "Officer desk-00" in first
    assert "Officer desk-44" not in first
    assert "Officer desk-44" in text(operator.get("/people/?role=analyst&page=2"))
    assert "Officer noura" not in first
    assert "Officer noura" in text(operator.get("/people/?words=NOUR"))
    saved = operator.get("/people/table/?role=analyst").getvalue().decode()
    assert saved.count("Analyst (QA/MOI)") == 45
    invite(operator)
    said = AccessLine.objects.filter(what="grant").values_list("records", flat=True)
    assert any(one.split()[1] == "officer-given" for one in said)
    assert "Salma" not in " ".join(said)


def test_units_are_kept_as_a_tree_and_closed_only_when_nothing_is_left_in_them(screens: Screens) -> None:
    operator = screens.sit("QA.doha", "operator")
    operator.post(f"/people/units/{root().uid}/", {"add": "1", "name": "Crime"})
    crime = Unit.objects.get(name="Crime")
    operator.post(f"/people/units/{crime.uid}/", {"add": "1", "name": "Drugs"})
    drugs = Unit.objects.get(name="Drugs")
    assert drugs.parent == crime
    assert "in use" in text(operator.post(f"/people/units/{crime.uid}/", {"close": "1"}, follow=True))
    operator.post(f"/people/units/{drugs.uid}/", {"rename": "1", "name": "Narcotics"})
    assert "Narcotics" in text(operator.get("/people/units/"))
    operator.post(f"/people/units/{drugs.uid}/", {"close": "1"})
    operator.post(f"/people/units/{crime.uid}/", {"close": "1"})
    assert "Narcotics" not in text(operator.get("/people/units/"))
    assert "keeps its name" in text(
        operator.post(f"/people/units/{root().uid}/", {"rename": "1", "name": "X"}, follow=True)
    )
