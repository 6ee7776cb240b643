"""Say what minutes are, and decisions, and how both sides follow them up.

Minutes open as a proposal; both signatures adopt them.  What was objected to is proposed anew in a document of its own
that names the one it replaces, so that every text that anybody signed stays as it was.  How a decision is carried out
is each side's technical update beside the other's: the side that leads says how far it is, the other whether it agrees.
"""

from collections.abc import Iterator, Mapping
from datetime import date
from enum import StrEnum
from types import MappingProxyType
from typing import Annotated, Final

import msgspec
from msgspec import Meta

from comity.concurrence.documents import DocumentKind
from comity.plan.kinds import parts
from comity.plan.kinds.parts import MAX_PARTS, Attendance, Key, Zone, label
from comity.plan.kinds.plan import Text, Words
from comity.protocol.canonical import Strict
from comity.protocol.names import AuthorityName, Instant, Language, Party, Uuid

Number = Annotated[str, Meta(pattern=r"^[A-Za-z0-9./-]{1,30}$(?!\n)")]


class Sort(StrEnum):
    """Tell what was decided from what somebody is to do."""

    DECISION = "decision"
    ACTION = "action"


class Stage(StrEnum):
    """Say how far a side says that a decision is carried out; ``done`` of the lead needs the others' ``done``, too."""

    UNDER_WAY = "under-way"
    HELD_UP = "held-up"
    DONE = "done"
    NOT_DONE = "not-done"


class FollowUp(Strict):
    """Hold a side's word on a decision; ``due`` is a new date that it proposes, which moves nothing by itself."""

    stage: Stage
    at: Instant
    due: date | None = None
    remark: Words | None = None


class Decision(Strict):
    """Hold what was decided; ``lead`` carries it out by ``due``."""

    number: Number
    sort: Sort
    text: Text
    lead: AuthorityName | None = None
    due: date | None = None


class Item(Strict):
    """Hold a point of the agenda, what was said on it, and what was decided."""

    title: Text
    order: Annotated[int, Meta(ge=0, le=10_000)]
    discussion: Text | None = None
    decisions: Annotated[Mapping[Key, Decision], Meta(max_length=MAX_PARTS)] = msgspec.field(default_factory=dict)


Follow = Mapping[Party, Annotated[Mapping[Key, FollowUp], Meta(max_length=2 * MAX_PARTS)]]


class Minutes(Strict):
    """Hold the minutes of a meeting; every text is there in the authentic language, which decides between them."""

    meeting: Uuid
    title: Text
    place: Text
    zone: Zone
    began: Instant
    ended: Instant
    authentic: Language
    items: Annotated[Mapping[Key, Item], Meta(max_length=2 * MAX_PARTS)]
    attendance: Attendance
    follow: Follow
    replaces: Uuid | None = None

    def __post_init__(self) -> None:
        """Raise `ValueError` for what no minutes can be."""
        if self.ended < self.began:
            raise ValueError("the meeting ends before it begins")
        texts = [self.title, *(one.title for one in self.items.values())]
        texts += [one.discussion for one in self.items.values() if one.discussion is not None]
        made = [decision for _key, decision in decided(self)]
        if any(self.authentic not in text for text in (*texts, *(one.text for one in made))):
            raise ValueError("a text is missing in the authentic language")
        if len({key for key, _decision in decided(self)}) != len(made) or len({one.number for one in made}) != len(
            made
        ):
            raise ValueError("two decisions have one key or one number")


class Written(Strict):
    """Hold a decision that was taken between meetings, in writing; ``authentic`` as in minutes."""

    decision: Decision
    authentic: Language
    follow: Follow
    reason: Text | None = None

    def __post_init__(self) -> None:
        """Raise `ValueError` where the authentic text is missing."""
        if self.authentic not in self.decision.text:
            raise ValueError("a text is missing in the authentic language")


def decided(minutes: Minutes) -> Iterator[tuple[str, Decision]]:
    """Go through the decisions of minutes, in the order of the agenda and of their numbers."""
    for item in ordered(minutes):
        yield from sorted(item.decisions.items(), key=lambda one: (len(one[1].number), one[1].number))


def ordered(minutes: Minutes) -> list[Item]:
    """Return the points in the order of the agenda."""
    return [item for _key, item in sorted(minutes.items.items(), key=lambda one: (one[1].order, one[0]))]


