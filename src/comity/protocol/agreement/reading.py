"""Render an agreement as what people read: a document of headings, paragraphs and facts, in their language.

Pure and without layout: the command line and the web page make text and HTML from the same `Document`.  The facts are
computed from the same fields that `permits` executes, so that what is read is what is done.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from comity.protocol.agreement.model import Agreement, Calendar, Clause, Clock
from comity.protocol.agreement.phrases import LANGUAGES, PHRASES, counted, type_name
from comity.protocol.agreement.terms import Terms

ISOLATE, END_ISOLATE = "\u2068", "\u2069"
"""Set off inserted words so that mixed scripts read right (Unicode FSI and PDI)."""


@dataclass(frozen=True, slots=True)
class ClauseReading:
    """Hold one clause as people read it: its paragraphs, then what follows from its fields as sentences."""

    id: str
    heading: str
    title: str
    paragraphs: tuple[str, ...]
    facts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AreaReading:
    """Hold an area of cooperation with its clauses."""

    id: str
    title: str
    clauses: tuple[ClauseReading, ...]


@dataclass(frozen=True, slots=True)
class Document:
    """Hold a whole agreement as people read it.

    ``language`` is that of the sentences, ``direction`` is ``ltr`` or ``rtl``; ``notes`` say where a text had to be
    shown in another language.
    """

    language: str
    direction: str
    title: str
    notes: tuple[str, ...]
    preamble: tuple[str, ...]
    facts: tuple[str, ...]
    parties_heading: str
    parties: tuple[str, ...]
    areas: tuple[AreaReading, ...]
    safeguards_heading: str
    safeguards: tuple[tuple[str, str], ...]


class Reader:
    """Turn fields into words of one language; falls back to an authentic text and remembers that it did."""

    def __init__(self, terms: Terms, language: str) -> None:
        """Prepare to read ``terms`` in ``language``; sentences of a language without phrases are in English."""
        self.terms = terms
        self.agreement: Agreement = terms.agreement
        self.asked = language
        self.language = language if language in PHRASES else "en"
        self.missing: set[str] = set()

    def say(self, key: str, **words: object) -> str:
        """Return a phrase with its words filled in."""
        return PHRASES[self.language][key].format(**{name: self.isolated(word) for name, word in words.items()})

    def isolated(self, word: object) -> str:
        """Return ``word`` isolated where it has Latin letters or digits and the language runs from right to left."""
        if PHRASES[self.language]["direction"] == "rtl" and re.search("[0-9A-Za-z]", str(word)):
            return f"{ISOLATE}{word}{END_ISOLATE}"
        return str(word)

    def text(self, line: Mapping[str, str]) -> str:
        """Return a text of the agreement in the language asked for, else in its first authentic language."""
        if self.asked in line:
            return line[self.asked]
        fallback = "en" if "en" in self.agreement.authentic else self.agreement.authentic[0]
        self.missing.add(fallback)
        return line[fallback]

    def listed(self, words: Iterable[str], last: str = "and") -> str:
        """Return words joined as a sentence joins them."""
        items = [self.isolated(one) for one in words]
        if len(items) < 2:
            return "".join(items)
        join = PHRASES[self.language][last]
        # Arabic writes "and" as the first letter of the word that follows.
        glue = f" {join}" if (self.language, last) == ("ar", "and") else f" {join} "
        return PHRASES[self.language]["comma"].join(items[:-1]) + glue + items[-1]

    def types(self, tags: Iterable[str]) -> str:
        """Return types of record as people call them."""
        return self.listed(type_name(tag, self.language) for tag in tags)

    def named(self, group: str, slug: str) -> str:
        """Return what the agreement calls a word of ``group``: ``areas``, ``purposes`` or ``handling_codes``."""
        return self.text(next(one.title for one in getattr(self.agreement, group) if one.id == slug))

    def kept(self, days: int) -> str:
        """Return a retention in years where it is whole years."""
        whole = days % 365 == 0
        return counted(days // 365 if whole else days, "year" if whole else "day", self.language)

    def duration(self, clock: Clock) -> str:
        """Return a clock's duration: hours, days or working days."""
        if clock.duration.startswith("PT"):
            return counted(int(clock.duration[2:-1]), "hour", self.language)
        unit = "day" if clock.working_days_of is Calendar.ALL else "working"
        return counted(int(clock.duration[1:-1]), unit, self.language)


def read_out(terms: Terms, language: str) -> Document:
    """Return the agreement as a document in ``language`` (``en``, ``de``, ``ar``; others fall back and say so)."""
    reader = Reader(terms, language)
    agreement = terms.agreement
    preamble = _paragraphs(reader.text(agreement.preamble))
    areas = tuple(
        AreaReading(area.id, reader.text(area.title), clauses)
        for area in agreement.areas
        if (clauses := tuple(read_clause(reader, one) for one in agreement.clauses if one.area == area.id))
    )
    safeguards = tuple(
        (reader.say("safeguard", number=number, kind=reader.say(one.kind.value)), reader.text(one.text))
        for number, one in enumerate(agreement.safeguards, 1)
    )
    title, parties = reader.text(agreement.title), _parties(reader)
    return Document(
        language=reader.language,
        direction=PHRASES[reader.language]["direction"],
        title=title,
        notes=_notes(reader),
        preamble=preamble,
        facts=_frame(reader),
        parties_heading=reader.say("parties"),
        parties=parties,
        areas=areas,
        safeguards_heading=reader.say("safeguards"),
        safeguards=safeguards,
    )


