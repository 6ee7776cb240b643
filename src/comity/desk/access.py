"""Read what officers may see of agreement, journals, alarms and the node itself.  The only way to read."""

import os
import shutil
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import connections
from django.db.models import F, QuerySet
from django.db.models.functions import Length

import comity
from comity.channel import agreements, audit, ledger, overview
from comity.channel.models import Alarm, Channel, Delivery, Record
from comity.desk.models import Officer
from comity.desk.roles import Permission
from comity.desk.seat import Seat
from comity.protocol import types
from comity.protocol.agreement import advice
from comity.protocol.agreement.acts import ActKind
from comity.protocol.agreement.matrix import Matrix, matrix
from comity.protocol.agreement.model import Clause
from comity.protocol.agreement.negotiation import Negotiation
from comity.protocol.agreement.reading import Document, read_out
from comity.protocol.agreement.reckoning import TextStatus
from comity.protocol.agreement.terms import Terms, compile_terms
from comity.protocol.canonical import decode
from comity.protocol.names import party_of
from comity.protocol.records import PAYLOAD_LIMIT

ALARMS_SHOWN = 100


@dataclass(frozen=True, slots=True)
class Signature:
    """Say who acted upon a text, how and when, by the record in whose journal it stands."""

    node: str
    kind: str
    time_ms: int
    index: int
    note: str = ""


@dataclass(frozen=True, slots=True)
class TextHistory:
    """Show one proposed text: its status and every act upon it, in the order of time."""

    digest: str
    version: int
    status: TextStatus
    acts: tuple[Signature, ...]

    @property
    def signatures(self) -> tuple[Signature, ...]:
        """Return the acts that are signatures."""
        return tuple(act for act in self.acts if act.kind == ActKind.SIGNED)


@dataclass(frozen=True, slots=True)
class AgreementPage:
    """Hold an agreement as its page shows it."""

    terms: Terms
    document: Document
    matrix: Matrix
    shown: TextHistory | None
    history: tuple[TextHistory, ...]
    in_force: str | None
    suspended_by: tuple[str, ...]
    ended_at: int | None


def agreement(seat: Seat, digest: str = "") -> AgreementPage | None:
    """Return the agreement of the seat: the text of ``digest``, else the one in force; nothing if there is none."""
    seat.require(Permission.READ_AGREEMENT)
    if seat.channel is None or seat.terms is None:
        return None
    text = agreements.text_of(seat.node, seat.channel, digest) if digest else None
    if digest and text is None:
        return None
    terms = compile_terms(text) if text else seat.terms
    state = agreements.negotiation(seat.node, seat.channel)
    history = _history(seat, seat.channel, state)
    return AgreementPage(
        terms=terms,
        document=read_out(terms, seat.language),
        matrix=matrix(terms, seat.language),
        shown=next((one for one in history if one.digest == terms.digest), None),
        history=history,
        in_force=agreements.digest_in_force(seat.node, seat.channel),
        suspended_by=state.suspended_by,
        ended_at=state.ended_at,
    )


def _history(seat: Seat, channel: Channel, state: Negotiation) -> tuple[TextHistory, ...]:
    acts = _acts(seat, channel)
    texts = state.view.texts.values()
    return tuple(
        TextHistory(
            digest=one.proposal.digest,
            version=one.proposal.version,
            status=one.status,
            acts=tuple(acts.get(one.proposal.digest, ())),
        )
        for one in sorted(texts, key=lambda text: text.proposal.version, reverse=True)
    )


def _acts(seat: Seat, channel: Channel) -> dict[str, list[Signature]]:
    """Return the acts upon every text by its digest, from the records that carry them."""
    rows = (
        Record.objects.using(seat.node.using)
        .filter(channel=channel, type__startswith="agreement.", content__isnull=False)
        .exclude(state=2)
        .order_by("time_ms")
        .values_list("journal__node", "type", "content", "time_ms", "index")
    )
    bodies = {kind.tag: kind.body for kind in types.CONTROL_TYPES}
    found: dict[str, list[Signature]] = {}
    for node, tag, content, time_ms, index in rows:
        body = decode(bytes(content or b""), bodies[tag], limit=PAYLOAD_LIMIT)
        digest = compile_terms(body.text.encode()).digest if isinstance(body, types.AgreementProposed) else ""
        digest = digest or getattr(body, "digest", "")
        note = getattr(body, "reason", "") or getattr(body, "note", "")
        found.setdefault(digest, []).append(Signature(node, tag, time_ms, index, note))
    return found


@dataclass(frozen=True, slots=True)
class Explained:
    """Say whether some clause permits a kind of record."""

    permitted: tuple[Clause, ...]
    nearest: tuple[Clause, ...]