class Standing(StrEnum):
    """Say how a decision stands, from what both sides say about it."""

    OPEN = "open"
    UNDER_WAY = "under-way"
    HELD_UP = "held-up"
    DONE_CLAIMED = "done-claimed"
    DONE_CONFIRMED = "done-confirmed"
    DISPUTED = "disputed"


def standing(key: str, lead: str | None, follow: Follow, parties: frozenset[str]) -> Standing:
    """Return how a decision stands; the side whose authority leads speaks first, of several where none leads anybody.

    Done is what its lead calls done and every other party confirms; a party that says *not done* to that disputes it.
    """
    said = {party: follow.get(party, {}).get(key) for party in parties}
    leads = {lead[:2]} & parties if lead else set(parties)
    stages = {party: one.stage for party, one in said.items() if one is not None}
    mine = {stages.get(party) for party in leads}
    if mine == {Stage.DONE}:
        others = {stages.get(party) for party in parties - leads}
        if Stage.NOT_DONE in others:
            return Standing.DISPUTED
        return Standing.DONE_CONFIRMED if others <= {Stage.DONE} else Standing.DONE_CLAIMED
    if Stage.HELD_UP in mine:
        return Standing.HELD_UP
    if mine & {Stage.UNDER_WAY, Stage.NOT_DONE}:
        return Standing.UNDER_WAY
    return Standing.DONE_CLAIMED if Stage.DONE in mine else Standing.OPEN


_FOLLOW: Final = {
    "/follow": label("Follow-up", "Nachhalten", "المتابعة"),
    "/follow/*/*/stage": parts.STATE,
    "/follow/*/*/at": label("Time", "Zeit", "الوقت"),
    "/follow/*/*/due": parts.DUE,
    "/follow/*/*/remark": label("Remark", "Bemerkung", "ملاحظة"),
}
_AUTHENTIC: Final = label("Authentic language", "Maßgebliche Sprache", "اللغة المعتمدة")
MINUTES: Final = DocumentKind(
    name="minutes",
    body=Minutes,
    title=label("Minutes", "Protokoll", "محضر"),
    technical=("/follow/@",),
    labels=MappingProxyType(
        {
            "/meeting": label("Meeting", "Sitzung", "اجتماع"),
            "/title": parts.TITLE,
            "/place": parts.PLACE,
            "/zone": parts.ZONE,
            "/began": parts.BEGINS,
            "/ended": label("Ended", "Ende", "النهاية"),
            "/authentic": _AUTHENTIC,
            "/replaces": label("Replaces", "Ersetzt", "يحل محل"),
            "/items": label("Points", "Punkte", "البنود"),
            "/items/*/title": parts.TITLE,
            "/items/*/order": label("Order", "Reihenfolge", "الترتيب"),
            "/items/*/discussion": label("Discussion", "Beratung", "المناقشة"),
            "/items/*/decisions": label("Decisions", "Beschlüsse", "القرارات"),
            "/items/*/decisions/*/number": parts.NUMBER,
            "/items/*/decisions/*/sort": label("What it is", "Art", "النوع"),
            "/items/*/decisions/*/text": parts.TEXT,
            "/items/*/decisions/*/lead": parts.LEAD,
            "/items/*/decisions/*/due": parts.DUE,
            "/attendance": parts.ATTENDANCE,
            "/attendance/*/*/authority": parts.AUTHORITY,
            "/attendance/*/*/function": parts.FUNCTION,
            "/attendance/*/*/present": parts.PRESENT,
            **_FOLLOW,
        }
    ),
)
DECISION: Final = DocumentKind(
    name="decision",
    body=Written,
    title=label("Decision", "Beschluss", "قرار"),
    technical=("/follow/@",),
    labels=MappingProxyType(
        {
            "/decision": label("Decision", "Beschluss", "قرار"),
            "/decision/number": parts.NUMBER,
            "/decision/sort": label("What it is", "Art", "النوع"),
            "/decision/text": parts.TEXT,
            "/decision/lead": parts.LEAD,
            "/decision/due": parts.DUE,
            "/authentic": _AUTHENTIC,
            "/reason": label("Reason", "Grund", "السبب"),
            **_FOLLOW,
        }
    ),
)
