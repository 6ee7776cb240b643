"""Turn minutes as both nodes hold them into the values that papers are made of."""

from dataclasses import replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from django.utils.translation import gettext_lazy as _

from comity.desk.paper.values import Paper, Reference, Signature, Text, Words
from comity.desk.seat import Seat
from comity.plan.exchange import Said
from comity.plan.kinds.minutes import Decision, Minutes, ordered
from comity.plan.kinds.plan import Text as Worded
from comity.plan.meeting_joint import clause_of
from comity.plan.minutes_access import MinutesPage, Signed
from comity.plan.papers import minutes as papers
from comity.plan.papers.frame import Frame
from comity.protocol.names import UnixMs, instant, parse_instant


def adopted_paper(seat: Seat, found: MinutesPage, languages: tuple[str, ...]) -> Paper:
    """Return minutes as a paper in these languages, the first leading; who has signed stands at its end."""
    body = found.body
    languages = languages or (body.authentic,)
    plain = Frame(languages=languages, made=datetime.fromtimestamp(seat.node.clock() / 1000, UTC), reality=seat.reality)
    terms, clause = seat.terms, clause_of(seat.terms)
    handling: Words = ()
    if terms is not None and clause is not None:
        codes, code = terms.agreement.handling_codes, clause.clause.handling.default
        handling = tuple(Text(one, terms.title_of(codes, code, one)) for one in languages)
    signed = {one.node: one for one in found.signed}
    frame = replace(
        plain,
        handling=handling,
        references=(Reference(plain.label(_("Minutes")), found.uuid),),
        signatures=tuple(_signature(seat, plain, name, signed.get(name), found.uuid) for name in found.signers),
    )
    return papers.minutes_paper(_minutes(seat, body), frame)


def _signature(seat: Seat, frame: Frame, node: str, signed: Signed | None, record: str) -> Signature:
    terms = seat.terms
    party = terms.parties.get(node[:2]) if terms else None
    named = tuple(Text(one, terms.words(party.title, one)) for one in frame.languages) if terms and party else ()
    if signed is None or signed.time_ms is None:
        return Signature(named or frame.plain(node[:2]), node, "", record)
    return Signature(named or frame.plain(node[:2]), node, instant(UnixMs(signed.time_ms)), record)


def _minutes(seat: Seat, body: Minutes) -> papers.Minutes:
    zone = ZoneInfo(body.zone)
    begins, ends = (datetime.fromtimestamp(parse_instant(one) / 1000, zone) for one in (body.began, body.ended))
    others = [one.time_zone for one in seat.terms.agreement.parties if one.time_zone != body.zone] if seat.terms else []
    other = ZoneInfo(others[0]) if others else None
    return papers.Minutes(
        title=_said(body.title),
        place=_said(body.place),
        begins=begins,
        ends=ends,
        authentic=body.authentic,
        items=tuple(
            papers.Item(
                _said(item.title),
                _said(item.discussion or {}),
                tuple(
                    _decision(one)
                    for one in sorted(item.decisions.values(), key=lambda one: (len(one.number), one.number))
                ),
            )
            for item in ordered(body)
        ),
        attendance=tuple(
            papers.Present(one.authority, _said(one.function), one.present)
            for _party, held in sorted(body.attendance.items())
            for _key, one in sorted(held.items())
        ),
        apart=(begins.astimezone(other), ends.astimezone(other)) if other else None,
    )


def _decision(one: Decision) -> papers.Decision:
    return papers.Decision(one.number, _said(one.text), one.lead or "", one.due)


def _said(text: Worded) -> Said:
    return Said(tuple(text.items()))
