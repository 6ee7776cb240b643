"""Hand plan and indicators out as files, and take files in: read, then proposed, with what was left out."""

from typing import Final

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from comity.desk.frame import page
from comity.desk.roles import Permission
from comity.desk.seat import Seat, for_officers
from comity.desk.words import say_error
from comity.plan import file_services, words
from comity.plan.file_services import INDICATORS, PLANS, Brought
from comity.plan.imports.report import Fault, ImportRefusedError
from comity.protocol.errors import ComityError

MOST_BYTES: Final = 20 * 1024 * 1024
SHOWN: Final = 500
"""Faults, and sentences about what was left out, that one page shows."""


class BringForm(forms.Form):
    """Ask for a file, what it holds, and into which area all of it goes."""

    what = forms.ChoiceField(
        label=gettext_lazy("What it holds"),
        choices=[
            ("plan.xlsx", gettext_lazy("plan, workbook (XLSX)")),
            ("plan.xml", gettext_lazy("plan, Microsoft Project (XML)")),
            ("indicators.csv", gettext_lazy("indicators, table (CSV)")),
            ("indicators.xml", gettext_lazy("indicators, IATI 2.03 (XML)")),
        ],
    )
    file = forms.FileField(label=gettext_lazy("File"))
    area = forms.ChoiceField(
        label=gettext_lazy("Area"), required=False, help_text=gettext_lazy("Only for a plan whose groups are no areas.")
    )
    note = forms.CharField(
        label=gettext_lazy("Why this is proposed"), max_length=2000, required=False,
        widget=forms.Textarea(attrs={"rows": 2, "dir": "auto"}),
    )  # fmt: skip

    def clean_file(self) -> bytes:
        """Return the file's content, if it is not too large."""
        upload = self.cleaned_data["file"]
        if upload.size > MOST_BYTES:
            raise forms.ValidationError(_("The file is larger than a plan can be."))
        return b"".join(upload.chunks())


@for_officers(Permission.READ_PLAN)
def files(request: HttpRequest, seat: Seat) -> HttpResponseBase:
    """Offer every format, and take a file in."""
    posted = request.method == "POST"
    if posted:
        seat.require(Permission.WRITE_PLAN)
    form = BringForm(request.POST if posted else None, request.FILES if posted else None)
    field = form.fields["area"]
    assert isinstance(field, forms.ChoiceField)  # noqa: S101  # so it is declared
    every = seat.terms.agreement.areas if seat.terms else ()
    field.choices = [("", "\u2013"), *((one.id, words.area_title(seat.terms, one.id, seat.language)) for one in every)]
    faults: tuple[Fault, ...] = ()
    brought: Brought | None = None
    if form.is_valid():
        brought, faults = _bring(request, seat, form)
    return page(request, seat, "plan/files.html", {
        "form": form,
        "faults": faults[:SHOWN],
        "more_faults": len(faults) - SHOWN,
        "brought": brought,
        "left": brought.left[:SHOWN] if brought else (),
        "plans": PLANS,
        "indicators": INDICATORS,
        "terms": seat.terms,
        "tab": "files",
    })  # fmt: skip


def _bring(request: HttpRequest, seat: Seat, form: BringForm) -> tuple[Brought | None, tuple[Fault, ...]]:
    given = form.cleaned_data
    what, format_ = given["what"].split(".")
    try:
        if what == "plan":
            done = file_services.bring_plan(seat, given["file"], format_, area=given["area"], note=given["note"])
        else:
            done = file_services.bring_indicators(seat, given["file"], format_, note=given["note"])
    except ImportRefusedError as refused:
        return None, refused.faults
    except ComityError as error:
        messages.error(request, say_error(error))
        return None, ()
    return done, ()


@require_safe
@for_officers(Permission.READ_PLAN)
def plan_file(request: HttpRequest, seat: Seat, form: str) -> HttpResponseBase:
    """Hand out the plan."""
    if form not in PLANS:
        raise Http404
    beside = tuple(one for one in request.GET.getlist("beside") if one in ("en", "de", "ar"))
    return _file(file_services.plan_file(seat, form, beside), f"plan.{form}", PLANS[form])


@require_safe
@for_officers(Permission.READ_PLAN)
def indicators_file(_request: HttpRequest, seat: Seat, form: str) -> HttpResponseBase:
    """Hand out the indicators."""
    if form not in INDICATORS:
        raise Http404
    return _file(file_services.indicators_file(seat, form), f"indicators.{form}", INDICATORS[form])


def _file(content: bytes, name: str, kind: str) -> HttpResponse:
    response = HttpResponse(content, content_type=kind)
    response["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=name) or ""
    return response
