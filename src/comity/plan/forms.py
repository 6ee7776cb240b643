"""Ask for the parts of a plan, in the order in which a secretary thinks: what, who, when, under which clause."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Final

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from comity.desk.seat import Seat
from comity.plan.kinds.plan import Action, AreaPlan, Milestone, Objective, Risk, Text
from comity.plan.states import STATES, Progress, State

LANGUAGES: Final = ("en", "de", "ar")
_NAMES: Final = {"en": _("In English"), "de": _("In German"), "ar": _("In Arabic")}
_LONG: Final = 4000


def text_field(language: str, *, rows: int) -> forms.CharField:
    """Return a field for a text in one language."""
    attrs = {"dir": "rtl" if language == "ar" else "ltr", "lang": language, "rows": rows}
    return forms.CharField(label=_NAMES[language], max_length=_LONG, required=False, widget=forms.Textarea(attrs=attrs))


def day_input() -> forms.DateInput:
    """Return a field for a day."""
    return forms.DateInput(attrs={"type": "date", "dir": "ltr"}, format="%Y-%m-%d")


class PartForm(forms.Form):
    """Be the base of all of them: a title in one language or more, and why it is proposed."""

    title_en = text_field("en", rows=1)
    title_de = text_field("de", rows=1)
    title_ar = text_field("ar", rows=1)
    note = forms.CharField(
        label=_("Why this is proposed"),
        help_text=_("The other side reads it beside the change."),
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2, "dir": "auto"}),
    )

    TEXTS: ClassVar[Mapping[str, Promise]] = {}
    """Fields of several languages beside the title, and what they are called."""

    def titles(self) -> list[forms.BoundField]:
        """Return the fields of the title."""
        return [self[f"title_{language}"] for language in LANGUAGES]

    def texts_beside(self) -> list[tuple[Promise, list[forms.BoundField]]]:
        """Return the other fields of several languages, each with what it is called."""
        return [(called, [self[f"{name}_{language}"] for language in LANGUAGES]) for name, called in self.TEXTS.items()]

    def others(self) -> list[forms.BoundField]:
        """Return the fields that are the same in every language, but for the note."""
        texts = {f"{name}_{language}" for name in ("title", *self.TEXTS) for language in LANGUAGES}
        return [field for field in self if field.name not in texts and field.name != "note"]

    def texts(self, name: str) -> Text:
        """Return what was written in a field of several languages, by language."""
        found = {language: self.cleaned_data.get(f"{name}_{language}", "").strip() for language in LANGUAGES}
        return {language: text for language, text in found.items() if text}

    def clean(self) -> dict[str, Any]:
        """Ask for a title in one language at least."""
        cleaned = super().clean() or {}
        if not self.texts("title"):
            self.add_error("title_en", _("Say it in one language at least."))
        return cleaned


def spread(name: str, text: Mapping[str, str] | None) -> dict[str, str]:
    """Return a text in several languages as the initial values of its fields."""
    return {f"{name}_{language}": said for language, said in (text or {}).items()}


class ActionForm(PartForm):
    """Ask for an action."""

    objective = forms.ChoiceField(label=_("Objective"), required=False)
    lead = forms.ChoiceField(label=_("Lead"))
    co_lead = forms.ChoiceField(label=_("Co-lead"), required=False)
    participants = forms.MultipleChoiceField(label=_("Participants"), required=False)
    start = forms.DateField(label=_("Start"), widget=day_input())
    due = forms.DateField(label=_("Due"), widget=day_input())
    waits_for = forms.MultipleChoiceField(label=_("Waits for"), required=False)
    clause = forms.ChoiceField(label=_("Clause"))
    paid_by = forms.MultipleChoiceField(label=_("Costs borne by"), required=False)
    deliverables = forms.CharField(
        label=_("Deliverables"),
        help_text=_("One in each line."),
        max_length=_LONG,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3, "dir": "auto"}),
    )
    public = forms.BooleanField(label=_("May be published"), required=False)

    def __init__(self, seat: Seat, body: AreaPlan, key: str, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401  # Django's own
        """Offer what the agreement and the plan of the area name."""
        super().__init__(*args, **kwargs)
        self._language = seat.language
        none = [("", "\u2013")]
        who = authorities(seat)
        _offer(self, "objective", [*none, *((name, said(one.title, seat)) for name, one in body.objectives.items())])
        _offer(self, "lead", who)
        _offer(self, "co_lead", [*none, *who])
        _offer(self, "participants", who)
        others = ((name, said(one.title, seat)) for name, one in body.actions.items() if name != key)
        _offer(self, "waits_for", list(others))
        clauses = seat.terms.clauses.values() if seat.terms else ()
        mine = [(one.clause.id, one.clause.id) for one in clauses if one.clause.area == body.area]
        rest = [(one.clause.id, one.clause.id) for one in clauses if one.clause.area != body.area]
        _offer(self, "clause", [*mine, *rest])
        parties = (
            [(one.id, seat.terms.words(one.title, seat.language)) for one in seat.terms.agreement.parties]
            if seat.terms
            else []
        )
        _offer(self, "paid_by", parties)

    def clean(self) -> dict[str, Any]:
        """Compare the days."""
        cleaned = super().clean()
        if cleaned.get("start") and cleaned.get("due") and cleaned["due"] < cleaned["start"]:
            self.add_error("due", _("An action is due on the day it starts, or later."))
        return cleaned

    def part(self) -> Action:
        """Return the action."""
        given = self.cleaned_data
        lines = [one.strip() for one in given["deliverables"].splitlines() if one.strip()]
        return Action(
            title=self.texts("title"),
            lead=given["lead"],
            start=given["start"],
            due=given["due"],
            clause=given["clause"],
            objective=given["objective"] or None,
            co_lead=given["co_lead"] or None,
            with_=tuple(given["participants"]),
            waits_for=tuple(given["waits_for"]),
            deliverables={f"d{at}": {self._language: line} for at, line in enumerate(lines, 1)},
            paid_by=tuple(given["paid_by"]),
            public=given["public"],
        )

    @staticmethod
    def first(one: Action, language: str) -> dict[str, Any]:
        """Return the initial values for an action that is there."""
        lines = [text.get(language) or next(iter(text.values())) for text in one.deliverables.values()]
        return {
            **spread("title", one.title),
            "objective": one.objective or "",
            "lead": one.lead,
            "co_lead": one.co_lead or "",
            "participants": list(one.with_),
            "start": one.start,
            "due": one.due,
            "waits_for": list(one.waits_for),
            "clause": one.clause,
            "paid_by": list(one.paid_by),
            "deliverables": "\n".join(lines),
            "public": one.public,
        }


class ObjectiveForm(PartForm):
    """Ask for an objective, and how one will know that it is reached."""

    TEXTS: ClassVar = {"verified_by": _("Verified by")}
    verified_by_en = text_field("en", rows=1)
    verified_by_de = text_field("de", rows=1)
    verified_by_ar = text_field("ar", rows=1)

    def part(self) -> Objective:
        """Return the objective."""
        return Objective(title=self.texts("title"), verified_by=self.texts("verified_by") or None)


class MilestoneForm(PartForm):
    """Ask for a milestone."""

    due = forms.DateField(label=_("Due"), widget=day_input())

    def part(self) -> Milestone:
        """Return the milestone."""
        return Milestone(title=self.texts("title"), due=self.cleaned_data["due"])


class RiskForm(PartForm):
    """Ask for a risk."""

    TEXTS: ClassVar = {"answer": _("Answer")}
    likelihood = forms.IntegerField(label=_("Likelihood (1 to 5)"), min_value=1, max_value=5)
    impact = forms.IntegerField(label=_("Impact (1 to 5)"), min_value=1, max_value=5)
    owner = forms.ChoiceField(label=_("Looked after by"))
    answer_en = text_field("en", rows=2)
    answer_de = text_field("de", rows=2)
    answer_ar = text_field("ar", rows=2)

    def __init__(self, seat: Seat, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401  # Django's own
        """Offer the authorities of the agreement."""
        super().__init__(*args, **kwargs)
        _offer(self, "owner", authorities(seat))

    def clean(self) -> dict[str, Any]:
        """Ask what is done about the risk."""
        cleaned = super().clean()
        if not self.texts("answer"):
            self.add_error("answer_en", _("Say it in one language at least."))
        return cleaned

    def part(self) -> Risk:
        """Return the risk."""
        given = self.cleaned_data
        return Risk(
            title=self.texts("title"),
            likelihood=given["likelihood"],
            impact=given["impact"],
            owner=given["owner"],
            answer=self.texts("answer"),
        )


class AreaForm(forms.Form):
    """Ask for which area a plan is proposed, and for how long."""

    area = forms.ChoiceField(label=_("Area"))
    first = forms.DateField(label=_("First day"), widget=day_input())
    last = forms.DateField(label=_("Last day"), widget=day_input())
    note = forms.CharField(
        label=_("Why this is proposed"), max_length=2000, required=False,
        widget=forms.Textarea(attrs={"rows": 2, "dir": "auto"}),
    )  # fmt: skip

    def __init__(self, areas: Sequence[tuple[str, str]], *args: Any, **kwargs: Any) -> None:  # noqa: ANN401  # Django's own
        """Offer the areas that have no plan yet."""
        super().__init__(*args, **kwargs)
        _offer(self, "area", list(areas))


class ProgressForm(forms.Form):
    """Ask the lead how far an action is."""

    progress = forms.ChoiceField(label=_("State"), required=False)
    remark = forms.CharField(
        label=_("Remark"), max_length=_LONG, required=False, widget=forms.Textarea(attrs={"rows": 2, "dir": "auto"})
    )

    def __init__(self, states: Sequence[State], *args: Any, **kwargs: Any) -> None:  # noqa: ANN401  # Django's own
        """Offer where the action can go."""
        super().__init__(*args, **kwargs)
        _offer(self, "progress", [(str(one), str(STATES[one])) for one in states])

    def chosen(self) -> Progress | None:
        """Return the state that was chosen."""
        value = self.cleaned_data["progress"]
        return Progress(value) if value in set(Progress) else None


def said(text: Mapping[str, str], seat: Seat) -> str:
    """Return a text in the language of the screen, else the first there is."""
    return text.get(seat.language) or next(iter(text.values()), "")


def authorities(seat: Seat) -> list[tuple[str, str]]:
    """Return the authorities of the agreement, this side's first, with their names."""
    if seat.terms is None:
        return []
    own = seat.node.name.partition(".")[0]
    parties = sorted(seat.terms.agreement.parties, key=lambda one: one.id != own)
    return [
        (one.id, f"{one.id} \u00b7 {seat.terms.words(one.title, seat.language)}")
        for each in parties for one in each.authorities
    ]  # fmt: skip


def _offer(form: forms.Form, name: str, choices: list[tuple[str, str]]) -> None:
    field = form.fields[name]
    assert isinstance(field, forms.ChoiceField)  # noqa: S101  # so it is declared
    field.choices = choices
