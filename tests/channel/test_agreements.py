"""The agreement while records travel: refusals, amendments in flight, suspension, unsigned proposals."""

import pytest

from comity.cases.records import Request
from comity.channel import agreements, exchange, post
from comity.channel.models import Channel, ContentState, Record, RecordState
from comity.channel.runtime import LocalNode
from comity.protocol import types
from comity.protocol.agreement.permits import Permission
from comity.protocol.errors import WrongAddressError
from comity.protocol.message import Batch, LateContent, Message, WireRecord
from comity.protocol.types import Outcome
from tests.channel.tricks import Scene, alarms, entries, message_of, pass_on, sealed, with_
from tests.support import worlds
from tests.support.texts import agreement

pytestmark = [pytest.mark.django_db(databases=["default", "second", "third"]), pytest.mark.timeout(300)]


def act(scene: Scene, node: LocalNode, tag: str, body: object) -> None:
    agreements.act(node, scene.channel(node), tag, body)  # type: ignore[arg-type]  # one of the acts


def sign(scene: Scene, node: LocalNode, digest: str) -> None:
    act(scene, node, "agreement.signed/1", types.AgreementSigned(digest=digest))


def amend(scene: Scene, node: LocalNode) -> str:
    """Propose an amendment and let it arrive."""
    in_force = agreements.digest_in_force(node, scene.channel(node))
    agreements.propose(node, agreement(scene.nodes, scene.uuid, version=2, previous=in_force, note="amended"))
    scene.settle()
    view = agreements.negotiation(node, scene.channel(node)).view
    return next(digest for digest, text in view.texts.items() if text.status == "live")


def unchecked(scene: Scene, node: LocalNode, to: str, monkeypatch: pytest.MonkeyPatch, **changes: object) -> str:
    """Send as a program would that does not ask the agreement."""
    terms = agreements.terms_in_force(node, scene.channel(node))
    allowed = Permission(terms.digest, terms.clauses["4(2)"].clause, None, body_checked=True)
    with monkeypatch.context() as patch:
        patch.setattr(agreements, "check", lambda *_a, **_k: allowed)
        return scene.send(node, to, **changes)


def test_what_a_clause_forbids_is_refused_before_it_leaves_with_the_clause_and_the_remedy(two: Scene) -> None:
    doha = two.nodes[0]
    with pytest.raises(post.NotPermittedError) as refused:
        two.send(doha, "DE.berlin", body=Request(subject="x", question="y"))
    assert refused.value.refusal.findings[0].clause == "4(2)"
    assert refused.value.remedy
    assert not Record.objects.using(doha.using).filter(type="cases.request/1").exists()


