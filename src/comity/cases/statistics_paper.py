"""Put statistics that both sides sign onto paper."""

from datetime import UTC, datetime

from django.utils.translation import gettext_lazy as _

from comity.cases.statistics_services import Reported
from comity.desk.paper.labels import in_each
from comity.desk.paper.values import (
    NEUTRAL,
    Block,
    Column,
    Fact,
    Facts,
    Heading,
    Paper,
    Reference,
    Signature,
    Signatures,
    Table,
    Text,
    Words,
)
from comity.desk.seat import Seat
from comity.protocol.names import UnixMs, instant


def statistics_paper(seat: Seat, found: Reported) -> Paper:
    """Return a report as a paper in the officer's language, with who has signed it."""
    lang, body = seat.language, found.body
    columns = (
        Column(in_each((lang,), _("Area")), 5),
        Column(in_each((lang,), _("Urgency")), 3),
        Column(in_each((lang,), _("Party that was asked")), 3),
        Column(in_each((lang,), _("Asked")), 2, number=True),
        Column(in_each((lang,), _("Answered")), 2, number=True),
        Column(in_each((lang,), _("In time")), 2, number=True),
        Column(in_each((lang,), _("Refused")), 2, number=True),
        Column(in_each((lang,), _("Median time (hours)")), 3, number=True),
    )
    rows = tuple(
        tuple(
            _plain(text)
            for text in (
                one.area, one.urgency, one.party, str(one.asked), str(one.answered), str(one.in_time),
                str(sum(one.refused.values())), one.median or "\u2013",
            )
        )
        for _key, one in sorted(body.lines.items())
    )  # fmt: skip
    blocks: list[Block] = [
        Facts((Fact(in_each((lang,), _("Period")), _plain(f"{body.first} \u2013 {body.last}")),)),
        Table((), columns, rows),
        Heading(in_each((lang,), _("Signatures"))),
        Signatures(tuple(_signature(found, name) for name in found.view.signers)),
    ]
    return Paper(
        languages=(lang,),
        title=in_each((lang,), _("Statistics of requests")),
        subtitle=_plain(" \u00b7 ".join(found.view.signers)),
        blocks=tuple(blocks),
        made=datetime.fromtimestamp(seat.node.clock() / 1000, UTC),
        reality=seat.reality,
        handling=(),
        references=(Reference(in_each((lang,), _("Report")), found.uuid),),
    )


def _plain(text: str) -> Words:
    return (Text(NEUTRAL, text),)


def _signature(found: Reported, name: str) -> Signature:
    opening = found.view.proposals[0]
    if name == opening.author:
        return Signature(_plain(name[:2]), name, instant(UnixMs(opening.time)), found.uuid)
    signer = next((one for one in opening.signers if one.node == name), None)
    when = instant(UnixMs(signer.answered)) if signer and signer.answered and found.signed else ""
    return Signature(_plain(name[:2]), name, when, found.uuid)
