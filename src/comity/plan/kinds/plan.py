"""Say what the plan of one area of the agreement holds: objectives, actions, milestones and risks.

Every area has a document of its own.  A proposal travels in a record of at most 1 MiB; an action in three languages
takes about one KiB, so that an area opens with some hundred actions and grows by further proposals, and a change to one
area does not wait for an answer about another.

What its lead says about an action (`Action.progress`, `Action.remark`) and how a risk stands now are technical updates;
every other place needs both signatures.  *Done, confirmed by both* is such a place, so neither side can reach it alone.
"""

from collections.abc import Mapping
from datetime import date
from types import MappingProxyType
from typing import Annotated, Final

import msgspec
from msgspec import Meta

from comity.concurrence.documents import DocumentKind, Label
from comity.plan.states import Outcome, Progress, State, state
from comity.protocol.canonical import Strict
from comity.protocol.names import AuthorityName, ClauseId, Language, Party, Slug

Words = Annotated[str, Meta(min_length=1, max_length=4000)]
Text = Annotated[Mapping[Language, Words], Meta(min_length=1)]
"""The same said in one or more languages."""
Grade = Annotated[int, Meta(ge=1, le=5)]
MAX_PARTS: Final = 2000
"""Parts of one sort in one area; a plan of 5,000 actions is spread over the areas of its agreement."""


class Objective(Strict):
    """Say what the area is to achieve, and how one will know."""

    title: Text
    verified_by: Text | None = None


class Action(Strict):
    """Say what is done, by whom, from when to when; ``waits_for`` are keys of actions of the same area."""

    title: Text
    lead: AuthorityName
    start: date
    due: date
    clause: ClauseId
    objective: Slug | None = None
    co_lead: AuthorityName | None = None
    with_: tuple[AuthorityName, ...] = msgspec.field(name="with", default=())
    waits_for: tuple[Slug, ...] = ()
    deliverables: Mapping[Slug, Text] = msgspec.field(default_factory=dict)
    paid_by: tuple[Party, ...] = ()
    public: bool = False
    progress: Progress | None = None
    remark: Text | None = None
    outcome: Outcome | None = None

    def __post_init__(self) -> None:
        """Raise `ValueError` for what no plan can mean; a document that holds it fits on neither node."""
        if self.due < self.start:
            raise ValueError("an action is due before it starts")
        if self.outcome is Outcome.DONE_CONFIRMED and self.progress is not Progress.DONE_CLAIMED:
            raise ValueError("only what its lead calls done can be confirmed")

    @property
    def state(self) -> State:
        """Return the state of the action in a document that is in force."""
        return state(self.progress, self.outcome, adopted=True)


class Milestone(Strict):
    """Name a day by which something must have been reached."""

    title: Text
    due: date


class Risk(Strict):
    """Say what could go wrong, how likely and how bad (1 to 5), and who looks after it; ``now`` is how it stands."""

    title: Text
    likelihood: Grade
    impact: Grade
    owner: AuthorityName
    answer: Text
    now: Text | None = None


class AreaPlan(Strict):
    """Hold the plan of one area; parts stand under keys that they keep for good."""

    area: Slug
    first: date
    last: date
    objectives: Annotated[Mapping[Slug, Objective], Meta(max_length=MAX_PARTS)] = msgspec.field(default_factory=dict)
    actions: Annotated[Mapping[Slug, Action], Meta(max_length=MAX_PARTS)] = msgspec.field(default_factory=dict)
    milestones: Annotated[Mapping[Slug, Milestone], Meta(max_length=MAX_PARTS)] = msgspec.field(default_factory=dict)
    risks: Annotated[Mapping[Slug, Risk], Meta(max_length=MAX_PARTS)] = msgspec.field(default_factory=dict)

    def __post_init__(self) -> None:
        """Raise `ValueError` for references that lead nowhere or round in a circle."""
        if self.last < self.first:
            raise ValueError("the plan ends before it begins")
        for one in self.actions.values():
            if one.objective is not None and one.objective not in self.objectives:
                raise ValueError("an action serves an objective that is not in the plan")
            if not self.actions.keys() >= set(one.waits_for):
                raise ValueError("an action waits for one that is not in the plan")
        _check_order(self.actions)


