"""Say in plain text what a pack proves, for people who were not there."""

from collections.abc import Iterator
from datetime import UTC, datetime

from comity.protocol.packs.report import (
    ContentState,
    Finding,
    OutcomeFact,
    ReceiptFact,
    RecordFact,
    Report,
    Verdict,
)
from comity.protocol.records import Header, Reality, Relation
from comity.protocol.types import Outcome

_VERDICTS = {
    Verdict.PROVEN: "PROVEN: everything in this file is proven by the keys given.",
    Verdict.PART: "PROVEN IN PART: nothing in this file is wrong, but not everything in it is proven.",
    Verdict.BROKEN: "BROKEN: do not rely on this file.",
}
_CONTENTS = {
    ContentState.VERIFIED: "in this file, and verified",
    ContentState.CLOSED: "in this file, but nothing to verify it with",
    ContentState.LEFT_OUT: "left out of this copy",
    ContentState.ERASED: "erased",
    ContentState.ABSENT: "not in this file",
    ContentState.BROKEN: "CHANGED, not to be relied on",
}


def _plain(text: str) -> str:
    """Return a sender's words on one line.

    SECURITY: no text in a pack can forge a line of the report. Holds because line breaks, control characters and
    writing-direction marks are replaced. Breaks if a sender's text is printed by another way.
    """
    return "".join(character if character.isprintable() else "\ufffd" for character in text)


def render(report: Report) -> str:
    """Return the report as text; times of receipts are those of the node that gave them."""
    return "\n".join(_lines(report)) + "\n"


def _lines(report: Report) -> Iterator[str]:
    yield _VERDICTS[report.verdict]
    yield ""
    if report.case:
        yield f"Case      {report.case}"
        yield f"Channel   {report.channel}"
        sealed = "recorded in its journal" if report.exported else "NOT shown to be recorded in its journal"
        yield f"Exported  {report.time} by {report.exporter}, {sealed}"
        for one in report.agreements:
            signers = ", ".join(one.signed_by) or "nobody"
            yield f"Agreement {one.digest[7:23]}, version {one.version or 'unknown'}, proven signed by {signers}"
        yield ""
    under_clause = [one for one in report.records if one.header is None or one.header.clause]
    for record in under_clause:
        yield from _record(record)
        yield ""
    others = [one for one in report.records if one.header is not None and not one.header.clause]
    if others:
        yield "Records that carry the agreement, receipts and erasures:"
        yield from (_brief(one) for one in others)
        yield ""
    yield from _list("Wrong", report.findings)
    yield from _list("Not proven", report.unproven)
    yield from _list("Left out of this copy", [Finding(name, "") for name in report.left_out])


def _list(title: str, findings: "tuple[Finding, ...] | list[Finding]") -> Iterator[str]:
    if findings:
        yield f"{title}:"
        yield from (f"  {one.item}{': ' if one.problem else ''}{one.problem}" for one in findings)
        yield ""


def _record(record: RecordFact) -> Iterator[str]:
    place = f"{record.node}/{record.index}"
    mark = "proven" if record.proven else "NOT PROVEN"
    header = record.header
    if header is None:
        yield f"{place}  (header not in this file)  {mark}"
        return
    yield f"{place}  {header.type}  {mark}{_reality(header)}"
    yield f"    sent      {header.time} (its own clock) by {header.authority} to {', '.join(header.to)}"
    if header.clause:
        rule = f"clause {header.clause} of {(header.agreement or '')[7:23]}"
        yield f"    under     {rule}, purpose {header.purpose}, handling {header.handling}"
    for reference in header.refs:
        if reference.rel is not Relation.CASE:
            yield f"    {reference.rel:<9} {reference.id}"
    yield f"    content   {_CONTENTS[record.content]}"
    for attachment in record.attachments:
        yield f"    attached  {_plain(attachment.name) or attachment.id[7:23]}: {_CONTENTS[attachment.state]}"
    if record.receipts:
        yield from (f"    received  {_receipt(one)}" for one in record.receipts)
    else:
        yield "    received  no receipt in this file"
    yield from (f"    {_outcome(one)}" for one in record.outcomes)
    if not record.outcomes:
        yield "    answered  neither acceptance nor refusal in this file"
    for erasure in record.erasures:
        yield f"    erased    {erasure.time} by {erasure.by}, confirmed; ground: {_plain(erasure.ground)}"


def _brief(record: RecordFact) -> str:
    header = record.header
    time, type_ = (header.time, header.type) if header else ("", "")
    received = ", ".join(f"received by {one.by}" for one in record.receipts) or "no receipt in this file"
    mark = "proven" if record.proven else "NOT PROVEN"
    return f"  {time}  {record.node}/{record.index}  {type_}  {mark}; {received}; {_CONTENTS[record.content]}"


def _reality(header: Header) -> str:
    return "" if header.reality is Reality.ACTUAL else f"  [{header.reality.upper()}]"


def _receipt(receipt: ReceiptFact) -> str:
    try:
        when = datetime.fromtimestamp(receipt.time, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    except (OverflowError, ValueError, OSError):
        when = f"{receipt.time} seconds after 1970"
    return f"by {receipt.by}, at the latest {when}"


def _outcome(one: OutcomeFact) -> str:
    if one.outcome is Outcome.ACCEPTED:
        return f"accepted  {one.time} by {one.by}"
    clause = f", clause {one.clause}" if one.clause else ""
    return f"refused   {one.time} by {one.by}: {one.reason}{clause}. {_plain(one.sentence)} {_plain(one.remedy)}"
