"""People are reminded once for each share of the time, by mail where it is on, and mail holds nothing personal."""

from collections.abc import Callable

import msgspec
import pytest
from django.core import mail

from comity.cases import reminders
from comity.cases.models import Reminder
from comity.node.config import Mail
from tests.cases.desks import Desks, uid_of
from tests.support.screens import Screens, text

pytestmark = pytest.mark.django_db(databases=["default", "second", "third"], transaction=True)
MAIL = Mail(
    host="127.0.0.1",
    tls="none",
    sender="node@example.org",
    reminders=("desk@example.org",),
    escalations=("head@example.org",),
)


@pytest.fixture
def desks(screens: Screens) -> Desks:
    return Desks(screens)


def switch_on(settings: object) -> None:
    config = settings.COMITY_CONFIG  # type: ignore[attr-defined]  # Django's own
    settings.COMITY_CONFIG = msgspec.structs.replace(config, mail=MAIL)  # type: ignore[attr-defined]  # the same
    settings.EMAIL_HOST = MAIL.host  # type: ignore[attr-defined]  # the same


def in_berlin(desks: Desks) -> Callable[[], None]:
    return lambda: reminders.tend(desks.screens.at("DE.berlin"))


def test_each_reminder_is_sent_once_however_often_the_node_looks_or_restarts(desks: Desks, settings: object) -> None:
    switch_on(settings)
    case = desks.ask(urgency="urgent")
    look = in_berlin(desks)
    look()
    assert mail.outbox == []
    desks.wait(4.1)
    look()
    look()
    assert [one.to for one in mail.outbox] == [["desk@example.org"]]
    desks.wait(4.1)
    look()
    look()
    assert [one.to for one in mail.outbox] == [["desk@example.org"], ["head@example.org"]]
    assert Reminder.objects.using("second").count() == 4
    for one in mail.outbox:
        words = f"{one.subject} {one.body}"
        assert uid_of(case) in words
        assert "4(2)" in words
        for private in ("Ownership", "vehicle", "ST-2026", "noura", "greta"):
            assert private not in words


def test_nothing_is_mailed_while_no_mail_server_is_named(desks: Desks) -> None:
    desks.ask(urgency="urgent")
    desks.wait(9)
    in_berlin(desks)()
    assert mail.outbox == []
    assert not Reminder.objects.using("second").filter(mailed_ms__isnull=True).exists()


def test_question_that_is_answered_or_stands_still_reminds_nobody(desks: Desks, settings: object) -> None:
    switch_on(settings)
    first = desks.ask(urgency="urgent")
    second = desks.ask(urgency="urgent", subject="Another", question="Who has driven the vehicle in June?")
    greta = desks.greta()
    desks.write(greta, first, uid_of(first), "reply", text="Known.", source="A", information="1")
    desks.write(greta, second, uid_of(second), "clarification", question="Which one?")
    desks.wait(9)
    in_berlin(desks)()
    assert mail.outbox == []


def test_mail_that_cannot_go_is_given_up_after_some_tries_and_the_inbox_still_says_it(
    desks: Desks, settings: object
) -> None:
    switch_on(settings)
    settings.EMAIL_BACKEND = "tests.cases.test_reminders.Broken"  # type: ignore[attr-defined]  # Django's own
    desks.ask(urgency="urgent")
    desks.wait(9)
    look = in_berlin(desks)
    for _round in range(reminders.TRIES + 2):
        look()
    assert not Reminder.objects.using("second").filter(mailed_ms__isnull=True).exists()
    assert "overdue" in text(desks.greta().get("/"))


def test_supervisor_sees_what_the_clause_passes_on_when_the_time_is_up(desks: Desks) -> None:
    desks.greta().post("/cases/new/")
    greta = desks.greta()
    draft = desks.screens.begin(greta, urgency="urgent")
    desks.finish(greta, draft)
    desks.wait(9)
    hamad = desks.screens.sit("QA.doha", "hamad")
    assert "passed on to you" in text(hamad.get("/"))
    assert "passed on to you" not in text(desks.noura().get("/"))


class Broken:
    """Be a mail server that is not there."""

    def __init__(self, **_options: object) -> None: ...

    def send_messages(self, _messages: object) -> int:
        raise ConnectionRefusedError
