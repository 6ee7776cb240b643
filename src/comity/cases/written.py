"""Hold what an officer writes before it is a record: every field as text, kept sealed as a draft."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import msgspec
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from comity.cases import records
from comity.cases.kinds import Kind
from comity.protocol.attachments import Attachment
from comity.protocol.canonical import Strict, decode, encode

LIMIT: Final = 2 * 1024 * 1024
"""A draft at rest: the longest record, and what of it is still too long to be one."""


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
}


class Written(Strict):
    """Hold the fields of the form, whatever the kind; empty means not filled in."""

    to: str = ""
    clause: str = ""
    purpose: str = ""
    urgency: str = ""
    handling: str = ""
    language: str = ""
    case_number: str = ""
    subject: str = ""
    question: str = ""
    legal_basis: str = ""
    grounds: tuple[str, ...] = ()
    assurance: str = ""
    text: str = ""
    source: str = ""
    information: str = ""
    ground: str = ""
    reason: str = ""
    attachments: tuple[Attachment, ...] = ()
    returned: str = ""


_TEXTS: Final = tuple(
    name for name in Written.__struct_fields__ if name not in ("grounds", "attachments", "returned", "to")
)
HEADER_FIELDS: Final = ("clause", "purpose", "urgency", "handling", "language")
FIELDS: Final[Mapping[Kind, tuple[str, ...]]] = {
    Kind.REQUEST: ("subject", "question", "legal_basis", "case_number", "grounds", "assurance", "attachments"),
    Kind.REPLY: ("text", "source", "information", "assurance", "attachments"),
    Kind.REFUSAL: ("ground", "reason"),
}
_NEEDED: Final[Mapping[Kind, tuple[str, ...]]] = {
    Kind.REQUEST: ("subject", "question"),
    Kind.REPLY: ("text", "source", "information"),
    Kind.REFUSAL: ("ground", "reason"),
}


def pack(written: Written) -> bytes:
    """Return what is kept, sealed, as a draft's content."""
    return encode(written)


def unpack(content: bytes) -> Written:
    """Return what `pack` was given."""
    return decode(content, Written, limit=LIMIT)


def fill(written: Written, given: Mapping[str, str], grounds: Sequence[str]) -> Written:
    """Return ``written`` with the fields of a form; fields that the form does not have stay."""
    changes: dict[str, Any] = {name: _clean(given[name]) for name in _TEXTS if name in given}
    if "has_grounds" in given:
        changes["grounds"] = tuple(one for one in GROUNDS if one in grounds)
    if given.get("to"):
        changes["to"] = given["to"]
    return msgspec.structs.replace(written, **changes)


def _clean(text: str) -> str:
    """Return a text as it travels: line ends as one character, no other control characters."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").strip()
    return "".join(one for one in lines if one in "\n\t" or ord(one) >= 32)


def missing(kind: Kind, written: Written) -> tuple[str, ...]:
    """Return the fields without which there is no record of this kind, whatever the agreement says."""
    return tuple(name for name in _NEEDED[kind] if not getattr(written, name))


def too_long(kind: Kind, written: Written) -> str | None:
    """Return the field that is longer than the record allows, if one is."""
    if missing(kind, written):
        return None
    try:
        msgspec.convert(msgspec.to_builtins(body(kind, written), builtin_types=(bytes,)), type(body(kind, written)))
    except msgspec.ValidationError as error:
        name = str(error).partition("`$.")[2].partition("`")[0].partition("[")[0]
        return name or next(iter(FIELDS[kind]))
    return None


def body(kind: Kind, written: Written) -> Strict:
    """Return the content of the record that ``written`` would make; not yet checked."""
    if kind is Kind.REQUEST:
        return records.Request(
            subject=written.subject,
            question=written.question,
            legal_basis=written.legal_basis,
            case_number=written.case_number or None,
            grounds=written.grounds,
            assurance=written.assurance or None,
            attachments=written.attachments,
        )
    if kind is Kind.REPLY:
        return records.Reply(
            text=written.text,
            source=written.source,  # type: ignore[arg-type]  # checked as an enum before it is sent
            information=written.information,  # type: ignore[arg-type]  # checked as an enum before it is sent
            assurance=written.assurance or None,
            attachments=written.attachments,
        )
    return records.Refusal(ground=written.ground, reason=written.reason)
