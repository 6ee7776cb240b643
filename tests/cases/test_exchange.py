"""Officers of two nodes ask and answer on their screens, and each sees what became of it."""

import io

import pytest

from comity.channel import uploads
from comity.channel.models import Blob, Record
from comity.channel.post import post
from comity.desk.models import Draft
from comity.desk.roles import Role
from tests.support import worlds
from tests.support.screens import QUESTION, Screens, text, version

pytestmark = pytest.mark.django_db(databases=["default", "second", "third"], transaction=True)


def test_request_and_reply_travel_from_screen_to_screen_with_receipts(screens: Screens) -> None:
    noura = screens.sit("QA.doha", "noura")
    case = screens.ask(noura)
    assert "mark-queued" in text(noura.get(case))
    screens.world.settle()
    assert "mark-accepted" in text(noura.get(case))
    greta = screens.sit("DE.berlin", "greta")
    assert "Ownership of a vehicle" in text(greta.get("/"))
    uid = case.rstrip("/").rpartition("/")[2]
    address = greta.post(f"{case}{uid}/reply/").headers["Location"]
    greta.post(address, {"text": "A company in Cologne.", "source": "B", "information": "2", "keep": "1"})
    greta.post(address + "review/", {"send": "1", "version": version(greta, address)})
    screens.world.settle()
    noura = screens.sit("QA.doha", "noura")
    shown = text(noura.get(case))
    assert "A company in Cologne." in shown
    assert "B: mostly reliable" in shown
    assert "Nothing is due from them." in text(noura.get("/"))


def test_preflight_names_clause_and_remedy_next_to_the_field_without_a_script(screens: Screens) -> None:
    noura = screens.sit("QA.doha", "noura")
    address = screens.begin(noura, case_number="")
    page = text(noura.get(address))
    assert "It would be refused:" in page
    field = page.partition('id="said-case_number"')[2].partition("</div>")[0]
    assert "Clause 4(2) needs a case number." in field
    assert "Fill in the case number." in field


def test_live_preflight_answers_in_parts_and_keeps_what_is_written(screens: Screens) -> None:
    noura = screens.sit("QA.doha", "noura")
    address = screens.begin(noura, case_number="")
    answer = text(noura.post(address + "check/", QUESTION | {"subject": "Changed"}, headers={"HX-Request": "true"}))
    assert answer.startswith('<div id="preflight"')
    assert "It can be sent." in answer
    assert 'hx-swap-oob="true"' in answer
    assert 'value="Changed"' in text(noura.get(address))


def test_draft_with_a_finding_is_not_sent_even_if_the_button_is_forged(screens: Screens) -> None:
    noura = screens.sit("QA.doha", "noura")
    address = screens.begin(noura, case_number="")
    before = Record.objects.count()
    answer = noura.post(address + "review/", {"send": "1", "version": version(noura, address)}, follow=True)
    assert "Clause 4(2) needs" in text(answer)
    assert Record.objects.count() == before


def test_clause_for_two_persons_waits_for_a_second_one_who_is_not_the_writer(screens: Screens) -> None:
    noura = screens.sit("QA.doha", "noura")
    address = screens.begin(noura, clause="3(1)", handling="h2", legal_basis="A law")
    assert "two persons" in text(noura.get(address + "review/"))
    noura.post(address + "review/", {"hand-over": "1", "version": version(noura, address)})
    assert noura.get("/cases/release/").status_code == 403
    screens.give("noura", Role.SUPERVISOR)
    noura.post(address + "review/", {"release": "1", "version": version(noura, address)})
    assert Draft.objects.count() == 1
    hamad = screens.sit("QA.doha", "hamad")
    assert "Ownership of a vehicle" in text(hamad.get("/"))
    sent = hamad.post(address + "review/", {"release": "1", "version": version(hamad, address)}, follow=True)
    assert "Officer hamad" in text(sent)
    assert Draft.objects.count() == 0
    screens.world.settle()
    assert "mark-accepted" in text(hamad.get(sent.redirect_chain[-1][0]))


