"""Ask for a person, a file of persons, a list, and what a review found."""

import re
from collections.abc import Iterator, Sequence
from typing import Any, Final, cast

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from comity.matching import DocumentKind, MatchingError, Person, Sex, parse_births
from comity.screening import looking, words
from comity.screening.imports import Document, Entry, RowError
from comity.screening.lists import ListTerms
from comity.screening.records import Finding
from comity.screening.subjects import Subject, subject_of
from comity.screening.uploaded import MOST_BYTES

_STATE: Final = re.compile(r"[A-Za-z]{3}")
_NAMES: Final = 20


class PersonForm(forms.Form):
    """Ask for one person, in the order in which an officer thinks: names, birth, sex, nationality, documents."""

    name = forms.CharField(
        label=_("Name in its own script"),
        widget=forms.TextInput(attrs={"dir": "auto", "autocomplete": "off", "spellcheck": "false"}),
        max_length=300,
        required=False,
    )
    latin = forms.CharField(
        label=_("Name in Latin letters"),
        help_text=_("As in the passport. Either is enough; both find more."),
        widget=forms.TextInput(attrs={"dir": "ltr", "autocomplete": "off", "spellcheck": "false"}),
        max_length=300,
        required=False,
    )
    names = forms.CharField(
        label=_("Other names"),
        help_text=_("One in each line, in any script."),
        widget=forms.Textarea(attrs={"rows": 2, "dir": "auto", "autocomplete": "off", "spellcheck": "false"}),
        max_length=4000,
        required=False,
    )
    born = forms.CharField(
        label=_("Date of birth"),
        help_text=_("1980-05-01, 1980-05, 1980 or 1978~1982; several joined by |."),
        widget=forms.TextInput(attrs={"dir": "ltr", "autocomplete": "off"}),
        max_length=200,
        required=False,
    )
    sex = forms.ChoiceField(
        label=_("Sex in the document"),
        choices=[("", _("not known")), *((one.value, said) for one, said in words.SEXES.items())],
        required=False,
    )
    nationality = forms.CharField(
        label=_("Nationalities"),
        help_text=_("Codes of three letters, such as DEU or QAT."),
        widget=forms.TextInput(attrs={"dir": "ltr", "autocomplete": "off"}),
        max_length=80,
        required=False,
    )
    document_kind = forms.ChoiceField(
        label=_("Document"),
        choices=[("", _("none")), *((one.value, said) for one, said in words.DOCUMENTS.items())],
        required=False,
    )
    document_state = forms.CharField(
        label=_("Issuing state"), widget=forms.TextInput(attrs={"dir": "ltr"}), max_length=3, required=False
    )
    document_number = forms.CharField(
        label=_("Number"),
        widget=forms.TextInput(attrs={"dir": "ltr", "autocomplete": "off"}),
        max_length=64,
        required=False,
    )
    mrz = forms.CharField(
        label=_("Machine-readable zone"),
        help_text=_("The two or three lines at the foot of a travel document; check digits are verified."),
        widget=forms.Textarea(attrs={"rows": 3, "dir": "ltr", "class": "code", "autocomplete": "off"}),
        max_length=400,
        required=False,
    )

    def clean_born(self) -> tuple[Any, ...]:
        """Return the dates of birth."""
        try:
            return parse_births(self.cleaned_data["born"].strip())
        except MatchingError:
            raise ValidationError(_("Write a date of birth as the hint shows.")) from None

    def clean_nationality(self) -> tuple[str, ...]:
        """Return the codes of states."""
        codes = self.cleaned_data["nationality"].replace(",", " ").upper().split()
        if not all(_STATE.fullmatch(one) for one in codes):
            raise ValidationError(_("A nationality is a code of three letters."))
        return tuple(codes)

    def clean_names(self) -> tuple[str, ...]:
        """Return the names."""
        names = tuple(one.strip() for one in self.cleaned_data["names"].splitlines() if one.strip())
        if len(names) > _NAMES:
            raise ValidationError(_("At most twenty names."))
        return names

    def clean_mrz(self) -> Entry | None:
        """Return what the zone says.  A zone whose check digits do not hold was misread and is not asked about."""
        text = self.cleaned_data["mrz"].strip()
        if not text:
            return None
        item = looking.person_of(text)
        if item is None:
            raise ValidationError(_("This is no machine-readable zone."))
        if isinstance(item, RowError):
            raise ValidationError(f"{_(item.problem)} {_(item.remedy)}")
        return item

    def clean(self) -> dict[str, Any]:
        """Ask for something that can be asked about."""
        cleaned = super().clean() or {}
        kind, state, number = (cleaned.get(f"document_{name}", "") for name in ("kind", "state", "number"))
        if kind and not (state and number):
            self.add_error("document_number", _("A document needs the state that issued it and its number."))
        named = cleaned.get("name") or cleaned.get("latin") or cleaned.get("names")
        if not self.errors and not (named or kind or cleaned["mrz"]):
            raise ValidationError(_("Give a name, a document or a machine-readable zone."))
        return cleaned

    def subject(self) -> Subject:
        """Return whom to ask about."""
        given = self.cleaned_data
        zone = cast(Entry | None, given["mrz"])
        read = subject_of(zone) if zone else Subject(Person(()))
        papers = list(read.documents)
        if given["document_kind"]:
            kind = DocumentKind(given["document_kind"])
            papers.append(Document(kind, given["document_number"], given["document_state"].upper()))
        person = Person(
            tuple(
                dict.fromkeys(
                    one for one in (given["name"], given["latin"], *given["names"], *read.person.names) if one
                )
            ),
            tuple(dict.fromkeys((*given["born"], *read.person.births))),
            Sex(given["sex"]) if given["sex"] else read.person.sex,
            tuple(dict.fromkeys((*given["nationality"], *read.person.nationalities))),
        )
        return Subject(person, tuple(papers))