def explain(seat: Seat, type_: str, purpose: str) -> Explained | None:
    """Return which clauses permit the officer's side to send a type of record for a purpose."""
    seat.require(Permission.READ_AGREEMENT)
    if seat.terms is None:
        return None
    answer = advice.explain(seat.terms, type_, purpose or None, party_of(seat.node.name))
    return Explained(answer.permitted_by, answer.nearest)


def types_named(terms: Terms) -> Sequence[str]:
    """Return the types of record that the clauses name, in the order of the text."""
    return list(dict.fromkeys(tag for one in terms.clauses.values() for tag in one.clause.types))


def journals(seat: Seat) -> list[ledger.JournalPage]:
    """Return every journal of the seat's agreement, this node's own first."""
    seat.require(Permission.READ_JOURNAL)
    return ledger.journals(seat.node, seat.channel) if seat.channel else []


def verified(seat: Seat) -> list[audit.JournalCheck]:
    """Recompute every journal of the seat's agreement and compare it with its signed and cosigned heads."""
    seat.require(Permission.VERIFY_JOURNAL)
    if seat.channel is None:
        return []
    return [one for one in audit.verify_journals(seat.node) if one.channel == seat.channel.uuid]


@dataclass(frozen=True, slots=True)
class AlarmsPage:
    """Hold the open alarms and the latest that were dealt with, with the names of who did."""

    open: tuple[Alarm, ...]
    handled: tuple[tuple[Alarm, str], ...]


def alarms(seat: Seat) -> AlarmsPage:
    """Return the alarms of this node."""
    seat.require(Permission.READ_ALARMS)
    rows = Alarm.objects.using(seat.node.using).filter(handled_ms__isnull=False).order_by("-handled_ms")
    handled = list(rows.defer("evidence")[:20])
    names = names_of([one.handled_by for one in handled])
    return AlarmsPage(
        tuple(_open_alarms(seat)[:ALARMS_SHOWN]),
        tuple((one, names.get(one.handled_by, one.handled_by)) for one in handled),
    )


def _open_alarms(seat: Seat) -> QuerySet[Alarm]:
    """Return the open alarms without their evidence, which may be large, but with its size."""
    rows = Alarm.objects.using(seat.node.using).filter(handled_ms__isnull=True)
    return rows.order_by("-last_ms").defer("evidence").annotate(evidence_bytes=Length("evidence"))


def open_alarms(seat: Seat, limit: int) -> list[Alarm]:
    """Return the latest open alarms; an officer who may not read alarms gets none."""
    return list(_open_alarms(seat)[:limit]) if seat.may(Permission.READ_ALARMS) else []


def count_open_alarms(seat: Seat) -> int:
    """Return how many alarms are open; nothing to an officer who may not read alarms."""
    rows = Alarm.objects.using(seat.node.using).filter(handled_ms__isnull=True)
    return rows.count() if seat.may(Permission.READ_ALARMS) else 0


def alarm(seat: Seat, alarm_id: int) -> Alarm | None:
    """Return an alarm of this node by its number."""
    seat.require(Permission.READ_ALARMS)
    return Alarm.objects.using(seat.node.using).filter(id=alarm_id).first()


def names_of(pseudonyms: Sequence[str]) -> dict[str, str]:
    """Return the display names of this node's officers by pseudonym; nobody outside can make this step."""
    rows = Officer.objects.filter(pseudonym__in=[one for one in pseudonyms if one])
    return dict(rows.values_list("pseudonym", "display_name"))


@dataclass(frozen=True, slots=True)
class NodeStatus:
    """Show the state of this node: partners, queues, room."""

    overview: overview.Overview
    version: str
    database: str
    fingerprint: str
    disk_total: int

    @property
    def unsent(self) -> int:
        """Return how many records wait for a receipt in all queues."""
        return sum(queue.waiting for queue in self.overview.queues)


def status(seat: Seat) -> NodeStatus:
    """Return the state of this node."""
    seat.require(Permission.READ_STATUS)
    return NodeStatus(
        overview=overview.overview(seat.node),
        version=comity.__version__,
        database=connections[seat.node.using].display_name,
        fingerprint=seat.node.keys.public.fingerprint.hex(),
        disk_total=shutil.disk_usage(os.fspath(seat.node.home)).total,
    )


def troubled(seat: Seat) -> list[Delivery]:
    """Return the queues whose last attempts failed, the one that has waited longest first."""
    seat.require(Permission.READ_STATUS)
    rows = Delivery.objects.using(seat.node.using).filter(failures__gte=3).select_related("peer", "channel")
    return list(rows.order_by(F("last_ok_ms").asc())[:20])
