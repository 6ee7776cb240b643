"""Say rules, states and findings of screening in the officer's language."""

from collections.abc import Mapping
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from comity.matching import DocumentKind, Rule, Sex
from comity.screening.imports import Loss
from comity.screening.models import CheckState, HitState, PublicationState
from comity.screening.records import Finding

RULES: Final[Mapping[Rule, Promise]] = {
    Rule.WHOLE_NAME: _("Every part of both names sounds alike, and the name is not a very common one"),
    Rule.NAME_WITHOUT_PATRONYMIC: _("Every part but the patronymic sounds alike, and the name is rare"),
    Rule.WHOLE_NAME_LIGHT: _("Every part of both names sounds alike, but the name is short or common"),
    Rule.RUN_TOGETHER: _("The names sound alike once written as one word"),
    Rule.GIVEN_AND_OTHER: _("The given name and one other part sound alike"),
    Rule.GIVEN_AND_NEAR: _("One of the given name and one other part sounds alike, the other nearly so"),
    Rule.GIVEN_AND_FAMILY_COARSE: _("The given name and one other long part are alike in their rough sounds"),
    Rule.NAME_AND_BIRTH_YEAR: _("Two parts of the name sound alike and the year of birth is the same"),
    Rule.NAME_AND_BIRTH_DATE: _("Two parts of the name sound alike and the date of birth is the same"),
    Rule.FAMILY_AND_BIRTH_DATE: _("One part of the name sounds alike and the date of birth is the same"),
    Rule.GIVEN_SEX_AND_BIRTH_DATE: _("The given name, the sex and the date of birth are the same"),
    Rule.NAME_AND_NATIONALITY: _("Every part sounds alike and the nationality is the same"),
    Rule.DOCUMENT: _("The document's type, issuing state and number are the same"),
    Rule.PLATE: _("The state and number of the plate are the same"),
}
CHECKS: Final[Mapping[CheckState, Promise]] = {
    CheckState.WAITING: _("waits for a second person"),
    CheckState.RUNNING: _("under way"),
    CheckState.PAUSED: _("paused"),
    CheckState.DONE: _("done"),
    CheckState.STOPPED: _("stopped"),
}
HITS: Final[Mapping[HitState, Promise]] = {
    HitState.OPEN: _("to review"),
    HitState.REQUESTED: _("asked about"),
    HitState.REVIEWED: _("reviewed"),
    HitState.CLEARED: _("cleared before"),
}
FINDINGS: Final[Mapping[Finding, Promise]] = {
    Finding.SAME: _("The same person"),
    Finding.DIFFERENT: _("A different person"),
    Finding.OPEN: _("Cannot tell"),
}
PUBLICATIONS: Final[Mapping[PublicationState, Promise]] = {
    PublicationState.WAITING: _("waits for a second person"),
    PublicationState.RUNNING: _("being published"),
    PublicationState.DONE: _("published"),
    PublicationState.FAILED: _("failed"),
}
LOSSES: Final[Mapping[Loss, Promise]] = {
    Loss.FIELD: _("read without this field"),
    Loss.ENTRY: _("not read"),
    Loss.REST: _("nothing behind this place was read"),
}
SEXES: Final[Mapping[Sex, Promise]] = {Sex.FEMALE: _("female"), Sex.MALE: _("male"), Sex.UNSPECIFIED: _("unspecified")}
DOCUMENTS: Final[Mapping[DocumentKind, Promise]] = {
    DocumentKind.PASSPORT: _("passport"),
    DocumentKind.IDENTITY_CARD: _("identity card"),
    DocumentKind.VISA: _("visa"),
    DocumentKind.PLATE: _("number plate"),
}
DIGITS: Final[Mapping[str, Promise]] = {
    "number": _("document number"),
    "birth": _("date of birth"),
    "expiry": _("end of validity"),
    "optional": _("personal number"),
    "composite": _("all of these together"),
}
"""What each check digit of a machine-readable zone covers (ICAO Doc 9303)."""
NOT_VERIFIED: Final = _("Not verified: a hit is a question, not a finding.")
