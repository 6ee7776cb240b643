"""Find records by what they say, among those that the seat may see.  The number of queries does not grow with data."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from django.db.models import Exists, F, Max, OuterRef, QuerySet

from comity.cases import scope, searching
from comity.cases.access import subject_of
from comity.cases.kinds import KIND_OF, Kind
from comity.cases.models import Entry, Term
from comity.cases.search_words import Terms, Wanted
from comity.channel import reading
from comity.channel.models import Channel
from comity.desk.accesslog import OVERVIEW, Look, note
from comity.desk.keyset import Place, rows_after
from comity.desk.roles import Permission
from comity.desk.seat import Seat

PAGE: Final = 40
FRESH: Final = 4
"""Steps of records that have just come and that a search itself still takes in."""
RARE: Final = 5000
"""Records with a word, up to which they are looked through by that word; above, the latest records are."""
LATEST: Final = 200_000
"""Records that are looked through, the latest first, where every word stands in more than `RARE`."""


@dataclass(frozen=True, slots=True)
class Hit:
    """Show a record that says what was looked for; ``subject`` is its own, else that of its case."""

    case: str
    uid: str
    kind: Kind
    subject: str
    ours: bool
    author: str
    time_ms: int
    clause: str


@dataclass(frozen=True, slots=True)
class Found:
    """Hold a page of hits, the latest first; ``after`` is where the next begins.

    ``cut``: only the latest records were looked through, as all words are in too many.  ``behind``: what came last is
    not taken in yet.
    """

    hits: tuple[Hit, ...] = ()
    after: Place | None = None
    cut: bool = False
    behind: bool = False


def search(
    seat: Seat, text: str, *, purpose: str = "", alike: bool = True, after: Place | None = None,
    size: int = PAGE,
) -> Found:  # fmt: skip
    """Return a page of what the seat may see and that holds every word of ``text``.

    The look is noted with its purpose (`OVERVIEW` where the agreement does not know it) and what was shown, without
    the words: they can be a person's name.
    """
    seat.require(Permission.READ_CASES)
    if seat.channel is None:
        return Found()
    settled = searching.settle(seat.node, seat.channel, FRESH)
    wanted = Terms(seat.node, seat.channel.uuid, seat.reality.value).wanted(text, alike=alike)
    rows, cut = _matching(seat, wanted)
    rows = rows.annotate(case_uuid=F("case__uuid")) if wanted.words else rows.none()
    shown, place = rows_after(rows, ("-time_ms", "-id"), after, size)
    known = {one.id for one in seat.terms.agreement.purposes} if seat.terms else set()
    note(seat, Look.SEARCH, purpose=purpose if purpose in known else OVERVIEW, records=[one.uid for one in shown])
    return Found(_hits(seat, seat.channel, shown), place, cut, behind=not settled)


def _matching(seat: Seat, wanted: Wanted) -> tuple[QuerySet[Entry], bool]:
    """Return the records with every word, or with the number; and whether only the latest are looked through."""
    rows = scope.entries(seat)
    terms = Term.objects.using(seat.node.using)
    if wanted.number is not None and terms.filter(term=wanted.number).exists():
        return rows.filter(pk__in=terms.filter(term=wanted.number).values("entry")), False
    counts = [terms.filter(term__in=group)[: RARE + 1].count() for group in wanted.words]
    rarest = min(range(len(counts)), key=counts.__getitem__, default=0)
    cut = False
    for at, group in enumerate(wanted.words):
        if at == rarest and counts[at] <= RARE:
            rows = rows.filter(pk__in=terms.filter(term__in=group).values("entry"))
            continue
        cut = cut or at == rarest
        rows = rows.filter(Exists(terms.filter(term__in=group, entry=OuterRef("pk"))))
    if cut:
        last = Entry.objects.using(seat.node.using).aggregate(last=Max("pk"))["last"] or 0
        rows = rows.filter(pk__gt=last - LATEST)
        cut = last > LATEST
    return rows, cut


def _hits(seat: Seat, channel: Channel, shown: Sequence[Entry]) -> tuple[Hit, ...]:
    cases = {one.case_id for one in shown}
    opening = scope.entries(seat).filter(case__in=cases, type__in=(Kind.REQUEST.tag, Kind.NOTICE.tag))
    firsts = dict(opening.order_by("-time_ms").values_list("case_id", "uid"))
    held = reading.held(seat.node, channel, [*(one.uid for one in shown), *firsts.values()])
    found = []
    for one in shown:
        record, first = held.get(one.uid), held.get(firsts.get(one.case_id, ""))
        subject = subject_of(seat, record) if record else ""
        found.append(
            Hit(
                case=getattr(one, "case_uuid"),  # noqa: B009  # annotated
                uid=one.uid,
                kind=KIND_OF[one.type],
                subject=subject or (subject_of(seat, first) if first else ""),
                ours=one.own,
                author=one.journal,
                time_ms=one.time_ms,
                clause=one.clause,
            )
        )
    return tuple(found)
