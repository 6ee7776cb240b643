"""IATI results come in with their indicators whole, and what goes out is an activity of the standard."""

import contextlib
from datetime import UTC, datetime
from xml.etree.ElementTree import fromstring

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from comity.plan.exchange import Measure, Said
from comity.plan.imports.iati import results
from comity.plan.imports.report import ImportRefusedError, Left, Why
from comity.plan.papers.iati import results_xml
from tests.plan.plans import some_results

MADE = datetime(2027, 7, 1, 8, 0, tzinfo=UTC)
TITLE = "<title><narrative>Answers</narrative></title>"
PERIOD = '<period><period-start iso-date="2027-01-01"/><period-end iso-date="2027-03-31"/>{0}</period>'


def indicator(rest: str = "", attributes: str = 'measure="1"', title: str = TITLE) -> str:
    return f"<indicator {attributes}>{title}{rest}</indicator>"


def activity(*results: str, more: str = "") -> bytes:
    return (
        '<iati-activities version="2.03">\n<iati-activity xml:lang="en">'
        "<iati-identifier>XM-EXAMPLE-1</iati-identifier>"
        '<reporting-org ref="XM-EXAMPLE" type="10"><narrative>Ministry</narrative></reporting-org>'
        "<title><narrative>Plan</narrative></title><description><narrative>Plan</narrative></description>"
        '<participating-org role="4"/><activity-status code="2"/><activity-date type="1" iso-date="2027-01-01"/>\n'
        + "\n".join(results)
        + f"{more}</iati-activity></iati-activities>"
    ).encode()


def result(*indicators: str) -> str:
    return f'<result type="2">{TITLE}{"".join(indicators)}</result>'


def test_results_that_go_out_come_back_the_same() -> None:
    before = some_results()
    taken = results(results_xml(before, made=MADE, organisations=(("XM-DAC-EXAMPLE", "Ministry"), ("QA", "MOI"))))
    (after,) = taken.value
    assert after == before
    assert [loss for loss in taken.losses if loss.left is not Left.NOT_HELD] == []


def test_what_goes_out_follows_the_order_and_needs_of_the_schema() -> None:
    root = fromstring(results_xml(some_results(), made=MADE))
    assert root.attrib == {"version": "2.03", "generated-datetime": "2027-07-01T08:00:00Z"}
    (activity_,) = root
    assert [child.tag for child in activity_][:7] == [
        "iati-identifier",
        "reporting-org",
        "title",
        "description",
        "participating-org",
        "activity-status",
        "activity-date",
    ]
    first = activity_.find("result/indicator")
    assert first is not None
    assert [child.tag for child in first] == [
        "title", "description", "reference", "reference", "baseline", "period", "period",
    ]  # fmt: skip
    assert first.attrib == {"measure": "2", "ascending": "true"}


def test_values_that_are_no_numbers_are_kept_and_reported() -> None:
    data = activity(result(indicator(PERIOD.format('<target value="N=42;P=57"/>'), 'measure="Unit"')))
    taken = results(data)
    one = taken.value[0].results[0].indicators[0]
    assert one.measure is Measure.UNIT
    assert one.periods[0].targets[0].value == "N=42;P=57"
    assert {(loss.place, loss.left) for loss in taken.losses} >= {
        ("result/indicator/@measure", Left.RULE),
        ("result/indicator/period/target/@value", Left.RULE),
    }


def test_elements_that_an_indicator_cannot_hold_are_named() -> None:
    rest = '<document-link url="https://a.example" format="text/html"/>'
    more = '<sector code="15130"/><x:odd xmlns:x="https://a.example/x"/>'
    taken = results(activity(result(indicator(rest)), more=more))
    assert {(loss.place, loss.left) for loss in taken.losses} == {
        ("iati-activity/participating-org", Left.NOT_HELD),
        ("iati-activity/activity-status", Left.NOT_HELD),
        ("iati-activity/odd", Left.UNKNOWN),
        ("iati-activity/sector", Left.NOT_HELD),
        ("result/indicator/document-link", Left.NOT_HELD),
    }


def test_text_without_a_language_is_in_the_one_of_its_activity() -> None:
    (one,) = results(activity(result(indicator()))).value
    assert one.results[0].indicators[0].title == Said((("en", "Answers"),))


@settings(max_examples=100, deadline=None)
@given(st.data())
def test_damaged_activity_is_read_or_refused_and_nothing_else(data: st.DataObject) -> None:
    whole = bytearray(results_xml(some_results(), made=MADE))
    for _number in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(whole) - 1))
        whole[at : at + data.draw(st.integers(0, 30))] = data.draw(st.binary(max_size=6))
    with contextlib.suppress(ImportRefusedError):
        results(bytes(whole))


@pytest.mark.parametrize(
    ("data", "fault"),
    [
        (b"<iati-activity/>", (1, Why.WRONG_FORMAT)),
        (b"<iati-activities/>", (1, Why.MISSING)),
        (b'<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><iati-activities version="2.03"/>', (1, Why.HOSTILE)),
        (activity('<result type="1"><indicator measure="1"/></result>'), (3, Why.MISSING)),
        (activity(f"<result>{TITLE}{indicator()}</result>"), (3, Why.MISSING)),
        (activity(f'<result type="1">{TITLE}</result>'), (3, Why.MISSING)),
        (activity(result(indicator(attributes=""))), (3, Why.MISSING)),
        (activity(result(indicator(title="<title/>"))), (3, Why.MISSING)),
        (activity(result(indicator(TITLE))), (3, Why.TWICE)),
        (activity(result(indicator(attributes='measure="1" ascending="up"'))), (3, Why.NOT_YES_OR_NO)),
        (activity(result(indicator('<baseline value="3"/>'))), (3, Why.MISSING)),
        (activity(result(indicator('<baseline year="0" value="3"/>'))), (3, Why.NOT_A_NUMBER)),
        (activity(result(indicator('<period><period-start iso-date="2027-01-01"/></period>'))), (3, Why.MISSING)),
        (activity(result(indicator(PERIOD.format("").replace("2027-03-31", "31.3.2027")))), (3, Why.NOT_A_DATE)),
        (activity(result(indicator(PERIOD.format("").replace("2027-03-31", "2026-03-31")))), (3, Why.ORDER)),
        (activity(result(indicator(PERIOD.format("<target><comment/></target>")))), (3, Why.MISSING)),
        (activity(result(indicator('<reference code="1"/>'))), (3, Why.MISSING)),
        (activity(result(indicator("<odd/>"))), (3, Why.NOT_ON_LIST)),
        (activity("<odd/>"), (3, Why.NOT_ON_LIST)),
        (activity(TITLE), (3, Why.TWICE)),
    ],
)
def test_activity_that_the_schema_forbids_is_refused_with_line_and_reason(data: bytes, fault: tuple[int, Why]) -> None:
    with pytest.raises(ImportRefusedError) as refused:
        results(data)
    assert fault in [(one.line, one.why) for one in refused.value.faults]