def test_release_of_anything_but_what_was_looked_at_is_refused(screens: Screens) -> None:
    noura = screens.sit("QA.doha", "noura")
    address = screens.begin(noura, clause="3(1)", handling="h2", legal_basis="A law")
    noura.post(address + "review/", {"hand-over": "1", "version": version(noura, address)})
    hamad = screens.sit("QA.doha", "hamad")
    seen = version(hamad, address)
    noura.post(address + "review/", {"take-back": "1"})
    noura.post(address, QUESTION | {"clause": "3(1)", "handling": "h2", "question": "Something else altogether?"})
    noura.post(address + "review/", {"hand-over": "1", "version": version(noura, address)})
    hamad.post(address + "review/", {"release": "1", "version": seen})
    assert Draft.objects.count() == 1


def test_draft_returned_with_a_note_shows_it_to_its_writer(screens: Screens) -> None:
    noura = screens.sit("QA.doha", "noura")
    address = screens.begin(noura, clause="3(1)", handling="h2", legal_basis="A law")
    noura.post(address + "review/", {"hand-over": "1", "version": version(noura, address)})
    hamad = screens.sit("QA.doha", "hamad")
    hamad.post(address + "review/", {"return": "1", "version": version(hamad, address), "note": "Name the month."})
    assert "Name the month." in text(noura.get(address))


def test_drafts_rest_sealed_and_no_column_holds_what_was_written(screens: Screens) -> None:
    noura = screens.sit("QA.doha", "noura")
    screens.begin(noura)
    row = Draft.objects.get()
    everything = b"|".join(
        str(value).encode() if not isinstance(value, bytes) else value for value in vars(row).values()
    )
    for word in (b"Ownership", b"vehicle", b"ST-2026"):
        assert word not in everything


def test_attachment_travels_and_is_handed_out_only_as_a_sandboxed_file(screens: Screens) -> None:
    noura = screens.sit("QA.doha", "noura")
    address = screens.begin(noura)
    content = b"<script>alert(1)</script>" * 20_000
    upload = io.BytesIO(content)
    upload.name = "../photo \u202egpj.html"
    noura.post(address, QUESTION | {"attach": "1", "upload": upload})
    case = noura.post(address + "review/", {"send": "1", "version": version(noura, address)}).headers["Location"]
    screens.world.settle(6)
    greta = screens.sit("DE.berlin", "greta")
    page = text(greta.get(case))
    link = next(part for part in page.split('"') if part.endswith("/attachments/0/"))
    # The file shows that it is a page with a script, whatever its name says: first a word of warning.
    assert "when it is opened" in text(greta.get(link))
    answer = greta.get(link + "?anyway=1")
    assert b"".join(answer) == content
    assert answer.headers["Content-Disposition"].startswith("attachment;")
    assert "photo" not in link
    assert answer.headers["Content-Type"] == "application/octet-stream"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert "\u202e" not in page


def test_discarded_draft_takes_its_attachments_with_it(screens: Screens) -> None:
    noura = screens.sit("QA.doha", "noura")
    address = screens.begin(noura)
    noura.post(address, QUESTION | {"attach": "1", "upload": io.BytesIO(b"x" * 1000)})
    blob = Blob.objects.get()
    noura.post(address, QUESTION | {"discard": "1"})
    assert not Blob.objects.exists()
    assert not Draft.objects.exists()
    uploads.let_go(screens.world.nodes["QA.doha"], blob.id)


def test_refused_record_shows_clause_sentence_and_remedy_to_its_sender(screens: Screens) -> None:
    noura = screens.sit("QA.doha", "noura")
    doha, berlin = screens.world.nodes.values()
    draft = worlds.request("DE.berlin", purpose="investigation", urgency="urgent")
    (placed,) = post(doha, worlds.channel_of(doha, screens.channel), [draft])
    # Berlin suspends before the request arrives; its node refuses what it would otherwise take.
    suspend(berlin, screens.channel)
    screens.world.settle()
    page = text(noura.get(f"/cases/{screens.channel}/{placed.uid}/"))
    assert "mark-refused" in page
    assert "suspended" in page
    assert "What is wrong" in text(noura.get("/"))
    assert "mark-refused" in text(noura.get("/"))


def suspend(node: object, channel: str) -> None:
    from comity.channel import agreements
    from comity.channel.runtime import LocalNode
    from comity.protocol.types import AgreementSuspended

    assert isinstance(node, LocalNode)
    row = worlds.channel_of(node, channel)
    digest = agreements.digest_in_force(node, row)
    assert digest is not None
    agreements.act(node, row, "agreement.suspended/1", AgreementSuspended(digest=digest, reason="A test"))
