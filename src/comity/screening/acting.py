"""Say in whose name a record of this area leaves, and find the clause that permits it."""

from dataclasses import dataclass

from comity.channel import agreements
from comity.channel.models import Channel
from comity.channel.post import Draft
from comity.channel.runtime import LocalNode
from comity.desk.seat import Seat
from comity.protocol.agreement.model import Clause
from comity.protocol.agreement.terms import Terms
from comity.protocol.attachments import Attachment
from comity.protocol.canonical import Strict
from comity.protocol.records import Reality, Reference
from comity.protocol.types import RecordType
from comity.screening.errors import CheckError


@dataclass(frozen=True, slots=True)
class Actor:
    """Hold who acts: an officer's pseudonym and authority, and a second person's where the clause asks for one."""

    officer: str | None = None
    authority: str | None = None
    released_by: str | None = None


def actor_at(seat: Seat) -> Actor:
    """Return the officer of a seat as the one in whose name a record leaves."""
    return Actor(officer=seat.officer.pseudonym, authority=seat.officer.authority)


@dataclass(frozen=True, slots=True)
class Under:
    """Hold under which clause, for which purpose and in which reality something is sent."""

    clause: str
    purpose: str
    reality: Reality
    handling: str


def clause_for(terms: Terms, tag: str, wanted: str = "") -> Clause:
    """Return the clause that permits records of type ``tag``: the one named, or the first.  Raises `CheckError`."""
    for compiled in terms.clauses.values():
        if tag in compiled.clause.types and wanted in ("", compiled.clause.id):
            return compiled.clause
    what = f"Clause {wanted}" if wanted else "No clause of the agreement"
    raise CheckError(f"{what} does not permit records of type {tag}.", "Amend the agreement: comity agreement propose.")


def under(
    node: LocalNode, channel: Channel, kind: RecordType, reality: Reality, *, clause: str = "", purpose: str = ""
) -> Under:
    """Return clause, purpose and code for a record; an empty purpose is the clause's first.  Raises `CheckError`."""
    found = clause_for(agreements.terms_in_force(node, channel), kind.tag, clause)
    return Under(found.id, purpose or found.purposes[0], reality, found.handling.default)


def draft(
    kind: RecordType,
    body: Strict,
    to: tuple[str, ...],
    where: Under,
    actor: Actor,
    *,
    refs: tuple[Reference, ...] = (),
    attachments: tuple[Attachment, ...] = (),
) -> Draft:
    """Return a draft of a record of this area."""
    return Draft(
        type=kind.tag,
        body=body,
        to=to,
        clause=where.clause,
        purpose=where.purpose,
        handling=where.handling,
        reality=where.reality,
        authority=actor.authority,
        officer=actor.officer,
        released_by=actor.released_by,
        refs=refs,
        attachments=attachments,
    )
