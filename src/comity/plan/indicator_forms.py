"""Ask for an indicator, its targets, and a side's own figures."""

import re
from collections.abc import Mapping
from typing import Any, ClassVar, Final

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from comity.concurrence import measures
from comity.plan.forms import PartForm, day_input, spread, text_field
from comity.plan.kinds.indicators import AreaIndicators, Indicator

_NUMBER: Final = re.compile(r"-?(0|[1-9][0-9]{0,11})(\.[0-9]{1,6})?")
TARGET: Final = "target_"


def check_number(text: str) -> None:
    """Raise `ValidationError` for what is no figure as indicators hold it."""
    if not _NUMBER.fullmatch(text.strip()):
        raise ValidationError(_("Write the figure in digits, with a point before decimals."))


class IndicatorForm(PartForm):
    """Ask for an indicator: what is counted, how, where it began, and what is aimed at in each period."""

    TEXTS: ClassVar = {"unit": _("Unit"), "verified_by": _("Verified by")}
    measure = forms.ChoiceField(
        label=_("Computed by"), required=False, help_text=_("A measure is computed on both nodes from the journals.")
    )
    rising = forms.BooleanField(label=_("More is better"), required=False)
    baseline = forms.CharField(label=_("Baseline"), max_length=20, required=False, validators=[check_number])
    baseline_on = forms.DateField(label=_("Day of the baseline"), required=False, widget=day_input())
    unit_en, unit_de, unit_ar = (text_field(one, rows=1) for one in ("en", "de", "ar"))
    verified_by_en, verified_by_de, verified_by_ar = (text_field(one, rows=1) for one in ("en", "de", "ar"))

    def __init__(self, body: AreaIndicators, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401  # Django's own
        """Offer the catalogue, and a target for each period."""
        super().__init__(*args, **kwargs)
        field = self.fields["measure"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101  # so it is declared
        by_hand = [("", _("by hand, each side its own"))]
        field.choices = [*by_hand, *((one.name, one.title) for one in measures.catalogue().values())]
        self._periods = tuple(body.periods)
        for period in body.periods:
            self.fields[TARGET + period] = forms.CharField(
                label=_("Target %(period)s") % {"period": period}, max_length=20, required=False,
                validators=[check_number],
            )  # fmt: skip

    def clean(self) -> dict[str, Any]:
        """Ask for a unit where no measure brings one."""
        cleaned = super().clean()
        if not cleaned.get("measure") and not self.texts("unit"):
            self.add_error("unit_en", _("Say it in one language at least."))
        return cleaned

    def part(self) -> Indicator:
        """Return the indicator."""
        given = self.cleaned_data
        targets = {one: given[TARGET + one].strip() for one in self._periods if given.get(TARGET + one, "").strip()}
        measure = measures.catalogue().get(given["measure"])
        return Indicator(
            title=self.texts("title"),
            unit=self.texts("unit") or {"en": str(measure.unit if measure else "")},
            rising=given["rising"],
            measure=given["measure"] or None,
            baseline=given["baseline"].strip() or None,
            baseline_on=given["baseline_on"],
            verified_by=self.texts("verified_by") or None,
            targets=targets,
        )

    @staticmethod
    def first(one: Indicator) -> dict[str, Any]:
        """Return the initial values for an indicator that is there."""
        targets: Mapping[str, str] = {TARGET + period: value for period, value in one.targets.items()}
        texts = {**spread("title", one.title), **spread("unit", one.unit), **spread("verified_by", one.verified_by)}
        plain = {"measure": one.measure or "", "rising": one.rising, "baseline": one.baseline or ""}
        return {**texts, **plain, "baseline_on": one.baseline_on, **targets}
