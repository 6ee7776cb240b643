"""Try a record that nobody has written yet: what `permits` would say to one of this type, for this purpose."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from comity.protocol.agreement.model import Clause
from comity.protocol.agreement.permits import Permission, Refusal, Standing, permits
from comity.protocol.agreement.terms import CompiledClause, Terms
from comity.protocol.names import UnixMs, instant, party_of
from comity.protocol.records import RECORD_V, Header, Reality, SealedContent

_NOBODY: Final = ("0" * 8, "1" * 8)
_NIL: Final = "00000000-0000-7000-8000-000000000000"


@dataclass(frozen=True, slots=True)
class Trial:
    """Describe a record to try.  What is None is filled in as the clause has it; ``body`` None is not checked."""

    type: str
    purpose: str
    author_party: str
    handling: str | None = None
    urgency: str | None = None
    reality: Reality = Reality.ACTUAL
    body: Mapping[str, object] | None = None


@dataclass(frozen=True, slots=True)
class TrialResult:
    """Hold what one clause says to a trial."""

    clause: Clause
    verdict: Permission | Refusal


def preflight(terms: Terms, clause: Clause, trial: Trial, *, now: UnixMs) -> TrialResult:
    """Return what ``clause`` would say to ``trial`` at ``now``, sent by an authority that the clause allows.

    Two persons are taken to have looked where the clause asks for them.
    """
    compiled = terms.clauses[clause.id]
    node, authority = _sender(terms, compiled, trial.author_party)
    clocks = compiled.clocks_for(trial.type)
    header = Header(
        v=RECORD_V,
        id=_NIL,
        channel=terms.agreement.channel,
        type=trial.type,
        author=node,
        authority=authority,
        to=_receivers(terms, compiled, trial.author_party),
        time=instant(now),
        content=SealedContent(commitment=bytes(32), size=0),
        reality=trial.reality,
        agreement=terms.digest,
        clause=clause.id,
        purpose=trial.purpose,
        handling=trial.handling or clause.handling.default,
        urgency=trial.urgency or (clocks[-1].urgency if clocks else None),
        officer=_NOBODY[0],
        released_by=_NOBODY[1],
    )
    return TrialResult(clause, permits(terms, Standing(terms.digest), header, trial.body, now=now))


def _sender(terms: Terms, compiled: CompiledClause, party: str) -> tuple[str, str]:
    allowed = compiled.clause.authorities
    pairs = [(node.id, one) for node in terms.parties[party].nodes for one in node.authorities]
    return next((pair for pair in pairs if not allowed or pair[1] in allowed), pairs[0])


def _receivers(terms: Terms, compiled: CompiledClause, party: str) -> tuple[str, ...]:
    others = [one for one in terms.nodes if party_of(one) != party]
    fitting = [one for one in others if compiled.permits_direction(party, party_of(one))]
    return tuple(fitting or others)
