"""Run the clocks of questions, as ``spec/clocks.md`` says, from what stands in the journals of both sides.

A clock starts when the question is accepted, stands still while a clarification is open, grows by time that was
granted, and is done with the answer.  Both nodes hold all these times, and so show the same time left.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from comity.cases.models import Entry
from comity.cases.records import ANSWERS, CLARIFICATION, CLOSING, MORE_TIME, TIME_GRANTED
from comity.channel import agreements, reading
from comity.channel.models import Channel
from comity.channel.reading import Held, Place
from comity.channel.runtime import LocalNode
from comity.concurrence.clocks import HOUR_MS, ClockState, Extension, Pause, RunningClock, Term
from comity.desk.seat import Seat
from comity.protocol.agreement.model import Clock, OnExpiry
from comity.protocol.agreement.terms import Terms, compile_terms
from comity.protocol.names import UnixMs, parse_instant, party_of
from comity.protocol.records import Header, Relation


@dataclass(frozen=True, slots=True)
class Timed:
    """Hold the clock of one question.

    ``received`` is None until a receipt says that the partner has it; the clock then shows what would be if it were
    received when it was written.
    """

    running: RunningClock
    received: UnixMs | None
    granted_ms: int

    @property
    def due(self) -> UnixMs | None:
        """Return when the answer is due; None while the clock stands still."""
        return self.running.due

    @property
    def on_expiry(self) -> OnExpiry:
        """Return what the clause lets follow when the time is up."""
        return self.running.term.on_expiry

    def state(self, now: UnixMs) -> ClockState:
        """Return how the clock stands."""
        return self.running.state(now)

    def left(self, now: UnixMs) -> int:
        """Return the counted milliseconds that are left."""
        return self.running.left(now)


def clocks(seat: Seat, questions: Sequence[Held]) -> dict[str, Timed]:
    """Return the clocks of questions that the seat may see, by identifier; a fixed number of queries."""
    return {} if seat.channel is None else run(seat.node, seat.channel, seat.terms, questions)


def run(node: LocalNode, channel: Channel, known: Terms | None, questions: Sequence[Held]) -> dict[str, Timed]:
    """Return the clocks of those questions that their clause gives one; ``known`` is a text that is at hand already."""
    if not questions:
        return {}
    found = _Found.of(node, channel, [one.header.id for one in questions])
    places = [Place(one.journal, one.stored.index) for one in questions]
    times = reading.accepted(node, channel, [*places, *found.places()])
    texts = _texts(node, channel, known, {one.header.agreement or "" for one in questions})
    result: dict[str, Timed] = {}
    for one, place in zip(questions, places, strict=True):
        term = _term(texts.get(one.header.agreement or ""), one.header)
        if term is not None:
            result[one.header.id] = found.timed(one, term, times.get(place), times)
    return result


def preview(terms: Terms, clock: Clock, now: UnixMs, sender: str, receiver: str) -> UnixMs | None:
    """Return when an answer would be due if the question were received now."""
    return Term.of(terms, clock, sender, receiver).end(now)


def _term(terms: Terms | None, header: Header) -> Term | None:
    compiled = terms.clauses.get(header.clause or "") if terms else None
    clock = compiled.clock(header.type, header.urgency) if compiled else None
    if terms is None or clock is None:
        return None
    return Term.of(terms, clock, party_of(header.author), party_of(header.to[0]))


def _texts(node: LocalNode, channel: Channel, known: Terms | None, digests: Iterable[str]) -> dict[str, Terms]:
    """Return the texts that headers name: a clock keeps the calendar it began with, also after an amendment."""
    found: dict[str, Terms] = {}
    for digest in sorted(digests):
        if known is not None and known.digest == digest:
            found[digest] = known
        elif digest:
            text = agreements.text_of(node, channel, digest)
            if text is not None:
                found[digest] = compile_terms(text)
    return found


@dataclass(frozen=True, slots=True)
class _Found:
    """Hold what concerns some questions, and what answers them or it."""

    about: Mapping[str, Sequence[Entry]]
    answers: Mapping[str, Entry]
    closings: Mapping[tuple[str, str], Sequence[Entry]]

    @classmethod
    def of(cls, node: LocalNode, channel: Channel, uids: Sequence[str]) -> "_Found":
        rows = Entry.objects.using(node.using).filter(channel=channel.uuid)
        about: dict[str, list[Entry]] = {}
        # What concerns nothing is left out in words, too: the index leaves it out, and is chosen for the same words.
        concerning = rows.filter(concerns__in=uids, type__in=(CLARIFICATION.tag, MORE_TIME.tag)).exclude(concerns="")
        for entry in concerning.order_by("time_ms", "id"):
            about.setdefault(entry.concerns, []).append(entry)
        asked = [*uids, *(one.uid for some in about.values() for one in some)]
        answers: dict[str, Entry] = {}
        for entry in rows.filter(answers__in=asked, type__in=list(ANSWERS)).order_by("-time_ms", "-id"):
            answers[entry.answers] = entry
        closings: dict[tuple[str, str], list[Entry]] = {}
        ended = rows.filter(uid__in=[one for one in uids if one not in answers], answered=True)
        shut = rows.filter(type=CLOSING.tag, case__in=ended.values("case")).select_related("case")
        for entry in shut.order_by("index"):
            closings.setdefault((entry.case.uuid, entry.journal), []).append(entry)
        return cls(about, answers, closings)

    def places(self) -> list[Place]:
        """Return where everything stands whose receipt counts."""
        entries = [one for some in self.about.values() for one in some] + list(self.answers.values())
        return [Place(one.journal, one.index) for one in entries]

    def timed(self, question: Held, term: Term, received: UnixMs | None, times: Mapping[Place, UnixMs]) -> Timed:
        header = question.header
        # What belongs to another reality, or to whoever asked, changes nothing.
        mine = [
            one
            for one in self.about.get(header.id, ())
            if one.journal != question.journal and one.reality == header.reality
        ]
        pauses = [self._pause(one, times) for one in mine if one.type == CLARIFICATION.tag]
        extensions = [self._extension(one, times) for one in mine if one.type == MORE_TIME.tag]
        granted = tuple(one for one in extensions if one is not None)
        started = received if received is not None else parse_instant(header.time)
        running = RunningClock(
            term, started, tuple(one for one in pauses if one is not None), granted, self._done(question)
        )
        return Timed(running, received, sum(one.length_ms for one in granted))

    def _pause(self, asked: Entry, times: Mapping[Place, UnixMs]) -> Pause | None:
        start = times.get(Place(asked.journal, asked.index))
        if start is None:
            return None
        answer = self.answers.get(asked.uid)
        end = times.get(Place(answer.journal, answer.index)) if answer else None
        return Pause(start, end)

    def _extension(self, asked: Entry, times: Mapping[Place, UnixMs]) -> Extension | None:
        answer = self.answers.get(asked.uid)
        if answer is None or answer.type != TIME_GRANTED.tag or answer.journal == asked.journal:
            return None
        agreed = times.get(Place(answer.journal, answer.index))
        return None if agreed is None else Extension(agreed, asked.hours * HOUR_MS)

    def _done(self, question: Held) -> UnixMs | None:
        """Return when the answer was written, or when whoever asked closed the case."""
        answer = self.answers.get(question.header.id)
        if answer is not None and answer.journal != question.journal:
            return UnixMs(answer.time_ms)
        case = question.header.reference(Relation.CASE) or question.header.id
        later = (one for one in self.closings.get((case, question.journal), ()) if one.index > question.stored.index)
        first = next(later, None)
        return UnixMs(first.time_ms) if first else None
