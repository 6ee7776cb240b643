"""Hold what an officer writes before it is a record: every field as text, kept sealed as a draft."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

import msgspec

from comity.cases import items as i
from comity.cases import records as r
from comity.cases.kinds import Kind
from comity.cases.vocabulary import GROUNDS, ITEM_FIELDS, ITEM_MARKS
from comity.protocol.attachments import Attachment
from comity.protocol.canonical import Strict, decode, encode

LIMIT: Final = 2 * 1024 * 1024
"""A draft at rest: the longest record, and what of it is still too long to be one."""


class Origin(Strict):
    """Remember from which record of which agreement a draft takes information over; items empty: all of it."""

    channel: str
    uid: str
    items: tuple[int, ...] = ()


class WrittenItem(Strict):
    """Hold the fields of an item, whatever its kind."""

    kind: str
    name: str = ""
    latin: str = ""
    born: str = ""
    birthplace: str = ""
    nationality: str = ""
    part: str = ""
    number: str = ""
    sort: str = ""
    issuer: str = ""
    holder: str = ""
    expires: str = ""
    plate: str = ""
    country: str = ""
    chassis: str = ""
    make: str = ""
    subscriber: str = ""
    device: str = ""
    address: str = ""
    coordinates: str = ""
    handling: str = ""
    source: str = ""
    information: str = ""
    note: str = ""


class Written(Strict):
    """Hold the fields of the form, whatever the kind; empty means not filled in.

    ``concerns`` is the record, or for links the other case, that the header will refer to.
    """

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
    items: tuple[WrittenItem, ...] = ()
    hours: str = ""
    use: str = ""
    recipient: str = ""
    for_items: tuple[int, ...] = ()
    conditions: str = ""
    until: str = ""
    outcome: str = ""
    note: str = ""
    concerns: str = ""
    origins: tuple[Origin, ...] = ()


_OTHERS: Final = frozenset({"grounds", "attachments", "returned", "to", "items", "for_items", "concerns", "origins"})
_TEXTS: Final = tuple(name for name in Written.__struct_fields__ if name not in _OTHERS)
HEADER_FIELDS: Final = ("clause", "purpose", "urgency", "handling", "language")
FIELDS: Final[Mapping[Kind, tuple[str, ...]]] = {
    Kind.REQUEST: ("subject", "question", "legal_basis", "case_number", "grounds", "assurance", "items", "attachments"),
    Kind.REPLY: ("text", "source", "information", "assurance", "items", "attachments"),
    Kind.REFUSAL: ("ground", "reason"),
    Kind.CLARIFICATION: ("question",),
    Kind.CLARIFIED: ("text", "items", "attachments"),
    Kind.NOTICE: ("subject", "text", "source", "information", "items", "attachments"),
    Kind.MORE_TIME: ("hours", "reason"),
    Kind.TIME_GRANTED: ("note",),
    Kind.TIME_REFUSED: ("reason",),
    Kind.CONSENT_ASKED: ("use", "recipient", "for_items", "reason"),
    Kind.CONSENTED: ("conditions", "until"),
    Kind.CONSENT_REFUSED: ("reason",),
    Kind.CLOSING: ("outcome", "note"),
    Kind.REOPENING: ("reason",),
    Kind.LINKED: ("note",),
    Kind.MERGED: ("note",),
}
"""What each kind asks for, in the order of its form."""
_NEEDED: Final[Mapping[Kind, tuple[str, ...]]] = {
    Kind.REQUEST: ("subject", "question"),
    Kind.REPLY: ("text", "source", "information"),
    Kind.REFUSAL: ("ground", "reason"),
    Kind.CLARIFICATION: ("question",),
    Kind.CLARIFIED: ("text",),
    Kind.NOTICE: ("subject", "text", "source", "information"),
    Kind.MORE_TIME: ("hours", "reason"),
    Kind.TIME_REFUSED: ("reason",),
    Kind.CONSENT_ASKED: ("use", "reason"),
    Kind.CONSENT_REFUSED: ("reason",),
    Kind.CLOSING: ("outcome",),
    Kind.REOPENING: ("reason",),
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
    if "has_for_items" in given:
        changes["for_items"] = tuple(at for at in range(i.MAX_ITEMS) if f"for-item-{at}" in given)
    if given.get("to"):
        changes["to"] = given["to"]
    changes["items"] = tuple(_filled(at, one, given) for at, one in enumerate(written.items))
    return msgspec.structs.replace(written, **changes)


def _filled(at: int, item: WrittenItem, given: Mapping[str, str]) -> WrittenItem:
    names = (*ITEM_FIELDS[item.kind], *ITEM_MARKS)
    changes = {name: _clean(given[f"item-{at}-{name}"]) for name in names if f"item-{at}-{name}" in given}
    return msgspec.structs.replace(item, **changes)


def _clean(text: str) -> str:
    """Return a text as it travels: line ends as one character, no other control characters."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").strip()
    return "".join(one for one in lines if one in "\n\t" or ord(one) >= 32)


