"""Tell people which clause would fit, or why none does."""

from dataclasses import dataclass

from comity.protocol.agreement.model import Clause
from comity.protocol.agreement.terms import CompiledClause, Terms


@dataclass(frozen=True, slots=True)
class Explanation:
    """Say whether some clause permits a kind of record: which ones, else the nearest, and a sentence for people."""

    permitted_by: tuple[Clause, ...]
    nearest: tuple[Clause, ...]
    sentence: str


def choose_clause(
    terms: Terms, type_: str, purpose: str | None, author_party: str, receiver_party: str | None = None
) -> tuple[Clause, ...]:
    """Return the clauses that permit ``author_party`` to send such a record, in the order of the text.

    ``purpose`` or ``receiver_party`` None means any.
    """
    return tuple(
        one.clause
        for one in terms.clauses.values()
        if type_ in one.clause.types
        and (purpose is None or purpose in one.clause.purposes)
        and _may_send(terms, one, author_party, receiver_party)
    )


def explain(
    terms: Terms, type_: str, purpose: str | None, author_party: str, receiver_party: str | None = None
) -> Explanation:
    """Say in a sentence which clauses permit such a record, or, when none does, what comes nearest."""
    fitting = choose_clause(terms, type_, purpose, author_party, receiver_party)
    if author_party not in terms.parties:
        return Explanation((), (), f"{author_party} is not a party to this agreement.")
    what = f"{type_} for the purpose {purpose}" if purpose else type_
    if fitting:
        names = _listed([f"{one.id} ({terms.words(one.title)})" for one in fitting])
        return Explanation(fitting, (), f"Clause {names} permits {author_party} to send {what}.")
    nearest = choose_clause(terms, type_, None, author_party, receiver_party)
    start = f"No clause in force permits {author_party} to send {what}"
    if nearest:
        offers = "; ".join(
            f"clause {one.id} permits it for the purpose {' or '.join(one.purposes)}" for one in nearest[:5]
        )
        return Explanation((), nearest, f"{start}; {offers}.")
    others = tuple(one.clause for one in terms.clauses.values() if type_ in one.clause.types)
    if others:
        offers = "; ".join(
            f"clause {one.id} permits it only from {_listed([d.sender for d in one.directions])}" for one in others[:5]
        )
        return Explanation((), others, f"{start}; {offers}.")
    return Explanation((), (), f"{start}; no clause names records of this type. Only an amendment could permit it.")


def advise(terms: Terms, type_: str, purpose: str | None, author_party: str) -> str:
    """Return what to do when the clause that a record names does not fit."""
    explanation = explain(terms, type_, purpose, author_party)
    if explanation.permitted_by:
        return f"Send it under clause {_listed([one.id for one in explanation.permitted_by[:5]], 'or')}."
    return explanation.sentence


def _may_send(terms: Terms, one: CompiledClause, sender: str, receiver: str | None) -> bool:
    if sender not in terms.parties:
        return False
    receivers = [receiver] if receiver else [party for party in terms.parties if party != sender]
    return any(one.permits_direction(sender, party) for party in receivers)


def _listed(words: list[str], last: str = "and") -> str:
    words = list(dict.fromkeys(words))
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} {last} {words[-1]}" if words else ""
