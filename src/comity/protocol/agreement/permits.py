"""Decide whether a record may be sent; the sender and the receiver run this same function on the same signed text."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from comity.protocol.agreement.advice import advise
from comity.protocol.agreement.conditions import Facts
from comity.protocol.agreement.content import content_findings
from comity.protocol.agreement.findings import Finding, ReasonCode, finding
from comity.protocol.agreement.model import Clause, Clock, Limits, Onward, QueryBudget
from comity.protocol.agreement.terms import CompiledClause, Terms
from comity.protocol.canonical import Strict
from comity.protocol.names import UnixMs, instant, party_of
from comity.protocol.records import Header


@dataclass(frozen=True, slots=True)
class Standing:
    """Say what is in force, as the caller knows it for one author at one place in that author's journal.

    ``accepted`` are superseded digests that this author may still use, because its journal does not yet show that
    it knew the newer text.  ``ended_at`` is when a notice of end takes effect.
    """

    in_force: str | None
    accepted: frozenset[str] = frozenset()
    suspended_by: tuple[str, ...] = ()
    ended_at: UnixMs | None = None


@dataclass(frozen=True, slots=True)
class Usage:
    """Say how much the author's party has used of a clause so far: records this UTC day, queries this day and month."""

    records_today: int = 0
    queries_today: int = 0
    queries_this_month: int = 0


@dataclass(frozen=True, slots=True)
class Permission:
    """Hold the clause that permits a record and what follows from it.

    ``clock`` is the one that starts at receipt.  ``body_checked`` is False on a node that cannot open the record.
    """

    agreement: str
    clause: Clause
    clock: Clock | None
    body_checked: bool

    @property
    def release(self) -> int:
        """Return how many persons must look before it is sent."""
        return self.clause.release

    @property
    def retention_days(self) -> int:
        """Return for how many days the receiver may keep it, from receipt."""
        return self.clause.retention_days

    @property
    def onward(self) -> Onward:
        """Return whether the receiver may pass it on."""
        return self.clause.onward

    def erase_due(self, received: UnixMs) -> UnixMs:
        """Return when a record received at ``received`` must have been erased."""
        return UnixMs(received + self.clause.retention_days * 86_400_000)


@dataclass(frozen=True, slots=True)
class Refusal:
    """Hold every reason why a record may not be sent; never empty, the gravest first."""

    findings: tuple[Finding, ...]


def permits(
    terms: Terms,
    standing: Standing,
    header: Header,
    body: Strict | Mapping[str, object] | None,
    *,
    now: UnixMs,
    usage: Usage | None = None,
) -> Permission | Refusal:
    """Decide whether ``header`` and ``body`` may be sent under ``terms`` at ``now``; all reasons are reported.

    ``terms`` is the text that the header names.  ``body`` may be a mapping while it is a draft; it is None on a node
    that cannot open the record: what depends on it is then not checked, and the permission says so.  ``usage`` is None
    where nobody counts.
    """
    findings = [*_standing_findings(terms, standing, header, now), *_names(terms, header)]
    compiled = terms.clauses.get(header.clause or "")
    if compiled is None:
        reason = ReasonCode.CLAUSE_MISSING if header.clause is None else ReasonCode.CLAUSE_UNKNOWN
        findings.append(finding(reason, header.clause, advice=_advice(terms, header)))
        return Refusal(tuple(findings))
    findings += _clause_findings(terms, compiled, header)
    findings += content_findings(terms, compiled, header, Facts.of(header, body))
    findings += _limit_findings(compiled.clause, header, usage)
    if findings:
        return Refusal(tuple(findings))
    clock = compiled.clock(header.type, header.urgency)
    return Permission(terms.digest, compiled.clause, clock, body is not None)


def _standing_findings(terms: Terms, standing: Standing, header: Header, now: UnixMs) -> Iterator[Finding]:
    if header.channel != terms.agreement.channel:
        yield finding(ReasonCode.WRONG_CHANNEL)
    if header.agreement is None:
        yield finding(ReasonCode.NO_AGREEMENT)
    elif standing.in_force is None:
        yield finding(ReasonCode.NOT_IN_FORCE)
    # SECURITY: a record is judged by the text it names and no other. Holds because the terms' own digest is compared.
    # Breaks if terms are made from anything but the text whose digest they carry.
    elif header.agreement != terms.digest:
        yield finding(ReasonCode.AGREEMENT_UNKNOWN)
    elif header.agreement not in (standing.in_force, *standing.accepted) and now >= terms.effective:
        yield finding(ReasonCode.AGREEMENT_SUPERSEDED, version=str(terms.agreement.version))
    if now < terms.effective:
        yield finding(ReasonCode.NOT_YET_EFFECTIVE, date=_day(terms.effective))
    if terms.expires is not None and now >= terms.expires:
        yield finding(ReasonCode.EXPIRED, date=_day(terms.expires))
    if standing.ended_at is not None and now >= standing.ended_at:
        yield finding(ReasonCode.ENDED, date=_day(standing.ended_at))
    if standing.suspended_by:
        yield finding(ReasonCode.SUSPENDED, parties=", ".join(standing.suspended_by))