class AskForm(forms.Form):
    """Ask which list, and for which purpose; and, of persons in a file, the file."""

    partner_list = forms.ChoiceField(label=_("Partner's list"))
    purpose = forms.ChoiceField(label=_("Purpose"))
    case = forms.UUIDField(
        label=_("Case"),
        help_text=_("Its identifier, if the check belongs to a case. The partner does not see it."),
        widget=forms.TextInput(attrs={"dir": "ltr", "class": "code", "autocomplete": "off", "maxlength": 36}),
        required=False,
    )

    def __init__(
        self,
        *args: Any,  # noqa: ANN401  # Django's own
        lists: Sequence[tuple[str, str]],
        purposes: Sequence[tuple[str, str]],
        **kwargs: Any,  # noqa: ANN401  # Django's own
    ) -> None:
        """Offer the lists and the purposes that the clause permits."""
        super().__init__(*args, **kwargs)
        self.fields["partner_list"].choices = lists  # type: ignore[attr-defined]  # a choice field
        self.fields["purpose"].choices = purposes  # type: ignore[attr-defined]  # a choice field


class _Upload(forms.Form):
    """Ask for a file whose format is told from its first bytes."""

    upload = forms.FileField(label=_("File"), help_text=_("CSV, FollowTheMoney, UN, EU or OFAC XML, MRZ, or names."))

    def clean_upload(self) -> Any:  # noqa: ANN401  # Django's own type
        """Bound what is worked on while somebody waits."""
        upload = self.cleaned_data["upload"]
        if upload.size > MOST_BYTES:
            raise ValidationError(_("The file is larger than 20 MB. The command line takes any size."))
        return upload


class FileAskForm(AskForm, _Upload):
    """Ask for a file of persons, such as a passenger list."""


class ListForm(_Upload):
    """Ask what a list must say of itself, and for its entries."""

    list_id = forms.RegexField(
        r"^[a-z0-9-]{1,40}$",
        label=_("Short name"),
        help_text=_("Small letters, digits and dashes. Partners see it."),
        widget=forms.TextInput(attrs={"dir": "ltr"}),
    )
    title = forms.CharField(label=_("Title"), help_text=_("Partners see it."), max_length=200)
    owner = forms.ChoiceField(label=_("Owner"))
    legal_basis = forms.CharField(label=_("Legal basis"), max_length=500)
    review_days = forms.IntegerField(
        label=_("Days until an entry is reviewed"), min_value=1, max_value=3660, initial=365
    )
    whole = forms.BooleanField(
        label=_("The file is the whole list: what it does not name is removed"), required=False, initial=True
    )

    field_order = ("list_id", "title", "owner", "legal_basis", "review_days", "upload", "whole")

    def __init__(self, *args: Any, authorities: Sequence[str], **kwargs: Any) -> None:  # noqa: ANN401  # Django's own
        """Offer the authorities that act through this node."""
        super().__init__(*args, **kwargs)
        self.fields["owner"].choices = [(one, one) for one in authorities]  # type: ignore[attr-defined]  # a choice field

    def terms(self) -> ListTerms:
        """Return what the list says of itself."""
        given = self.cleaned_data
        return ListTerms(
            list_id=given["list_id"],
            title=given["title"],
            owner=given["owner"],
            legal_basis=given["legal_basis"],
            review_days=given["review_days"],
        )


class ReviewForm(forms.Form):
    """Ask what a person found who compared a hit, and why."""

    finding = forms.ChoiceField(
        label=_("What did you find?"),
        choices=[(one.value, said) for one, said in words.FINDINGS.items()],
        widget=forms.RadioSelect,
    )
    reason = forms.CharField(
        label=_("Why"),
        help_text=_("A sentence: what was compared, and with what. It stays on this node, sealed."),
        widget=forms.Textarea(attrs={"rows": 3, "dir": "auto"}),
        max_length=2000,
    )

    @property
    def found(self) -> Finding:
        """Return the finding."""
        return Finding(self.cleaned_data["finding"])


def subjects_of(items: Iterator[Entry | RowError], faults: list[RowError]) -> Iterator[Subject]:
    """Yield the persons of a file; keep the rows that could not be read in ``faults``."""
    for item in items:
        if isinstance(item, RowError):
            faults.append(item)
        else:
            yield subject_of(item)
