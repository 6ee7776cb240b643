"""Count questions against the clause: what the holder has answered, and what the asker has asked."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from django.db.models import Sum

from comity.channel.models import Channel
from comity.channel.runtime import LocalNode
from comity.protocol.agreement.model import Clause
from comity.protocol.names import party_of
from comity.screening.lists import DAY_MS
from comity.screening.models import Answered, Question
from comity.screening.records import Reason

UNBOUNDED: Final = 1 << 40


@dataclass(frozen=True, slots=True)
class Left:
    """Say how many steps of 16 elements may still be asked, this UTC day and this UTC month."""

    day: int
    month: int

    @property
    def steps(self) -> int:
        """Return the smaller of the two."""
        return min(self.day, self.month)

    def stops(self, steps: int) -> Reason | None:
        """Return what stops a question of that many steps, if anything does."""
        if steps > self.month:
            return Reason.MONTH_SPENT
        return Reason.DAY_SPENT if steps > self.day else None


def day_start(now_ms: int) -> int:
    """Return when the UTC day began."""
    return now_ms // DAY_MS * DAY_MS


def month_start(now_ms: int) -> int:
    """Return when the UTC month began."""
    now = datetime.fromtimestamp(now_ms // 1000, UTC)
    return int(now.replace(day=1, hour=0, minute=0, second=0).timestamp()) * 1000


def next_start(now_ms: int, reason: Reason) -> int:
    """Return when the period that is spent ends."""
    if reason is Reason.MONTH_SPENT:
        return month_start(month_start(now_ms) + 32 * DAY_MS)
    return day_start(now_ms) + DAY_MS


def left_to(node: LocalNode, channel: Channel, clause: Clause, party: str) -> Left:
    """Return what a party may still ask this node under a clause; the holder's own count, on the holder's clock.

    The count is that of the answers in this node's own journal: it is right after any crash, replay or rebuild, and
    the same for all nodes and connections of a party.
    """
    rows = Answered.objects.using(node.using).filter(
        channel=channel.uuid, by=node.name, party=party, clause=clause.id, reason=""
    )
    return _left(clause, node.clock(), lambda since: rows.filter(time_ms__gte=since).aggregate(n=Sum("steps"))["n"])


def left_to_us(node: LocalNode, channel: Channel, clause: Clause) -> Left:
    """Return what this node's party may still ask, as far as this node knows: questions without those refused."""
    answers = Answered.objects.using(node.using).filter(channel=channel.uuid, party=party_of(node.name))
    refused = answers.exclude(reason="")
    rows = Question.objects.using(node.using).filter(channel=channel.uuid, asker=node.name, clause=clause.id)
    rows = rows.exclude(uid__in=refused.values("question"))
    return _left(clause, node.clock(), lambda since: rows.filter(time_ms__gte=since).aggregate(n=Sum("steps"))["n"])


def _left(clause: Clause, now_ms: int, spent: Callable[[int], int | None]) -> Left:
    if clause.queries is None:
        return Left(UNBOUNDED, UNBOUNDED)
    day, month = spent(day_start(now_ms)) or 0, spent(month_start(now_ms)) or 0
    return Left(max(0, clause.queries.per_day - day), max(0, clause.queries.per_month - month))