def _names(terms: Terms, header: Header) -> Iterator[Finding]:
    node = terms.nodes.get(header.author)
    if node is None:
        yield finding(ReasonCode.AUTHOR_UNKNOWN, node=header.author)
    elif header.authority not in node.authorities:
        yield finding(ReasonCode.AUTHORITY_UNKNOWN, authority=header.authority, node=header.author)
    for recipient in header.to:
        if recipient not in terms.nodes:
            yield finding(ReasonCode.RECIPIENT_UNKNOWN, node=recipient)
    if header.reality not in terms.agreement.realities:
        yield finding(ReasonCode.REALITY_NOT_ALLOWED, reality=header.reality.value)


def _clause_findings(terms: Terms, compiled: CompiledClause, header: Header) -> Iterator[Finding]:
    clause = compiled.clause
    if header.type not in clause.types:
        yield finding(ReasonCode.TYPE_NOT_COVERED, clause.id, type=header.type, advice=_advice(terms, header))
    if header.purpose is None:
        yield finding(ReasonCode.PURPOSE_MISSING, clause.id, allowed=", ".join(clause.purposes))
    elif header.purpose not in clause.purposes:
        yield finding(ReasonCode.PURPOSE_NOT_COVERED, clause.id, purpose=header.purpose, advice=_advice(terms, header))
    sender = party_of(header.author)
    for receiver in sorted({party_of(one) for one in header.to}):
        if not compiled.permits_direction(sender, receiver):
            yield finding(
                ReasonCode.DIRECTION, clause.id, sender=sender, receiver=receiver, advice=_advice(terms, header)
            )
    if clause.authorities and header.authority not in clause.authorities:
        own = [one for one in clause.authorities if party_of(one) == sender]
        allowed = " or ".join(own or clause.authorities)
        yield finding(ReasonCode.AUTHORITY_NOT_ALLOWED, clause.id, authority=header.authority, allowed=allowed)
    codes = ", ".join(clause.handling.allowed)
    if header.handling is None:
        yield finding(ReasonCode.HANDLING_MISSING, clause.id, allowed=codes)
    elif header.handling not in clause.handling.allowed:
        yield finding(ReasonCode.HANDLING_NOT_ALLOWED, clause.id, handling=header.handling, allowed=codes)
    yield from _urgency(compiled, header)
    yield from _release(clause, header)


def _urgency(compiled: CompiledClause, header: Header) -> Iterator[Finding]:
    known = [one.urgency for one in compiled.clocks_for(header.type)]
    allowed = ", ".join(known)
    if header.urgency is None and known and header.type in compiled.clause.types:
        yield finding(ReasonCode.URGENCY_MISSING, compiled.clause.id, allowed=allowed)
    elif header.urgency is not None and header.urgency not in known:
        todo = f"Choose one of: {allowed}." if known else "Leave the urgency out."
        yield finding(ReasonCode.URGENCY_UNKNOWN, compiled.clause.id, urgency=header.urgency, todo=todo)


def _release(clause: Clause, header: Header) -> Iterator[Finding]:
    # SECURITY: where a clause asks for two persons, no single officer sends. Holds because both pseudonyms must be
    # present and differ. Breaks if an authority gives one officer two pseudonyms.
    if clause.release < 2:
        return
    if header.officer is None or header.released_by is None:
        yield finding(ReasonCode.RELEASE_MISSING, clause.id)
    elif header.officer == header.released_by:
        yield finding(ReasonCode.RELEASE_SAME_PERSON, clause.id)


def _limit_findings(clause: Clause, header: Header, usage: Usage | None) -> Iterator[Finding]:
    limits = clause.limits or Limits()
    if limits.payload_bytes is not None and header.content.size > limits.payload_bytes:
        yield _over(ReasonCode.PAYLOAD_TOO_LARGE, clause, limits.payload_bytes, header.content.size)
    if limits.attachments is not None and len(header.attachments) > limits.attachments:
        yield _over(ReasonCode.TOO_MANY_ATTACHMENTS, clause, limits.attachments, len(header.attachments))
    largest = max((one.size for one in header.attachments), default=0)
    if limits.attachment_bytes is not None and largest > limits.attachment_bytes:
        yield _over(ReasonCode.ATTACHMENT_TOO_LARGE, clause, limits.attachment_bytes, largest)
    if usage is None:
        return
    if limits.records_per_day is not None and usage.records_today >= limits.records_per_day:
        yield _over(ReasonCode.TOO_MANY_RECORDS, clause, limits.records_per_day, usage.records_today)
    yield from _budget(clause, clause.queries, usage)


def _budget(clause: Clause, budget: QueryBudget | None, usage: Usage) -> Iterator[Finding]:
    if budget is None:
        return
    for period, limit, spent in (
        ("day", budget.per_day, usage.queries_today),
        ("month", budget.per_month, usage.queries_this_month),
    ):
        # A budget is spent once more was asked than it allows; the caller counts this record's queries in.
        if spent > limit:
            yield finding(ReasonCode.BUDGET_SPENT, clause.id, limit=str(limit), period=period)


def _over(reason: ReasonCode, clause: Clause, limit: int, size: int) -> Finding:
    return finding(reason, clause.id, limit=str(limit), size=str(size))


def _advice(terms: Terms, header: Header) -> str:
    return advise(terms, header.type, header.purpose, party_of(header.author))


def _day(ms: UnixMs) -> str:
    return instant(ms)[:10]
