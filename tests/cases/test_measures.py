"""Figures of requests are the same on both nodes, to the last digit, and each names the records it was counted from."""

import random
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from comity.cases import measures, outcomes
from comity.cases.models import Outcome
from comity.concurrence.measures import Figure, Window, catalogue, median_hours, share
from tests.cases.desks import Desks, uid_of
from tests.support import worlds
from tests.support.screens import Screens

pytestmark = pytest.mark.django_db(databases=["default", "second", "third"], transaction=True)


def figures(desks: Desks, node: str, **narrowed: str) -> dict[str, Figure]:
    found = desks.screens.at(node)
    channel = worlds.channel_of(found, desks.screens.channel)
    day = datetime.fromtimestamp(found.clock() / 1000, UTC).date()
    window = Window(date(2020, 1, 1), day, **narrowed)
    return {name: one.open_at(found, channel, "actual")(window) for name, one in catalogue().items()}


def test_both_nodes_count_the_same_from_receipts_and_answers(screens: Screens) -> None:
    desks = Desks(screens)
    first = desks.ask()
    second = desks.ask(question="Who has kept the other vehicle?", case_number="ST-2")
    third = desks.ask(question="Who has kept the third vehicle of them?", case_number="ST-3")
    desks.wait(3)
    for case, kind, fields in (
        (first, "reply", {"text": "Nobody.", "source": "B", "information": "2"}),
        (second, "refusal", {"ground": "not-available", "reason": "Nothing is known."}),
    ):
        desks.write(desks.greta(), case, uid_of(case), kind, **fields)
    doha, berlin = figures(desks, "QA.doha"), figures(desks, "DE.berlin")
    assert doha == berlin
    assert doha["requests-received"].value == 3
    assert doha["requests-answered"].value == 2
    assert doha["requests-refused"].value == 1
    assert doha["answered-in-time"].value == Decimal(100)
    assert doha["median-answer-time"].value == Decimal("3.00")
    assert len(doha["requests-received"].records) == 3
    assert figures(desks, "DE.berlin", party="QA")["requests-received"].value == 0
    assert figures(desks, "DE.berlin", area="migration")["answered-in-time"] == Figure(None, ())
    desks.wait(24)
    desks.write(desks.greta(), third, uid_of(third), "reply", text="Late.", source="B", information="2")
    assert figures(desks, "QA.doha") == figures(desks, "DE.berlin")
    assert figures(desks, "QA.doha")["answered-in-time"].value == Decimal("66.67")


def test_figures_are_made_again_from_the_journals_alone(screens: Screens) -> None:
    desks = Desks(screens)
    case = desks.ask()
    desks.write(desks.greta(), case, uid_of(case), "reply", text="Nobody.", source="B", information="2")
    before = figures(desks, "DE.berlin")
    node = screens.at("DE.berlin")
    outcomes.clear(node)
    assert not Outcome.objects.using(node.using).exists()
    measures._kept.clear()
    assert figures(desks, "DE.berlin") == before


def test_figures_after_every_change_are_those_of_a_fresh_reading(screens: Screens) -> None:
    node = screens.at("DE.berlin")
    channel = worlds.channel_of(node, screens.channel)
    table, dice = Outcome.objects.using(node.using), random.Random(7)
    windows = [Window(date(2026, month, 1), date(2026, month, 28), area) for month in (1, 2, 3) for area in ("", "a")]

    def put(uid: str) -> None:
        table.filter(uid=uid).delete()
        received = int(datetime(2026, dice.randint(1, 3), dice.randint(1, 31 - 3), tzinfo=UTC).timestamp() * 1000)
        table.create(
            channel=channel.uuid, uid=uid, reality="actual", area=dice.choice("ab"), asker="QA", holder="DE",
            received_ms=received, answered_ms=dice.choice([None, received + 1000 * dice.randint(1, 9999)]),
            refused=False, ground=dice.choice(["", "not-available"]),
        )  # fmt: skip

    for _turn in range(60):
        chosen = dice.random()
        if chosen < 0.7:
            for _one in range(dice.randint(1, 3)):
                put(str(dice.randint(1, 30)))
        elif chosen < 0.85:
            table.filter(uid=str(dice.randint(1, 30))).delete()
        else:
            table.filter(uid=str(dice.randint(1, 30))).update(ground="")
        kept = measures.rows(node, channel, "actual")
        counting = catalogue()["median-answer-time"].open_at(node, channel, "actual")
        seen = [counting(window) for window in windows], [kept.within(window) for window in windows]
        measures._kept.clear()
        fresh = measures.rows(node, channel, "actual")
        counting = catalogue()["median-answer-time"].open_at(node, channel, "actual")
        assert seen == ([counting(window) for window in windows], [fresh.within(window) for window in windows])
        if dice.random() < 0.9:
            measures._kept[node.using, channel.uuid, "actual"] = measures._Held("", kept_grounds(kept), kept)


def kept_grounds(rows: measures.Rows) -> int:
    return sum(1 for one in rows.known.values() if one.ground)


def test_shares_and_medians_round_alike_everywhere() -> None:
    assert share(1, 3) == Decimal("33.33")
    assert share(0, 0) is None
    assert median_hours([3_600_000, 7_200_000]) == Decimal("1.50")
    assert median_hours([18_000, 18_000, 54_000]) == Decimal("0.00")  # half a hundredth goes to the even one
    assert median_hours([54_000]) == Decimal("0.02")
    assert median_hours([]) is None