def test_a_refusal_stands_on_both_sides_with_clause_and_remedy(two: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    doha, berlin = two.nodes
    uid = unchecked(two, doha, "DE.berlin", monkeypatch, body=Request(subject="x", question="y"))
    good = two.send(doha, "DE.berlin")
    two.settle()
    for node in (doha, berlin):
        said = two.verdict(node, uid, "DE.berlin")
        assert said is not None
        assert (said.outcome, said.reason, said.clause) == (Outcome.REFUSED, "field-missing", "4(2)")
        assert "case number" in said.sentence
        assert said.remedy
    assert two.record(berlin, uid).state == RecordState.REFUSED
    assert entries(berlin) == [good]
    assert not alarms(berlin)


def test_a_record_under_the_superseded_text_is_accepted_while_its_author_did_not_know_better(two: Scene) -> None:
    doha, berlin = two.nodes
    digest = amend(two, doha)
    sign(two, doha, digest)
    two.settle()
    sign(two, berlin, digest)
    uid = two.send(doha, "DE.berlin")
    two.settle()
    said = two.verdict(doha, uid, "DE.berlin")
    assert said is not None
    assert said.outcome is Outcome.ACCEPTED


def test_a_record_under_the_superseded_text_is_refused_once_its_author_knew(
    two: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    doha, berlin = two.nodes
    old = agreements.digest_in_force(doha, two.channel(doha))
    digest = amend(two, doha)
    for node in (doha, berlin):
        sign(two, node, digest)
        two.settle()
    with monkeypatch.context() as patch:
        patch.setattr(agreements, "digest_in_force", lambda *_a: old)
        allowed = Permission(
            str(old), agreements.terms_in_force(doha, two.channel(doha)).clauses["4(2)"].clause, None, True
        )
        patch.setattr(agreements, "check", lambda *_a, **_k: allowed)
        uid = two.send(doha, "DE.berlin")
    two.settle()
    said = two.verdict(doha, uid, "DE.berlin")
    assert said is not None
    assert (said.outcome, said.reason) == (Outcome.REFUSED, "agreement-superseded")


def test_a_suspension_stops_flows_at_once_on_both_sides_and_its_own_party_lifts_it(two: Scene) -> None:
    doha, berlin = two.nodes
    digest = str(agreements.digest_in_force(doha, two.channel(doha)))
    act(two, berlin, "agreement.suspended/1", types.AgreementSuspended(digest=digest, reason="elections"))
    in_flight = two.send(doha, "DE.berlin")
    two.settle()
    said = two.verdict(doha, in_flight, "DE.berlin")
    assert said is not None
    assert said.reason == "suspended"
    for node, to in ((doha, "DE.berlin"), (berlin, "QA.doha")):
        with pytest.raises(post.NotPermittedError):
            two.send(node, to)
    act(two, berlin, "agreement.resumed/1", types.AgreementResumed(digest=digest))
    two.settle()
    uid = two.send(doha, "DE.berlin")
    two.settle()
    assert entries(berlin) == [uid]


def test_an_act_behind_one_whose_content_was_withheld_waits_for_it_and_is_not_judged_before(two: Scene) -> None:
    doha, berlin = two.nodes
    digest = str(agreements.digest_in_force(doha, two.channel(doha)))
    act(two, doha, "agreement.suspended/1", types.AgreementSuspended(digest=digest, reason="elections"))
    act(two, doha, "agreement.resumed/1", types.AgreementResumed(digest=digest))

    def without_the_suspension(message: Message) -> Message:
        batch = message.batches[0]
        records = tuple(
            WireRecord(one.header) if b'"type":"agreement.suspended/1"' in one.header else one for one in batch.records
        )
        return with_(message, batches=(Batch(batch.node, batch.start, records, batch.note),))

    pass_on(two, doha, berlin, without_the_suspension)
    waiting = Record.objects.using(berlin.using).filter(journal__node="QA.doha", content_state=ContentState.LACKING)
    assert [one.type for one in waiting.order_by("index")] == ["agreement.suspended/1", "agreement.resumed/1"]
    late = [
        LateContent("QA.doha", one.index, bytes(one.content or b""), ())
        for one in Record.objects.using(doha.using).filter(journal__node="QA.doha", type__startswith="agreement.")
    ][-2:]
    pass_on(two, doha, berlin, lambda message: with_(message, batches=(), late=(late[1],)))
    assert waiting.count() == 2
    two.settle()
    assert not waiting.exists()
    for node in two.nodes:
        acts = agreements.negotiation(node, two.channel(node)).journals["QA.doha"]
        assert [one.kind for one in acts][-2:] == ["agreement.suspended/1", "agreement.resumed/1"]
        assert agreements.negotiation(node, two.channel(node)).suspended_by == ()
    uid = two.send(doha, "DE.berlin")
    two.settle()
    assert entries(berlin) == [uid]


def test_a_partner_keeps_only_so_many_unsigned_proposals_open(two: Scene) -> None:
    doha, berlin = two.nodes
    object.__setattr__(berlin.limits, "unsigned_channels", 2)
    for _ in range(4):
        two.world.clock.ms += 1000
        agreements.propose(doha, agreement(two.nodes, worlds.new_channel_id(two.world)))
    two.settle()
    opened = Channel.objects.using(berlin.using).filter(opened_by="QA.doha").exclude(uuid=two.uuid)
    assert opened.count() == 2
    uid = two.send(doha, "DE.berlin")
    two.settle()
    assert entries(berlin) == [uid]


def test_nobody_signs_for_other_keys_than_those_compared_by_telephone(two: Scene) -> None:
    doha, berlin = two.nodes
    stranger = worlds.make_node("DE.berlin", "default", doha.home / "other", two.world.clock)
    two.world.clock.ms += 1000
    uuid = worlds.new_channel_id(two.world)
    with pytest.raises(WrongAddressError):
        agreements.propose(doha, agreement([doha, stranger], uuid))
    two.world.clock.ms += 1000
    agreements.propose(doha, agreement([doha, berlin], worlds.new_channel_id(two.world)))
    in_force = agreements.digest_in_force(doha, two.channel(doha))
    text = agreement([doha, stranger], two.uuid, version=2, previous=in_force)
    body = types.AgreementProposed(text=text.decode())
    with pytest.raises(WrongAddressError):
        agreements.take_act(berlin, two.channel(berlin), doha.name, "agreement.proposed/1", body)


def test_an_unknown_channel_is_answered_with_a_problem_and_opens_nothing(two: Scene) -> None:
    doha, berlin = two.nodes
    message = with_(message_of(two, doha, berlin.name), channel=doha.new_id(), batches=(), notes=())
    _, answer = exchange.open_from(doha, exchange.receive(berlin, sealed(doha, message)))
    assert answer.problem
    assert Channel.objects.using(berlin.using).count() == 1
