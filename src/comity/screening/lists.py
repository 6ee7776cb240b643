"""Keep the lists that this node holds: entries sealed at rest, each with its review date and expiry."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from itertools import islice
from typing import Final

from django.db import transaction

from comity.channel.rows import insert
from comity.channel.runtime import LocalNode
from comity.protocol.records import Reality
from comity.screening.errors import ListError
from comity.screening.imports.values import Entry, RowError
from comity.screening.models import Listed, Register
from comity.screening.subjects import Subject, keyed, keys_of, pack, seal, subject_of, unseal

DAY_MS: Final = 24 * 3600 * 1000
AT_ONCE: Final = 500
"""Entries stored in one transaction; what a crash may make an import do again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ListTerms:
    """Hold what every list must say of itself."""

    list_id: str
    title: str
    owner: str
    legal_basis: str
    unit: str = ""
    reality: Reality = Reality.ACTUAL
    review_days: int = 365
    expires_ms: int | None = None


@dataclass(frozen=True, slots=True)
class Imported:
    """Say what an import did; ``unkeyed`` entries are kept, but have no name or document that can be asked about."""

    added: int
    changed: int
    same: int
    removed: int
    unkeyed: int
    errors: tuple[RowError, ...]


_LISTED: Final = ("register_id", "known", "says", "sealed", "seen", "review_ms", "expires_ms")
_ON_KNOWN: Final = (
    " ON CONFLICT (register_id, known) DO UPDATE SET says = excluded.says, sealed = excluded.sealed,"
    " seen = excluded.seen, review_ms = excluded.review_ms, expires_ms = excluded.expires_ms"
)


def register(node: LocalNode, list_id: str) -> Register:
    """Return a list of this node.  Raises `ListError`."""
    row = Register.objects.using(node.using).filter(list_id=list_id).first()
    if row is None:
        raise ListError(f"This node holds no list {list_id}.", "Import one: comity list import.")
    return row


def keep(node: LocalNode, terms: ListTerms) -> Register:
    """Begin a list, or change what it says of itself.  Raises `ListError`."""
    if not (terms.title.strip() and terms.owner and terms.legal_basis.strip()):
        raise ListError("A list has a title, an owner and a legal basis.", "State them with the import.")
    if terms.owner not in node.keys.public.identity.authorities:
        known = ", ".join(node.keys.public.identity.authorities)
        raise ListError(f"{terms.owner} does not act through this node.", f"Choose one of: {known}.")
    if not 1 <= terms.review_days <= 3660:
        raise ListError("Entries are reviewed after 1 to 3660 days.", "State --review-days.")
    row, new = Register.objects.using(node.using).get_or_create(
        list_id=terms.list_id,
        defaults={
            "title": terms.title,
            "owner": terms.owner,
            "legal_basis": terms.legal_basis,
            "unit": terms.unit,
            "reality": terms.reality.value,
            "review_days": terms.review_days,
            "expires_ms": terms.expires_ms,
            "created_ms": node.clock(),
        },
    )
    if not new:
        if row.reality != terms.reality.value:
            raise ListError("A list stays in the reality it was begun in.", "Begin another list for the other reality.")
        row.title, row.owner, row.legal_basis = terms.title, terms.owner, terms.legal_basis
        row.review_days, row.expires_ms = terms.review_days, terms.expires_ms
        row.save(using=node.using)
    return row


def take_in(node: LocalNode, row: Register, items: Iterable[Entry | RowError], *, whole: bool = True) -> Imported:
    """Store the entries of a file; if it is ``whole``, what it no longer names is removed, sealed content first.

    An import that a crash cut short is begun again: entries that are there already cost nothing.
    """
    run = node.new_id()
    counts = {"added": 0, "changed": 0, "same": 0, "unkeyed": 0}
    errors: list[RowError] = []
    entries = _entries(items, errors)
    while chunk := list(islice(entries, AT_ONCE)):
        _store(node, row, chunk, run, counts)
    removed = 0
    # SECURITY: a file that could not be read to its end removes nobody. Holds because a fault that costs an entry or
    # the rest stops the removal. Breaks if a reader passes over a record without a fault.
    if whole and not any(one.loses != "field" for one in errors):
        gone = Listed.objects.using(node.using).filter(register=row).exclude(seen=run)
        removed, _ = gone.delete()
    return Imported(counts["added"], counts["changed"], counts["same"], removed, counts["unkeyed"], tuple(errors))


def _entries(items: Iterable[Entry | RowError], errors: list[RowError]) -> Iterator[Entry]:
    for one in items:
        if isinstance(one, RowError):
            errors.append(one)
        else:
            yield one


def _store(node: LocalNode, row: Register, chunk: list[Entry], run: str, counts: dict[str, int]) -> None:
    now = node.clock()
    fresh = {}
    for entry in chunk:
        subject = subject_of(entry)
        known = keyed(node, f"reference {row.list_id}", entry.reference.encode())
        review = _ms(entry.review_on) or now + row.review_days * DAY_MS
        fresh[known] = (subject, keyed(node, "says", pack([subject])), review, _ms(entry.expires_on) or row.expires_ms)
    with transaction.atomic(using=node.using):
        held = Listed.objects.using(node.using).filter(register=row, known__in=list(fresh))
        before = dict(held.values_list("known", "says"))
        rows: list[list[str | int | bytes | None]] = []
        for known, (subject, says, review, expires) in fresh.items():
            counts["added" if known not in before else "same" if before[known] == says else "changed"] += 1
            counts["unkeyed"] += not keys_of(subject)
            sealed = seal(node, f"entry/{row.list_id}/{known}", [subject])
            rows.append([row.pk, known, says, sealed, run, review, expires])
        insert(node.using, "screening_listed", _LISTED, rows, _ON_KNOWN)


def _ms(day: date | None) -> int | None:
    return None if day is None else int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp()) * 1000


def opened(node: LocalNode, row: Register, entry: Listed) -> Subject:
    """Return whom an entry is about.  Raises `CannotOpenError`."""
    return unseal(node, f"entry/{row.list_id}/{entry.known}", bytes(entry.sealed))[0]


def remove_expired(node: LocalNode, row: Register) -> int:
    """Delete the entries that have expired, and all of a list that has; return how many."""
    now = node.clock()
    entries = Listed.objects.using(node.using).filter(register=row)
    if row.expires_ms is None or row.expires_ms > now:
        entries = entries.filter(expires_ms__lte=now)
    removed, _ = entries.delete()
    return removed


def reviewed(node: LocalNode, row: Register, entry_id: int) -> None:
    """Note that a person looked at an entry and that it stays: its next review date is set.  Raises `ListError`."""
    entries = Listed.objects.using(node.using).filter(register=row, pk=entry_id)
    if not entries.update(review_ms=node.clock() + row.review_days * DAY_MS):
        raise ListError("There is no such entry.")


def remove(node: LocalNode, row: Register, entry_id: int) -> None:
    """Delete an entry; the next build takes it out of every index.  Raises `ListError`."""
    if not Listed.objects.using(node.using).filter(register=row, pk=entry_id).delete()[0]:
        raise ListError("There is no such entry.")
