"""What a handling code, a clause or a missing consent forbids is forbidden, and nothing unknown is allowed."""

import pytest

from comity.cases.policy import TABLE, Consent, Information, Rule, decide, strictest
from comity.cases.records import Use
from comity.protocol.agreement.model import Onward
from comity.protocol.names import UnixMs

NOW = UnixMs(1_795_000_000_000)


def given(handling: str = "h0", onward: Onward = Onward.FREE, **more: object) -> Information:
    fields: dict[str, object] = {"own": False, "clause": "4(2)", "onward": onward, "handling": handling}
    return Information(**(fields | more))  # type: ignore[arg-type]  # the fields, by name


def test_table_says_of_every_code_what_every_use_is() -> None:
    assert all(set(row) == set(Use) for row in TABLE.values())


@pytest.mark.parametrize(
    ("handling", "use", "rule"),
    [
        ("h0", Use.EVIDENCE, Rule.FREE),
        ("h1", Use.EVIDENCE, Rule.CONSENT),
        ("h1", Use.EXPORT, Rule.FREE),
        ("h2", Use.EXPORT, Rule.CONSENT),
        ("h2", Use.ONWARD, Rule.CONSENT),
        ("h2", Use.PRINT, Rule.FREE),
        ("h3", Use.PRINT, Rule.CONSENT),
        ("tlp-red", Use.ONWARD, Rule.CONSENT),
        ("a-code-of-tomorrow", Use.PRINT, Rule.CONSENT),
        ("", Use.EVIDENCE, Rule.CONSENT),
    ],
)
def test_handling_code_decides_what_is_free_and_what_needs_consent(handling: str, use: Use, rule: Rule) -> None:
    assert decide(given(handling), use, now=NOW).rule is rule


@pytest.mark.parametrize("use", [Use.ONWARD, Use.OTHER_AGREEMENT])
def test_clause_that_never_lets_information_go_on_is_not_lifted_by_a_consent(use: Use) -> None:
    consent = Consent("1", use)
    verdict = decide(given(onward=Onward.NEVER, consents=(consent,)), use, now=NOW)
    assert verdict.rule is Rule.NEVER
    assert verdict.by_clause
    assert not verdict.askable


def test_own_information_is_free_for_every_use_of_one_s_own() -> None:
    mine = given("h3", Onward.NEVER, own=True)
    assert all(decide(mine, use, now=NOW).allowed for use in Use)


@pytest.mark.parametrize(
    ("consent", "allowed"),
    [
        (Consent("1", Use.ONWARD), True),
        (Consent("1", Use.EVIDENCE), False),
        (Consent("1", Use.ONWARD, recipient="FR.paris"), True),
        (Consent("1", Use.ONWARD, recipient="IT.roma"), False),
        (Consent("1", Use.ONWARD, until_ms=NOW), True),
        (Consent("1", Use.ONWARD, until_ms=UnixMs(NOW - 1)), False),
        (Consent("1", Use.ONWARD, items=(0,)), False),
    ],
)
def test_consent_lifts_only_the_use_recipient_and_time_it_names(
    consent: Consent, allowed: bool
) -> None:  # a table's column
    what = given("h2", consents=(consent,), items=("", ""))
    assert decide(what, Use.ONWARD, now=NOW, recipient="FR.paris").allowed is allowed


def test_consent_for_one_item_says_nothing_about_the_others_or_the_text() -> None:
    what = given("h2", items=("", "h3"), consents=(Consent("1", Use.ONWARD, items=(1,)),))
    assert decide(what, Use.ONWARD, now=NOW, items=[1]).consents == ("1",)
    assert decide(what, Use.ONWARD, now=NOW, items=[1]).allowed
    assert not decide(what, Use.ONWARD, now=NOW, items=[0, 1]).allowed
    assert not decide(what, Use.ONWARD, now=NOW).allowed


def test_strictest_part_of_a_record_decides_for_all_of_it_and_names_the_items() -> None:
    what = given("h0", items=("", "h1", "h3"))
    verdict = decide(what, Use.EVIDENCE, now=NOW)
    assert verdict.rule is Rule.CONSENT
    assert verdict.items == (1, 2)
    assert strictest([verdict, decide(given(), Use.PRINT, now=NOW)]) is verdict
    assert strictest([decide(given(), Use.PRINT, now=NOW)]) is None
