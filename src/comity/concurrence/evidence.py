"""Gather what every signer's journal says about one document, as this node holds it, and reckon from it."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from comity.channel import agreements
from comity.channel.models import Channel
from comity.channel.runtime import LocalNode
from comity.concurrence import receipts
from comity.concurrence.clocks import Term
from comity.concurrence.contents import Contents, open_bodies
from comity.concurrence.entries import Answered, Entry, Item, Proposed, Reminded, Taken, Timer, Verdict
from comity.concurrence.ledger import Ledger, Standing
from comity.concurrence.models import Act, Document
from comity.concurrence.projections import kinds_of
from comity.concurrence.receipts import Found, Shelf
from comity.concurrence.reckoning import Reckoning
from comity.concurrence.records import CONCURRED, OBJECTED, PROPOSAL, TECHNICAL, WITHDRAWN
from comity.concurrence.stances import silence_decides
from comity.protocol.agreement.terms import compile_terms
from comity.protocol.names import UnixMs, party_of
from comity.protocol.records import Relation, parse_header


@dataclass(frozen=True)
class Evidence:
    """Hold everything that a document is shown from: its acts, their order in each journal, contents and outcome."""

    document: Document
    acts: dict[str, Act]
    ledger: Ledger
    contents: Contents
    reckoning: Reckoning
    placed: int
    """Acts that stand in journals as far as these can be relied on."""

    @property
    def complete(self) -> bool:
        """Say whether every act is known with its words, and every other signer has spoken about it."""
        known = len(self.acts) == self.placed
        return known and all(self.ledger.standing(uid) is not Standing.PENDING for uid in self.acts)


def gather(node: LocalNode, channel: Channel, document: Document) -> Evidence:
    """Return what this node holds about a document.  Raises `UnknownKindError`."""
    return _Gathering(node, channel, document).run()


class _Gathering:
    def __init__(self, node: LocalNode, channel: Channel, document: Document) -> None:
        self._node, self._channel, self._document = node, channel, document
        self._signers = tuple(document.signers.split())
        self._shelves = receipts.shelves(node, channel, self._signers)
        self._entries: dict[str, list[Entry]] = {name: [] for name in self._signers}
        self._acts: dict[str, Act] = {}
        self._timers: dict[tuple[str, str, str, str, str], Timer | None] = {}

    def run(self) -> Evidence:
        """Gather in three turns: acts; first words about them; whose time has passed, and what this node refused."""
        rows = Act.objects.using(self._node.using).filter(channel=self._channel.uuid, document=self._document.uuid)
        self._acts = {row.uid: row for row in rows if self._concerns(row)}
        placed = receipts.places(self._node, self._channel, self._shelves, list(self._acts))
        for one in placed:
            self._put(one.node, Entry(one.index, UnixMs(one.time_ms), self._item(self._acts[one.uid])))
        self._merge(receipts.words(self._node, self._shelves, placed))
        self._merge(receipts.beyond(self._node, self._shelves))
        ends = _Ends(self._node, self._shelves, self._ledger())
        for name, entry in ends.marks():
            self._put(name, entry)
        refused = [one for one in ends.refused() if one.uid not in self._acts]
        for one in refused:
            item = _refused_item(one)
            if item.proposal in ends.proposals:
                self._put(one.node, Entry(one.index, UnixMs(one.time_ms), item))
        self._merge(receipts.words(self._node, self._shelves, refused))
        leaves = {one.uid: one.leaf for one in placed}
        bodies = open_bodies(self._node, self._channel, [uid for uid in leaves if not self._acts[uid].erased])
        contents = Contents(kinds_of(self._node)[self._document.kind], bodies, leaves)
        ledger = self._ledger()
        return Evidence(self._document, self._acts, ledger, contents, Reckoning(ledger, contents.fits), len(leaves))

    def _concerns(self, row: Act) -> bool:
        """Say whether an act counts at all: a signer's, sent to every other one, in the document's reality."""
        return (
            row.author in self._signers
            and row.reality == self._document.reality
            and (set(self._signers) <= {row.author, *row.recipients.split()})
            and (row.type != PROPOSAL.tag or bool(row.base) == (row.uid != self._document.uuid))
        )

    def _item(self, row: Act) -> Item:
        if row.type == PROPOSAL.tag:
            technical = row.urgency == TECHNICAL
            return Proposed(row.uid, row.base or None, row.uid, technical, self._timer(row))
        if row.type == CONCURRED.tag:
            return Answered(row.uid, row.about, Verdict.CONCUR)
        if row.type == OBJECTED.tag:
            return Answered(row.uid, row.about, Verdict.OBJECT)
        return Taken(row.uid, row.about) if row.type == WITHDRAWN.tag else Reminded(row.uid)

    def _timer(self, row: Act) -> Timer | None:
        """Return the clock of the clause that a proposal names, for each signer's party."""
        key = (row.agreement, row.clause, row.type, row.urgency, party_of(row.author))
        if key not in self._timers:
            self._timers[key] = self._new_timer(row)
        return self._timers[key]

    def _new_timer(self, row: Act) -> Timer | None:
        text = agreements.text_of(self._node, self._channel, row.agreement)
        terms = compile_terms(text) if text else None
        clause = terms.clauses.get(row.clause) if terms else None
        clock = clause.clock(row.type, row.urgency or None) if clause else None
        if terms is None or clock is None:
            return None
        sender = party_of(row.author)
        lengths = {name: Term.of(terms, clock, sender, party_of(name)) for name in self._signers}
        return Timer(clock.on_expiry, lengths)

    def _put(self, name: str, entry: Entry) -> None:
        self._entries[name].append(entry)

    def _merge(self, more: dict[str, list[Entry]]) -> None:
        for name, entries in more.items():
            self._entries[name] += entries

    def _ledger(self) -> Ledger:
        ordered = {name: sorted(entries, key=lambda one: one.place) for name, entries in self._entries.items()}
        return Ledger(self._signers, ordered)