def read_clause(reader: Reader, clause: Clause) -> ClauseReading:
    """Return one clause as people read it."""
    facts = [
        *_who(reader, clause),
        *_content(reader, clause),
        reader.say(f"release_{clause.release}"),
        *_clocks(reader, clause),
        reader.say("kept", duration=reader.kept(clause.retention_days)),
        reader.say(f"onward_{clause.onward.value}"),
        *_limits(reader, clause),
        *_safeguards(reader, clause),
    ]
    return ClauseReading(
        clause.id,
        reader.say("clause", clause=clause.id),
        reader.text(clause.title),
        _paragraphs(reader.text(clause.text)),
        tuple(facts),
    )


def _who(reader: Reader, clause: Clause) -> Iterable[str]:
    words = {
        "types": reader.types(clause.types),
        "purposes": reader.listed(reader.named("purposes", one) for one in clause.purposes),
    }
    titles = {party.id: reader.text(party.title) for party in reader.agreement.parties}
    if not clause.directions:
        yield reader.say("both_ways" if len(titles) == 2 else "all_ways", **words)
    for one in clause.directions:
        yield reader.say("one_way", sender=titles[one.sender], receiver=titles[one.receiver], **words)
    if clause.authorities:
        yield reader.say("authorities", authorities=reader.listed(clause.authorities))


def _content(reader: Reader, clause: Clause) -> Iterable[str]:
    default = reader.named("handling_codes", clause.handling.default)
    others = [reader.named("handling_codes", one) for one in clause.handling.allowed if one != clause.handling.default]
    if others:
        yield reader.say("handling", default=default, allowed=reader.listed(others, "or"))
    else:
        yield reader.say("handling_one", default=default)
    for required in clause.required:
        types = reader.types(required.types or clause.types)
        yield reader.say("required", label=reader.text(required.label), types=types)
    for condition in clause.conditions:
        types = reader.types(condition.types or clause.types)
        yield reader.say("condition", sentence=reader.text(condition.sentence), types=types)


def _clocks(reader: Reader, clause: Clause) -> Iterable[str]:
    for clock in clause.clocks:
        yield reader.say(
            "clock",
            duration=reader.duration(clock),
            urgency=reader.text(clock.title),
            calendar=reader.say(clock.working_days_of.value),
            expiry=reader.say(clock.on_expiry.value),
        )


def _limits(reader: Reader, clause: Clause) -> Iterable[str]:
    if clause.queries is not None:
        yield reader.say("queries", day=clause.queries.per_day, month=clause.queries.per_month)
    if clause.limits is not None and clause.limits.records_per_day is not None:
        yield reader.say("records_per_day", count=clause.limits.records_per_day)
    if clause.limits is not None and clause.limits.attachment_bytes is not None:
        yield reader.say("attachment_bytes", size=_size(clause.limits.attachment_bytes))


def _safeguards(reader: Reader, clause: Clause) -> Iterable[str]:
    places = {one.id: number for number, one in enumerate(reader.agreement.safeguards, 1)}
    if clause.safeguards:
        yield reader.say("applies", numbers=reader.listed(str(places[one]) for one in clause.safeguards))


def _frame(reader: Reader) -> tuple[str, ...]:
    agreement = reader.agreement
    ends = reader.say("expires", date=agreement.expires[:10]) if agreement.expires else reader.say("no_expiry")
    return (
        reader.say("version", version=agreement.version, digest=reader.terms.digest),
        reader.say("effective", date=agreement.effective[:10]),
        ends,
        reader.say("realities", realities=reader.listed(reader.say(one.value) for one in agreement.realities)),
    )


def _parties(reader: Reader) -> tuple[str, ...]:
    return tuple(
        reader.say(
            "party",
            party=reader.text(party.title),
            code=party.id,
            authorities=reader.listed(f"{reader.text(one.title)} ({one.id})" for one in party.authorities),
            contact=next(one.id for one in party.authorities if one.contact_point),
            nodes=reader.listed(one.id for one in party.nodes),
        )
        for party in reader.agreement.parties
    )


def _notes(reader: Reader) -> tuple[str, ...]:
    called = LANGUAGES[reader.language]
    notes = []
    if reader.missing:
        shown = reader.listed(called.get(one, one) for one in sorted(reader.missing))
        notes.append(reader.say("fallback", language=called.get(reader.asked, reader.asked), shown=shown))
    elif reader.asked not in reader.agreement.authentic:
        names = reader.listed(called.get(one, one) for one in reader.agreement.authentic)
        notes.append(reader.say("not_authentic", languages=names))
    return tuple(notes)


def _paragraphs(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split("\n\n") if part.strip())


def _size(size: int) -> str:
    for unit, power in (("GiB", 30), ("MiB", 20), ("KiB", 10)):
        if size >= 1 << power:
            return f"{size / (1 << power):.4g} {unit}"
    return f"{size} B"