def missing(kind: Kind, written: Written) -> tuple[str, ...]:
    """Return the fields without which there is no record of this kind, whatever the agreement says."""
    empty = [name for name in _NEEDED.get(kind, ()) if not getattr(written, name)]
    if "items" in FIELDS[kind] and any(not getattr(one, ITEM_FIELDS[one.kind][0]) for one in written.items):
        empty.append("items")
    return tuple(empty)


def too_long(kind: Kind, written: Written) -> str | None:
    """Return the field that the record does not take as it is, if there is one."""
    if missing(kind, written):
        return None
    try:
        _typed(_BODIES[kind](written))
    except msgspec.ValidationError as error:
        name = str(error).partition("`$.")[2].partition("`")[0].partition("[")[0].partition(".")[0]
        return name or next(iter(FIELDS[kind]))
    return None


def body(kind: Kind, written: Written) -> Strict:
    """Return the content of the record that ``written`` would make; as it stands if it is not one yet."""
    made = _BODIES[kind](written)
    try:
        return _typed(made)
    except msgspec.ValidationError:
        return made


def _typed(made: Strict) -> Strict:
    return msgspec.convert(msgspec.to_builtins(made, builtin_types=(bytes,)), type(made))


def _item(one: WrittenItem) -> i.Item:
    first, *others = ITEM_FIELDS[one.kind]
    given: dict[str, Any] = {first: getattr(one, first)}
    given |= {name: getattr(one, name) for name in (*others, *ITEM_MARKS) if getattr(one, name)}
    return _ITEM_TYPES[one.kind](**given)


def written_item(item: i.Item) -> WrittenItem:
    """Return an item of a record as a form holds it."""
    kind = str(item.__struct_config__.tag)
    given = {name: str(getattr(item, name) or "") for name in (*ITEM_FIELDS[kind], *ITEM_MARKS)}
    return WrittenItem(kind=kind, **given)


def _items(written: Written) -> i.Items:
    return tuple(_item(one) for one in written.items)


def _request(written: Written) -> r.Request:
    return r.Request(
        subject=written.subject,
        question=written.question,
        legal_basis=written.legal_basis,
        case_number=written.case_number or None,
        grounds=written.grounds,
        assurance=written.assurance or None,
        attachments=written.attachments,
        items=_items(written),
    )


def _reply(written: Written) -> r.Reply:
    return r.Reply(
        text=written.text,
        source=written.source,  # type: ignore[arg-type]  # checked as an enum before it is sent
        information=written.information,  # type: ignore[arg-type]  # checked as an enum before it is sent
        assurance=written.assurance or None,
        attachments=written.attachments,
        items=_items(written),
    )


def _notice(written: Written) -> r.Notice:
    return r.Notice(
        subject=written.subject,
        text=written.text,
        source=written.source,  # type: ignore[arg-type]  # checked as an enum before it is sent
        information=written.information,  # type: ignore[arg-type]  # checked as an enum before it is sent
        attachments=written.attachments,
        items=_items(written),
    )


def _clarified(written: Written) -> r.Clarified:
    return r.Clarified(text=written.text, attachments=written.attachments, items=_items(written))


def _more_time(written: Written) -> r.MoreTime:
    hours = int(written.hours) if written.hours.isdecimal() and len(written.hours) < 6 else 0
    return r.MoreTime(hours=hours, reason=written.reason)


def _consent_asked(written: Written) -> r.ConsentAsked:
    return r.ConsentAsked(
        use=written.use,  # type: ignore[arg-type]  # checked as an enum before it is sent
        reason=written.reason,
        recipient=written.recipient,
        items=written.for_items,
    )


def _closing(written: Written) -> r.Closing:
    return r.Closing(outcome=written.outcome, note=written.note)  # type: ignore[arg-type]  # checked as an enum later


_ITEM_TYPES: Final[Mapping[str, Callable[..., i.Item]]] = {
    "person": i.Person,
    "document": i.Document,
    "vehicle": i.Vehicle,
    "telephone": i.Telephone,
    "place": i.Place,
}
_BODIES: Final[Mapping[Kind, Callable[[Written], Strict]]] = {
    Kind.REQUEST: _request,
    Kind.REPLY: _reply,
    Kind.REFUSAL: lambda one: r.Refusal(ground=one.ground, reason=one.reason),
    Kind.CLARIFICATION: lambda one: r.Clarification(question=one.question),
    Kind.CLARIFIED: _clarified,
    Kind.NOTICE: _notice,
    Kind.MORE_TIME: _more_time,
    Kind.TIME_GRANTED: lambda one: r.TimeGranted(note=one.note),
    Kind.TIME_REFUSED: lambda one: r.TimeRefused(reason=one.reason),
    Kind.CONSENT_ASKED: _consent_asked,
    Kind.CONSENTED: lambda one: r.Consented(conditions=one.conditions, until=one.until),
    Kind.CONSENT_REFUSED: lambda one: r.ConsentRefused(reason=one.reason),
    Kind.CLOSING: _closing,
    Kind.REOPENING: lambda one: r.Reopening(reason=one.reason),
    Kind.LINKED: lambda one: r.Linked(note=one.note),
    Kind.MERGED: lambda one: r.Merged(note=one.note),
}
