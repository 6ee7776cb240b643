"""Answer for the search: what is looked for comes by POST, so that no name stands in an address or a log."""

from django import forms
from django.http import HttpRequest, HttpResponseBase
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from comity.cases import search_access
from comity.cases.search_access import Found
from comity.cases.search_words import LONGEST
from comity.desk.frame import page
from comity.desk.keyset import Place
from comity.desk.roles import Permission
from comity.desk.seat import Seat, for_officers

PURPOSE_KEY = "search-purpose"


class SearchForm(forms.Form):
    """Ask for words, why they are looked for, and whether other spellings count."""

    words = forms.CharField(
        label=_("Words, name or number"), max_length=LONGEST,
        widget=forms.TextInput(attrs={"dir": "auto", "autocomplete": "off", "autofocus": True, "type": "search"}),
    )  # fmt: skip
    purpose = forms.ChoiceField(label=_("Purpose"))
    alike = forms.BooleanField(label=_("Also other spellings and scripts"), required=False, initial=True)
    after = forms.RegexField(r"^[0-9]{1,15}\.[0-9]{1,15}$", required=False, widget=forms.HiddenInput())

    def __init__(self, seat: Seat, *given: object, **more: object) -> None:
        """Offer the purposes of the agreement."""
        super().__init__(*given, **more)  # type: ignore[arg-type]  # as Django's own
        field = self.fields["purpose"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101  # so it is declared
        purposes = seat.terms.agreement.purposes if seat.terms else ()
        words = [(one.id, seat.terms.words(one.title, seat.language)) for one in purposes] if seat.terms else []
        field.choices = [("", "\u2013"), *words]

    def place(self) -> Place | None:
        """Return where the page begins."""
        time_ms, _dot, number = self.cleaned_data["after"].partition(".")
        return (int(time_ms), int(number)) if number else None


@require_http_methods(["GET", "HEAD", "POST"])
@for_officers(Permission.READ_CASES)
def search(request: HttpRequest, seat: Seat) -> HttpResponseBase:
    """Ask what is looked for, and show what was found."""
    posted = request.method == "POST"
    before = request.session.get(PURPOSE_KEY, "")
    form = SearchForm(seat, request.POST) if posted else SearchForm(seat, initial={"purpose": before})
    found: Found | None = None
    if posted and form.is_valid():
        given = form.cleaned_data
        if given["purpose"] != before:
            request.session[PURPOSE_KEY] = given["purpose"]
        found = search_access.search(
            seat, given["words"], purpose=given["purpose"], alike=given["alike"], after=form.place()
        )
    after = f"{found.after[0]}.{found.after[1]}" if found and found.after else ""
    return page(request, seat, "cases/search.html", {"form": form, "found": found, "after": after})
