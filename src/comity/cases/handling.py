"""Refuse what a handling code or a missing consent forbids, with the clause, and with the way to ask for consent."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from comity.cases import use_access
from comity.cases.policy import Rule, Verdict
from comity.cases.records import Use
from comity.cases.use_access import Judged
from comity.cases.vocabulary import USES
from comity.cases.written import Written
from comity.desk import words
from comity.desk.seat import Seat, move_to
from comity.protocol.errors import ComityError, ErrorKind


@dataclass(frozen=True, slots=True)
class Withheld:
    """Say of one record that a use of it is not allowed, why, and whether asking for consent can help."""

    channel: str
    uid: str
    use: Use
    recipient: str
    items: tuple[int, ...]
    askable: bool
    clause: str
    sentence: str
    remedy: str


class WithheldError(ComityError):
    """Say that a partner's handling code or the clause forbids a use; names the first record that is withheld."""

    kind = ErrorKind.NOT_PERMITTED

    def __init__(self, withheld: Sequence[Withheld]) -> None:
        """Keep everything that is ``withheld``."""
        super().__init__(withheld[0].sentence, withheld[0].remedy)
        self.withheld = tuple(withheld)


def require(
    seat: Seat, uids: Sequence[str], use: Use, *, recipient: str = "", items: Sequence[int] | None = None
) -> dict[str, Judged]:
    """Return the records if all of them may be put to ``use``.  Raises `WithheldError`."""
    judged = use_access.judge(seat, uids, use, recipient=recipient, items=items)
    held = [withheld(seat, one, use, recipient) for one in judged.values() if not one.verdict.allowed]
    if held:
        raise WithheldError(held)
    return judged


def withheld(seat: Seat, one: Judged, use: Use, recipient: str) -> Withheld:
    """Return in words why a use is not allowed."""
    verdict, header = one.verdict, one.record.header
    clause = header.clause or ""
    return Withheld(
        channel=header.channel,
        uid=header.id,
        use=use,
        recipient=recipient,
        items=verdict.items,
        askable=verdict.rule is Rule.CONSENT,
        clause=clause,
        sentence=_sentence(seat, verdict, use, clause),
        remedy=_remedy(verdict),
    )


def _sentence(seat: Seat, verdict: Verdict, use: Use, clause: str) -> str:
    named = {"use": USES[use.value], "clause": clause, "code": _code(seat, verdict.code)}
    if verdict.rule is Rule.NEVER:
        return _("%(use)s: clause %(clause)s does not allow it.") % named
    if verdict.by_clause:
        return _("%(use)s: under clause %(clause)s only by consent of the partner.") % named
    if verdict.items:
        return _("%(use)s: “%(code)s” withholds some of the items of this record (clause %(clause)s).") % named
    return _("%(use)s: “%(code)s” withholds it (clause %(clause)s).") % named


def _remedy(verdict: Verdict) -> str:
    if verdict.rule is Rule.NEVER:
        return _("Ask the partner to send it under a clause that allows it.")
    return _("Ask the partner for consent; the request is prepared for you.")


def _code(seat: Seat, code: str) -> str:
    return words.handling_title(seat.terms, code) if seat.terms else code


def taken_over(seat: Seat, written: Written) -> Iterator[Withheld]:
    """Yield what a draft takes over from elsewhere and must not, as the places it comes from and it goes to say."""
    for origin in written.origins:
        there = move_to(seat, origin.channel, seat.reality)
        if there is None or seat.channel is None:
            continue
        use, recipient = use_of(seat, origin.channel, written.to)
        judged = use_access.judge(there, [origin.uid], use, recipient=recipient, items=origin.items or None)
        if origin.uid not in judged:
            unseen = _("A record that this takes over is not open to you.")
            yield Withheld(origin.channel, origin.uid, use, recipient, (), False, "", unseen, _("Write it anew."))
        for one in judged.values():
            if not one.verdict.allowed and not _goes_home(one, use, written.to):
                yield withheld(there, one, use, recipient)


def use_of(seat: Seat, origin_channel: str, to: str) -> tuple[Use, str]:
    """Return which use it is to write on in this seat what came under ``origin_channel``, and for whom."""
    if seat.channel is not None and seat.channel.uuid != origin_channel:
        return Use.OTHER_AGREEMENT, to
    return Use.ONWARD, to


def _goes_home(one: Judged, use: Use, to: str) -> bool:
    """Say whether information returns to whoever gave it, under the agreement under which it came."""
    return use is Use.ONWARD and one.record.header.author == to