class _Ends:
    """Find, for every proposal with a clock, where in each journal its time has passed."""

    def __init__(self, node: LocalNode, shelves: dict[str, Shelf], ledger: Ledger) -> None:
        self._node, self._shelves = node, shelves
        self._spans: list[tuple[str, int, int]] = []
        self._last: dict[tuple[str, str], tuple[int, UnixMs, Entry | None]] = {}
        self._ledger = ledger

    def marks(self) -> Iterable[tuple[str, Entry]]:
        """Return the records that show it: in the signer's journal, and in the author's."""
        for uid, proposal in self._ledger.proposals.items():
            timer = proposal.item.timer
            if timer is None:
                continue
            for signer in self._ledger.signers:
                receipt = None if signer == proposal.author else self._ledger.receipt(signer, uid)
                end = None if receipt is None else timer.ends(signer, receipt.time)
                if receipt is None or end is None:
                    continue
                passed = self._mark(signer, proposal.author, receipt.place, end)
                if passed is not None:
                    yield signer, passed
                    if silence_decides(proposal.item):
                        self._spans.append((signer, receipt.place, passed.place))
                author = self._mark(proposal.author, signer, proposal.place, end)
                if author is not None:
                    yield proposal.author, author

    def _mark(self, name: str, other: str, after: int, end: UnixMs) -> Entry | None:
        """Return what `receipts.mark` does, without asking again where the last answer must be the answer.

        A record behind an earlier place and dated later than an earlier end, that is also behind this place and later
        than this end, is the first such one for both: one before it would have been found the first time.
        """
        known = self._last.get((name, other))
        if known is not None and known[0] <= after and known[1] <= end:
            found = known[2]
            if found is None or (found.place > after and found.time > end):
                return found
        found = receipts.mark(self._node, self._shelves[name], after, end)
        self._last[name, other] = (after, end, found)
        return found

    @property
    def proposals(self) -> Collection[str]:
        """Return the identifiers of the document's proposals."""
        return self._ledger.proposals.keys()

    def refused(self) -> list[Found]:
        """Return the answers in those times that this node refused, once `marks` has found the times."""
        found: dict[str, Found] = {}
        for signer, after, before in self._spans:
            for one in receipts.refused_answers(self._node, self._shelves[signer], after, before):
                found[one.uid] = one
        return list(found.values())


def _refused_item(one: Found) -> Answered:
    header = parse_header(one.header).header
    verdict = Verdict.CONCUR if header.type == CONCURRED.tag else Verdict.OBJECT
    return Answered(one.uid, header.reference(Relation.ANSWERS) or "", verdict)