def _check_order(actions: Mapping[str, Action]) -> None:
    """Take away what waits for nothing, until nothing is left.  Raises `ValueError` where something is left."""
    waits = {key: set(one.waits_for) for key, one in actions.items()}
    followers: dict[str, list[str]] = {}
    for key, before in waits.items():
        for one in before:
            followers.setdefault(one, []).append(key)
    free = [key for key, before in waits.items() if not before]
    done = 0
    while free:
        done += 1
        key = free.pop()
        for one in followers.get(key, ()):
            waits[one].discard(key)
            if not waits[one]:
                free.append(one)
    if done != len(actions):
        raise ValueError("actions wait for each other in a circle")


def _label(en: str, de: str, ar: str) -> Label:
    return MappingProxyType({"en": en, "de": de, "ar": ar})


AREA_PLAN: Final = DocumentKind(
    name="plan-area",
    body=AreaPlan,
    title=_label("Plan of an area", "Plan eines Bereichs", "خطة مجال"),
    technical=("/actions/*/progress", "/actions/*/remark", "/risks/*/now"),
    labels=MappingProxyType(
        {
            "/area": _label("Area", "Bereich", "المجال"),
            "/first": _label("First day", "Erster Tag", "اليوم الأول"),
            "/last": _label("Last day", "Letzter Tag", "اليوم الأخير"),
            "/objectives": _label("Objectives", "Ziele", "الأهداف"),
            "/objectives/*/title": _label("Title", "Titel", "العنوان"),
            "/objectives/*/verified_by": _label("Verified by", "Nachgewiesen durch", "وسيلة التحقق"),
            "/actions": _label("Actions", "Maßnahmen", "الإجراءات"),
            "/actions/*/title": _label("Title", "Titel", "العنوان"),
            "/actions/*/lead": _label("Lead", "Federführung", "الجهة القائدة"),
            "/actions/*/co_lead": _label("Co-lead", "Mitführung", "الجهة القائدة المشاركة"),
            "/actions/*/with": _label("Participants", "Beteiligte", "المشاركون"),
            "/actions/*/start": _label("Start", "Beginn", "البداية"),
            "/actions/*/due": _label("Due", "Fällig", "الاستحقاق"),
            "/actions/*/clause": _label("Clause", "Klausel", "البند"),
            "/actions/*/objective": _label("Objective", "Ziel", "الهدف"),
            "/actions/*/waits_for": _label("Waits for", "Wartet auf", "يتوقف على"),
            "/actions/*/deliverables": _label("Deliverables", "Ergebnisse", "المخرجات"),
            "/actions/*/paid_by": _label("Costs borne by", "Kostenträger", "تتحمل التكاليف"),
            "/actions/*/public": _label("May be published", "Darf veröffentlicht werden", "يجوز نشره"),
            "/actions/*/progress": _label("Progress", "Stand", "التقدم"),
            "/actions/*/remark": _label("Remark", "Bemerkung", "ملاحظة"),
            "/actions/*/outcome": _label("Outcome", "Ausgang", "النتيجة"),
            "/milestones": _label("Milestones", "Meilensteine", "المعالم"),
            "/milestones/*/title": _label("Title", "Titel", "العنوان"),
            "/milestones/*/due": _label("Due", "Fällig", "الاستحقاق"),
            "/risks": _label("Risks", "Risiken", "المخاطر"),
            "/risks/*/title": _label("Title", "Titel", "العنوان"),
            "/risks/*/likelihood": _label("Likelihood", "Wahrscheinlichkeit", "الاحتمال"),
            "/risks/*/impact": _label("Impact", "Auswirkung", "الأثر"),
            "/risks/*/owner": _label("Owner", "Zuständig", "المسؤول"),
            "/risks/*/answer": _label("Answer", "Gegenmaßnahme", "الاستجابة"),
            "/risks/*/now": _label("How it stands", "Stand", "الوضع الحالي"),
        }
    ),
)
