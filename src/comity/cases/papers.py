"""Put a case onto paper: the records of both sides in order, each in the language it was written in."""

from collections.abc import Iterator
from datetime import UTC, datetime

from django.utils import formats, timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from comity.cases import vocabulary as v
from comity.cases.items import Item as Named
from comity.cases.kinds import NAMES
from comity.cases.records import Closing, ConsentAsked, Notice, Refusal, Reply
from comity.cases.timeline_access import Item, Thread
from comity.desk import words
from comity.desk.paper.values import Block, Fact, Facts, Heading, Paper, Prose, Reference, Text, Words
from comity.desk.seat import Seat
from comity.protocol.agreement.terms import Terms
from comity.protocol.names import parse_instant

_PROSE = ("question", "text", "reason", "conditions", "note")


def case_paper(seat: Seat, thread: Thread) -> Paper:
    """Return a case as a paper in the officer's language; what may be printed has been decided before."""
    lang = seat.language
    first = thread.items[0].record.header
    blocks: list[Block] = []
    for number, item in enumerate(thread.items, 1):
        blocks += _record(seat, item, number)
    handling = words.handling_title(seat.terms, first.handling) if seat.terms and first.handling else ""
    return Paper(
        languages=(lang,),
        title=(Text(first.language or lang, thread.subject or _("Case without a readable subject")),),
        subtitle=_own(lang, f"{seat.node.name} · {', '.join(seat.partners())}"),
        blocks=tuple(blocks),
        made=datetime.fromtimestamp(seat.node.clock() / 1000, UTC),
        reality=seat.reality,
        handling=_own(lang, handling) if handling else (),
        references=(Reference(_own(lang, _("Case")), thread.uuid),),
    )


def _record(seat: Seat, item: Item, number: int) -> Iterator[Block]:
    lang, header = seat.language, item.record.header
    side = _("ours") if item.ours else _("theirs")
    yield Heading(_own(lang, f"{number}. {NAMES[item.kind]} ({side})"))
    yield Facts(tuple(_facts(seat, seat.terms, item)))
    if item.erased or item.body is None:
        yield Prose(_own(lang, _("The content has been erased on this node.")), quiet=True)
        return
    for name in ("subject", *_PROSE):
        said = getattr(item.body, name, "")
        if said:
            yield Prose((Text(header.language or lang, str(said)),))
    for one in item.named:
        yield Facts(tuple(_named(lang, seat.terms, one)))


def _facts(seat: Seat, terms: Terms | None, item: Item) -> Iterator[Fact]:
    lang, header = seat.language, item.record.header
    yield _fact(lang, _("Written by"), f"{header.authority}, {_when(parse_instant(header.time))}")
    yield _fact(lang, v.LABELS["clause"], header.clause or "")
    if terms is not None and header.purpose:
        yield _fact(lang, v.LABELS["purpose"], words.purpose_title(terms, header.purpose))
    if terms is not None and header.handling:
        yield _fact(lang, v.LABELS["handling"], words.handling_title(terms, header.handling))
    yield _fact(lang, _("Receipt"), words.MARKS[item.receipt.mark])
    yield _fact(lang, _("Place in the journal"), f"{item.record.journal}, {item.record.stored.index}")
    if isinstance(item.body, Reply | Notice):
        shown = f"{v.SOURCES[item.body.source]}; {v.INFORMATION[item.body.information]}"
        yield _fact(lang, _("Evaluation"), shown)
    if isinstance(item.body, Refusal):
        yield _fact(lang, v.LABELS["ground"], v.REFUSAL_GROUNDS.get(item.body.ground, item.body.ground))
    if isinstance(item.body, Closing):
        yield _fact(lang, v.LABELS["outcome"], v.OUTCOMES[item.body.outcome.value])
    if isinstance(item.body, ConsentAsked):
        yield _fact(lang, v.LABELS["use"], v.USES[item.body.use.value])
    for file in item.files:
        yield _fact(lang, v.LABELS["attachments"], file.described.name)
    for one in item.erasures:
        if one.done_ms is not None:
            yield _fact(lang, _("erased"), f"{one.node}, {_when(one.done_ms)}")


def _named(lang: str, terms: Terms | None, item: Named) -> Iterator[Fact]:
    kind = str(item.__struct_config__.tag)
    for at, name in enumerate(v.ITEM_FIELDS[kind]):
        value = getattr(item, name)
        if value:
            yield _fact(lang, v.ITEMS[kind] if at == 0 else v.ITEM_LABELS[name], str(value))
    if item.handling and terms is not None:
        yield _fact(lang, v.LABELS["handling"], words.handling_title(terms, item.handling))


def _fact(lang: str, label: str | Promise, value: str | Promise) -> Fact:
    return Fact(_own(lang, str(label)), _own(lang, str(value)))


def _own(lang: str, said: str) -> Words:
    return (Text(lang, said),)


def _when(ms: int) -> str:
    moment = timezone.localtime(datetime.fromtimestamp(ms / 1000, UTC))
    return f"{formats.date_format(moment, 'j M Y')}, {formats.date_format(moment, 'H:i')}"
