"""Name in words what forms and timelines show: fields, grounds, evaluations, uses, outcomes, items."""

from collections.abc import Mapping
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from comity.cases.policy import Rule
from comity.cases.records import Outcome, Use

GROUNDS: Final[Mapping[str, Promise]] = {
    "capital-offence": _("The death penalty may follow"),
    "political": _("It is made on political grounds"),
    "military": _("It is made on military grounds"),
    "religious": _("It is made on religious grounds"),
    "racial": _("It is made on racial grounds"),
}
"""What a request must say of itself, because safeguards of agreements ask for it."""
REFUSAL_GROUNDS: Final[Mapping[str, Promise]] = {
    "not-available": _("The information is not available"),
    "national-security": _("It would harm essential interests of national security"),
    "ongoing-investigation": _("It would endanger an investigation or a person"),
    "disproportionate": _("It is disproportionate or irrelevant to the purpose"),
    "minor-offence": _("It concerns an offence punishable by one year or less"),
    "judicial-authorisation": _("A court has not authorised it"),
    "third-party": _("It belongs to a third state that does not consent"),
    "personal-data": _("The protection of personal data forbids it"),
    "other": _("Another ground, as stated"),
}
"""Grounds as in Article 6 of Directive (EU) 2023/977, and what practice adds."""
SOURCES: Final[Mapping[str, Promise]] = {
    "A": _("A: no doubt about the source"),
    "B": _("B: mostly reliable"),
    "C": _("C: mostly unreliable"),
    "X": _("X: cannot be judged"),
}
INFORMATION: Final[Mapping[str, Promise]] = {
    "1": _("1: certain"),
    "2": _("2: known to the source itself"),
    "3": _("3: hearsay, but corroborated"),
    "4": _("4: cannot be judged"),
}
USES: Final[Mapping[str, Promise]] = {
    Use.EVIDENCE.value: _("Use as evidence in court"),
    Use.ONWARD.value: _("Pass on to somebody else"),
    Use.OTHER_AGREEMENT.value: _("Use under another agreement"),
    Use.EXPORT.value: _("Export as a file"),
    Use.PRINT.value: _("Print"),
}
OUTCOMES: Final[Mapping[str, Promise]] = {
    Outcome.ANSWERED.value: _("The question is answered"),
    Outcome.PARTLY.value: _("It is answered in part"),
    Outcome.REFUSED.value: _("The answer was refused"),
    Outcome.WITHDRAWN.value: _("The question is withdrawn"),
    Outcome.NO_LONGER_NEEDED.value: _("The answer is no longer needed"),
}
RULES: Final[Mapping[Rule, Promise]] = {
    Rule.FREE: _("allowed"),
    Rule.CONSENT: _("only by consent"),
    Rule.NEVER: _("not allowed"),
}
LABELS: Final[Mapping[str, Promise]] = {
    "clause": _("Clause"),
    "purpose": _("Purpose"),
    "urgency": _("Urgency"),
    "handling": _("Handling code"),
    "case_number": _("Case number"),
    "subject": _("Subject"),
    "question": _("Question"),
    "legal_basis": _("Legal basis"),
    "grounds": _("What the agreement asks every request"),
    "assurance": _("Assurance"),
    "text": _("Answer"),
    "source": _("Source"),
    "information": _("Information"),
    "ground": _("Ground"),
    "reason": _("Reason"),
    "attachments": _("Attachments"),
    "language": _("Language of the text"),
    "items": _("Persons, documents and things"),
    "hours": _("Hours"),
    "use": _("Intended use"),
    "recipient": _("For whom or what"),
    "for_items": _("Which items"),
    "conditions": _("Conditions"),
    "until": _("Valid until"),
    "outcome": _("Outcome"),
    "note": _("Note"),
}
ITEMS: Final[Mapping[str, Promise]] = {
    "person": _("Person"),
    "document": _("Document"),
    "vehicle": _("Vehicle"),
    "telephone": _("Telephone"),
    "place": _("Location"),
}
ITEM_LABELS: Final[Mapping[str, Promise]] = {
    "name": _("Name, in its own script"),
    "latin": _("In Latin letters"),
    "born": _("Born"),
    "birthplace": _("Place of birth"),
    "nationality": _("Nationality"),
    "part": _("Part in the matter"),
    "number": _("Number"),
    "sort": _("Kind of document"),
    "issuer": _("Issued by"),
    "holder": _("Holder, as written"),
    "expires": _("Expires"),
    "plate": _("Plate, as written"),
    "country": _("Country"),
    "chassis": _("Chassis number"),
    "make": _("Make and colour"),
    "subscriber": _("Subscriber, as written"),
    "device": _("Device (IMEI)"),
    "address": _("Address, as written"),
    "coordinates": _("Coordinates"),
    "handling": _("Handling code"),
    "source": _("Source"),
    "information": _("Information"),
    "note": _("Note"),
}
ITEM_FIELDS: Final[Mapping[str, tuple[str, ...]]] = {
    "person": ("name", "latin", "born", "birthplace", "nationality", "part"),
    "document": ("number", "sort", "issuer", "holder", "latin", "expires"),
    "vehicle": ("plate", "latin", "country", "chassis", "make"),
    "telephone": ("number", "subscriber", "latin", "device"),
    "place": ("address", "latin", "country", "coordinates"),
}
"""What each kind of item says, in the order in which an officer reads it; the first field is the one it cannot lack."""
ITEM_MARKS: Final = ("handling", "source", "information", "note")
"""What every item can say besides."""
