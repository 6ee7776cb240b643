"""Auditor and data-protection officer see who looked at what, prove the log, and see what was erased on both sides."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from comity.channel import erasure
from comity.channel.models import Record
from comity.desk.models import AccessHead, AccessLine
from comity.desk.roles import Role
from comity.node.commands.log import SENTENCES
from comity.protocol import types
from tests.support.screens import QUESTION, Screens, text
from tests.support.worlds import channel_of

pytestmark = pytest.mark.django_db(databases=["default", "second", "third"], transaction=True)


def watched(screens: Screens) -> str:
    """Let Doha ask and look, and add an auditor; return the case."""
    noura = screens.sit("QA.doha", "noura")
    case = screens.ask(noura)
    noura.get(case)
    screens.officer("QA.doha", "salma", Role.AUDITOR, Role.DATA_PROTECTION)
    return case.rstrip("/").rpartition("/")[2]


def test_log_is_searched_by_officer_case_purpose_and_time_and_saved(screens: Screens) -> None:
    case = watched(screens)
    salma = screens.sit("QA.doha", "salma")
    page = text(salma.get("/access-log/"))
    assert "Officer noura" in page
    assert "Case read" in page
    assert QUESTION["subject"] not in page
    for query, found in (
        ("who=noura", True), ("who=hamad", False), (f"case={case}", True), ("case=other", False),
        ("purpose=investigation", True), ("purpose=prevention", False), ("what=export", False),
        ("since=2020-01-01", True), ("until=2020-01-01", False), ("since=nonsense", True),
    ):  # fmt: skip
        assert ("<td><bdi>Officer noura</bdi>" in text(salma.get(f"/access-log/?{query}"))) is found, query
    saved = salma.get(f"/access-log/table/?case={case}").getvalue().decode()
    assert "Officer noura" in saved
    assert AccessLine.objects.filter(what="export", records="access-log").count() == 1


def test_log_is_paged_and_its_page_costs_the_same_whatever_it_holds(screens: Screens) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    watched(screens)
    salma = screens.sit("QA.doha", "salma")
    salma.get("/access-log/")
    with CaptureQueriesContext(connection) as few:
        salma.get("/access-log/")
    template = AccessLine.objects.order_by("-index").first()
    assert template is not None
    start = template.index
    for number in range(1, 120):
        template.index = start + number
        template.save(force_insert=True)
    with CaptureQueriesContext(connection) as many:
        first = text(salma.get("/access-log/"))
    assert len(many) == len(few)
    assert "page=2" in first
    assert "page=3" in text(salma.get("/access-log/?page=2"))


def test_tampering_is_named_on_screen_with_the_number_of_the_entry(screens: Screens) -> None:
    watched(screens)
    salma = screens.sit("QA.doha", "salma")
    assert "entries are what they were" in text(salma.post("/access-log/proof/check/", {"kept": ""}))
    head = salma.get("/access-log/proof/head/").content.decode()
    assert "entries are what they were" in text(
        salma.post("/access-log/proof/check/", {"kept": head.replace("\n", "\r\n")})
    )
    AccessLine.objects.filter(index=0).update(purpose="prevention")
    assert "Entry 0 was changed" in text(salma.post("/access-log/proof/check/", {"kept": ""}))
    assert "not signed by this node" in text(salma.post("/access-log/proof/check/", {"kept": "nonsense"}))


def test_command_line_verifies_the_log_and_names_the_entry(
    screens: Screens, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    from comity.desk.log_check import FaultKind
    from comity.node import bring_up
    from comity.node.cli import Context
    from comity.node.commands.log import log

    watched(screens)
    node = screens.at("QA.doha")
    monkeypatch.setattr(bring_up, "open_node", lambda _home: node)
    context = Context(home=tmp_path)
    kept = tmp_path / "head.txt"
    assert CliRunner().invoke(log, ["head", "-o", str(kept)], obj=context).exit_code == 0
    assert kept.read_bytes() == bytes(AccessHead.objects.get().note)
    fine = CliRunner().invoke(log, ["verify", "--head", str(kept)], obj=context)
    assert "are what they were" in fine.output
    AccessLine.objects.filter(index=0).update(officer="somebodyelse0001")
    bad = CliRunner().invoke(log, ["verify"], obj=context)
    assert bad.exit_code == 1
    assert "entry 0 was changed" in bad.output
    assert set(SENTENCES) == {kind.value for kind in FaultKind}


def test_erasures_of_both_sides_show_where_the_partner_signed_that_it_erased(screens: Screens) -> None:
    watched(screens)
    screens.world.settle()
    node, partner = screens.at("QA.doha"), screens.world.nodes["DE.berlin"]
    channel = channel_of(node, screens.channel)
    record = Record.objects.get(type="cases.request/1", journal__node="QA.doha", channel=channel)
    address = types.RecordAddress(journal="QA.doha", index=record.index, id=str(record.uid))
    erasure.order(node, channel, [address], "judgment 12/2026")
    salma = screens.sit("QA.doha", "salma")
    due = text(salma.get("/erasures/"))
    assert due.count("judgment 12/2026") == 2
    assert "judgment 12/2026" not in text(salma.get("/erasures/?holder=FR.paris"))
    erasure.run(node)
    screens.world.settle()
    erasure.run(partner)
    screens.world.settle()
    done = text(salma.get("/erasures/?state=done"))
    assert done.count("signed</span>") == 2
    confirmed = Record.objects.get(type="erasure.done/1", journal__node="DE.berlin", channel=channel)
    assert f"DE.berlin #{confirmed.index}" in done
    assert "judgment 12/2026" in salma.get("/erasures/table/?state=done").getvalue().decode()


def test_erasure_that_the_partner_owes_beyond_its_time_is_shown_as_overdue(screens: Screens) -> None:
    watched(screens)
    screens.world.settle()
    node = screens.at("QA.doha")
    channel = channel_of(node, screens.channel)
    record = Record.objects.get(type="cases.request/1", journal__node="QA.doha", channel=channel)
    address = types.RecordAddress(journal="QA.doha", index=record.index, id=str(record.uid))
    erasure.order(node, channel, [address], "withdrawn")
    screens.world.down.add("DE.berlin")
    erasure.run(node)
    screens.world.clock.ms += erasure.CONFIRM_WITHIN_MS + 1
    page = text(screens.sit("QA.doha", "salma").get("/erasures/?state=overdue"))
    assert "DE.berlin" in page.partition("<tbody>")[2]
    assert page.partition("<tbody>")[2].count("withdrawn") == 1
