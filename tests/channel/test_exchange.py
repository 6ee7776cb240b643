"""Two nodes in one process: what is posted on one is applied on the other, once, with a receipt."""

from pathlib import Path

import pytest

from comity.cases.models import Entry
from comity.channel.alarms import open_alarms
from comity.channel.control import verdict
from comity.channel.models import Cosignature, Journal
from comity.protocol.types import Outcome
from tests.support import worlds
from tests.support.texts import agreement
from tests.support.worlds import World

pytestmark = pytest.mark.django_db(databases=["default", "second", "third"], transaction=True)


@pytest.fixture
def world(tmp_path: Path) -> World:
    return worlds.make_world(["QA.doha", "DE.berlin"], ["default", "second"], tmp_path)


@pytest.fixture
def channel(world: World) -> str:
    return worlds.agree(world, agreement(list(world.nodes.values()), worlds.new_channel_id(world)))


def test_a_posted_request_arrives_and_both_sides_agree_on_what_became_of_it(world: World, channel: str) -> None:
    doha, berlin = world.nodes.values()
    (uid,) = worlds.send(doha, channel, [worlds.request("DE.berlin")])
    world.settle()
    assert list(Entry.objects.using("second").values_list("uid", flat=True)) == [uid]
    assert list(Entry.objects.using("default").values_list("uid", flat=True)) == [uid]
    journals = {one.using: Journal.objects.using(one.using).get(node="QA.doha") for one in (doha, berlin)}
    assert journals["default"].size == journals["second"].size
    index = Entry.objects.using("default").get().index
    for node in (doha, berlin):
        stated = verdict(node, journals[node.using].id, index, "DE.berlin")
        assert stated is not None
        assert stated.outcome is Outcome.ACCEPTED
    assert Cosignature.objects.using("default").filter(cosigner="DE.berlin", size__gt=index).exists()
    assert not open_alarms(doha)
    assert not open_alarms(berlin)
