"""Draw the conclusions once a pack has gone by: receipts, outcomes, erasures, signatures of the agreement, verdict."""

from bisect import bisect_left
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TypeVar

from comity.protocol.agreement.model import AGREEMENT_LIMIT, Agreement
from comity.protocol.canonical import Strict, decode
from comity.protocol.errors import ComityError
from comity.protocol.packs.format import item_name
from comity.protocol.packs.report import (
    AgreementFact,
    AttachmentFact,
    ContentState,
    ErasureFact,
    Finding,
    OutcomeFact,
    RecordFact,
    Report,
    Verdict,
)
from comity.protocol.packs.state import SeenRecord, State
from comity.protocol.types import UNDISPOSED, AgreementSigned, Disposition, ErasureDone, Outcome, Refused

_B = TypeVar("_B", bound=Strict)


def unreadable(finding: Finding) -> Report:
    """Return the report of a file of which not even the manifest could be read."""
    return Report(Verdict.BROKEN, (finding,))


def conclude(state: State) -> Report:
    """Return the report on everything seen; in time that grows with the file, however it is made."""
    records = sorted(state.records.values(), key=lambda one: (_time(one), one.node, one.index))
    said = _Said(_outcomes(state), _erasures(state), {finding.item.rpartition("/")[0] for finding in state.findings})
    facts = tuple(_record(state, one, said) for one in records)
    agreements = tuple(_agreements(state))
    if not state.findings and not any(fact.proven for fact in facts):
        state.broken("file", "nothing in it is proven by the keys that were given")
    partly = Verdict.PART if state.unproven or state.left_out else Verdict.PROVEN
    verdict = Verdict.BROKEN if state.findings else partly
    manifest = state.manifest
    return Report(
        verdict=verdict,
        findings=tuple(state.findings),
        unproven=tuple(state.unproven),
        left_out=tuple(state.left_out),
        records=facts,
        agreements=agreements,
        items=tuple(item_name(item) for item in manifest.items),
        case=manifest.case,
        channel=manifest.channel,
        exporter=manifest.exporter,
        time=manifest.time,
        exported=state.exported,
    )


_Place = tuple[str, int]


@dataclass(frozen=True, slots=True)
class _Said:
    """Hold what proven control records say of each record, and which records have something wrong."""

    outcomes: Mapping[_Place, list[OutcomeFact]]
    erasures: Mapping[tuple[str, int, str], list[ErasureFact]]
    wrong: set[str]


def _time(record: SeenRecord) -> str:
    return record.parsed.header.time if record.parsed else ""


def _record(state: State, record: SeenRecord, said: _Said) -> RecordFact:
    name = f"{record.node}/{record.index}"
    header = record.parsed.header if record.parsed else None
    proven = record.parsed is not None and record.covered is not None
    if not proven and name not in said.wrong:
        state.open(name, "no signed checkpoint in this file is shown to cover it")
    place = (record.node, record.index)
    erasures = said.erasures.get((*place, header.id), []) if header else []
    content = record.content
    if content is ContentState.ABSENT and any(erasure.by == state.manifest.exporter for erasure in erasures):
        content = ContentState.ERASED
    if content is ContentState.ABSENT and header is not None:
        state.open(f"{name}/content", "it is not in this file, and the exporter has not recorded that it was erased")
    return RecordFact(
        node=record.node,
        index=record.index,
        header=header,
        proven=proven,
        content=content,
        receipts=record.covered.receipts if record.covered else (),
        outcomes=tuple(said.outcomes.get(place, ())),
        erasures=tuple(erasures),
        attachments=tuple(_attachments(state, record, content)),
    )


def _bodies(state: State, kind: type[_B]) -> Iterator[tuple[SeenRecord, _B]]:
    """Go through the control records of a kind that are proven, in the order of their journals."""
    for _, record in sorted(state.records.items()):
        if record.covered is not None and isinstance(record.body, kind):
            yield record, record.body


def _outcomes(state: State) -> dict[_Place, list[OutcomeFact]]:
    """Say what each recipient last stated about each record.

    Statements are taken newest first, and each settles what no newer one has settled: no record is looked at twice
    for one recipient, however many statements overlap.
    """
    found: dict[_Place, list[OutcomeFact]] = {}
    waiting: dict[tuple[str, str], list[int]] = {}
    for (node, index), record in sorted(state.records.items()):
        if record.parsed is not None and record.parsed.header.type not in UNDISPOSED:
            for recipient in record.parsed.header.to:
                waiting.setdefault((recipient, node), []).append(index)
    for source, body in reversed(list(_bodies(state, Disposition))):
        left = waiting.get((source.node, body.journal), [])
        low, high = bisect_left(left, body.start), bisect_left(left, body.end)
        refused = {one.index: one for one in body.refused} if low < high else {}
        for index in left[low:high]:
            outcome = _outcome(source.node, body, refused.get(index))
            found.setdefault((body.journal, index), []).append(outcome)
        del left[low:high]
    return found


def _outcome(by: str, body: Disposition, refused: Refused | None) -> OutcomeFact:
    if refused is None:
        return OutcomeFact(by, body.time, Outcome.ACCEPTED)
    words = (refused.reason, refused.clause or "", refused.sentence, refused.remedy)
    return OutcomeFact(by, body.time, Outcome.REFUSED, *words)


def _erasures(state: State) -> dict[tuple[str, int, str], list[ErasureFact]]:
    found: dict[tuple[str, int, str], list[ErasureFact]] = {}
    for source, body in _bodies(state, ErasureDone):
        fact = ErasureFact(source.node, body.time, body.ground)
        for one in body.records:
            found.setdefault((one.journal, one.index, one.id), []).append(fact)
    return found


def _attachments(state: State, record: SeenRecord, content: ContentState) -> Iterator[AttachmentFact]:
    if record.parsed is None:
        return
    for ref in record.parsed.header.attachments:
        found = state.attachments.get(ref.id)
        if found is None:
            found = ContentState.ERASED if content is ContentState.ERASED else ContentState.ABSENT
        if found is ContentState.ABSENT:
            state.open(f"{record.node}/{record.index}", f"its attachment {ref.id[7:23]} is not in this file")
        if found is ContentState.CLOSED:
            state.open(f"attachment/{ref.id[7:23]}", "its key is not in this file")
        described = record.announced.get(ref.id)
        yield AttachmentFact(ref.id, ref.size, found, described.name if described else "")


def _agreements(state: State) -> Iterator[AgreementFact]:
    """Say of every text that a record cites, or that is in the file, who is proven to have signed it."""
    signed: dict[str, set[str]] = {}
    for source, body in _bodies(state, AgreementSigned):
        signed.setdefault(body.digest, set()).add(source.node)
    headers = [record.parsed.header for record in state.records.values() if record.parsed]
    cited = {header.agreement for header in headers if header.agreement}
    for digest in sorted(cited | set(state.agreements)):
        name = f"agreement {digest[7:23]}"
        signers = tuple(sorted(signed.get(digest, ())))
        if digest not in state.agreements:
            state.open(name, "its text is not in this file")
            yield AgreementFact(digest, 0, signers, complete=False)
            continue
        try:
            text = decode(state.agreements[digest], Agreement, limit=AGREEMENT_LIMIT)
        except ComityError as error:
            state.broken(name, error)
            continue
        missing = {party.nodes[0].id for party in text.parties} - set(signers)
        if text.channel != state.manifest.channel:
            state.broken(name, "it is the text of another channel")
        elif missing:
            state.open(name, f"that {', '.join(sorted(missing))} signed it is not proven by this file")
        yield AgreementFact(digest, text.version, signers, complete=not missing)
