"""Act in a node's home from a process of its own, as an integration would: ``python -m tests.support.driver HOME``.

One order per line on standard input, one answer per line on standard output, both JSON; the node may run or not.
"""

import base64
import json
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any

import msgspec

from comity.node.bring_up import open_node

node = open_node(Path(sys.argv[1]))

from django.db import close_old_connections, connections  # noqa: E402  # the framework must have started first

from comity.cases.models import Entry  # noqa: E402  # the framework must have started first
from comity.cases.records import Request  # noqa: E402  # the framework must have started first
from comity.channel import agreements, blobs, carriage, peers  # noqa: E402  # the framework must have started first
from comity.channel.alarms import open_alarms  # noqa: E402  # the framework must have started first
from comity.channel.audit import rebuild_areas, verify_journals  # noqa: E402  # the framework must have started first
from comity.channel.models import (  # noqa: E402  # the framework must have started first
    Blob,
    Channel,
    Cosignature,
    Delivery,
    Disposition,
    Journal,
    Peer,
    Record,
    Refusal,
)
from comity.channel.post import Draft, post  # noqa: E402  # the framework must have started first
from comity.node.example import example_agreement  # noqa: E402  # the framework must have started first
from comity.protocol.agreement.model import QueryBudget  # noqa: E402  # the framework must have started first
from comity.protocol.agreement.reader import write_agreement  # noqa: E402  # the framework must have started first
from comity.protocol.attachments import Attachment  # noqa: E402  # the framework must have started first
from comity.protocol.names import hex_digest, instant, party_of  # noqa: E402  # the framework must have started first
from comity.protocol.types import AgreementSigned  # noqa: E402  # the framework must have started first
from comity.screening.models import Batch  # noqa: E402  # the framework must have started first
from tests.support import blind  # noqa: E402  # the framework must have started first

BLOCK = 1024 * 1024
DB = node.using


def invite() -> str:
    return peers.invite(node).decode()


def accept(document: str) -> str:
    answer, name = peers.accept(node, document.encode())
    peers.confirm(node, name)
    return answer.decode()


def complete(document: str) -> None:
    peers.confirm(node, peers.complete(node, document.encode()))


def propose(partner: str, per_day: int = 0) -> str:
    """Propose the example agreement; ``per_day`` widens the budget of blind questions for long runs."""
    keys = {party_of(one): (one, hex_digest(peers.keys_of(node, one).fingerprint)) for one in (node.name, partner)}
    text = example_agreement(node.new_id(), keys, instant(node.clock()))
    if per_day:
        wide = QueryBudget(per_day=per_day, per_month=per_day)
        clauses = [msgspec.structs.replace(one, queries=wide) if one.queries else one for one in text.clauses]
        text = msgspec.structs.replace(text, clauses=tuple(clauses))
    agreements.propose(node, write_agreement(text))
    return sign()


def sign() -> str:
    channel = _channel()
    (digest,) = agreements.negotiation(node, channel).proposals
    agreements.act(node, channel, "agreement.signed/1", AgreementSigned(digest=digest))
    return str(channel.uuid)


def messages(partner: str) -> list[str]:
    return [base64.b64encode(one).decode() for one in carriage.messages_for(node, partner)]


def take(sealed: Sequence[str]) -> None:
    for one in sealed:
        carriage.take_in(node, base64.b64decode(one))


def move(endpoint: str) -> None:
    """Let the partner's node be found at another address."""
    Peer.objects.using(DB).filter(node__in=_channel().members).update(endpoint=endpoint)
    Delivery.objects.using(DB).update(next_ms=0, failures=0)


def propose_text(text: str) -> None:
    """Propose an agreement to another partner: its queue then has something to carry."""
    agreements.propose(node, text.encode())


def count(tag: str) -> int:
    """Return how many records of a type are here."""
    return Record.objects.using(DB).filter(type=tag).count()


def batches(check: str) -> list[str]:
    """Return the questions of a check."""
    rows = Batch.objects.using(DB).filter(check_of__uid=check).exclude(question="")
    return list(rows.values_list("question", flat=True))


def fill(persons: int) -> int:
    """Publish a list as large as one of so many persons; return how many keys it has."""
    return blind.fill(node, _channel(), persons)


def ready() -> int:
    """Return how many entries of the partner's lists can be asked about."""
    return blind.ready(node, _channel())


def check_one(name: str, born: str) -> list[float]:
    """Check one person; return milliseconds and hits."""
    return list(blind.check_one(node, _channel(), name, born))


def failures(partner: str) -> list[Any]:
    """Return how often the partner was not reached, and what was said last about it."""
    row = Delivery.objects.using(DB).get(peer_id=partner)
    return [row.failures, row.last_error]


def quota(partner: str, size: int) -> None:
    Peer.objects.using(DB).filter(node=partner).update(quota_bytes=size)


def _channel() -> Channel:
    """Return the first agreement: that of the pair; tests may add others."""
    found = Channel.objects.using(DB).order_by("id").first()
    assert found is not None
    return found


def _draft(number: int, question: str, attachments: tuple[Attachment, ...] = ()) -> Draft:
    body = Request(
        subject=f"Request {number}",
        question=question,
        case_number=f"ST-{number}",
        legal_basis="Section 27 BKAG",
        attachments=attachments,
    )
    return Draft(
        type="cases.request/1",
        body=body,
        to=(next(name for name in _channel().members if name != node.name),),
        clause="4(2)",
        purpose="investigation",
        handling="h1",
        urgency="normal",
        officer="officer0001",
        attachments=attachments,
    )


def send(count: int, batch: int, size: int = 2048, first: int = 0) -> list[str]:
    """Post ``count`` requests with questions of ``size`` bytes, ``batch`` in one transaction; return identifiers."""
    channel = _channel()
    uids: list[str] = []
    question = "Who has kept the vehicle since May? ".ljust(size, ".")
    model = _draft(0, question)
    for start in range(0, count, batch):
        drafts = [
            Draft(
                **{name: getattr(model, name) for name in Draft.__slots__} | {"body": _body(model, first + start + i)}
            )
            for i in range(min(batch, count - start))
        ]
        uids += [placed.uid for placed in post(node, channel, drafts)]
    return uids


def _body(model: Draft, number: int) -> Request:
    body = model.body
    assert isinstance(body, Request)
    return Request(
        subject=f"Request {number}",
        question=body.question,
        case_number=f"ST-{number}",
        legal_basis=body.legal_basis,
    )


def wait(seconds: float = 600.0, pause: float = 0.005) -> float:
    """Wait until the partner has receipted everything that is posted; return how long that took, in seconds."""
    own = _journal_id()
    began = time.monotonic()
    while time.monotonic() - began < seconds:
        with connections[DB].cursor() as cursor:
            cursor.execute(
                "SELECT j.size - d.acked FROM channel_journal j JOIN channel_delivery d ON d.channel_id = j.channel_id"
                " WHERE j.id = %s",
                [own],
            )
            if cursor.fetchone()[0] <= 0:
                return time.monotonic() - began
        time.sleep(pause)
    raise TimeoutError


def _journal_id() -> int:
    return int(Journal.objects.using(DB).get(node=node.name, channel=_channel()).pk)


def timed(count: int, batch: int, size: int) -> float:
    """Post and wait for the receipts of all; return the seconds from the first post to the last receipt."""
    began = time.perf_counter()
    send(count, batch, size)
    wait()
    return time.perf_counter() - began


def singles(count: int, size: int, pause: float) -> list[float]:
    """Post one record at a time and return, for each, the seconds from post to receipt."""
    found = []
    for number in range(count):
        began = time.perf_counter()
        send(1, 1, size, number)
        wait(pause=0.001)
        found.append(time.perf_counter() - began)
        time.sleep(pause * (0.5 + number % 11 / 10))  # so that no record meets the same moment of the queue's beat
    return found


def attach(path: str) -> list[str]:
    """Send a file with a request; return the attachment's identifier and the request's."""
    described = blobs.keep(node, blobs.read_blocks(Path(path)), "file.bin", "application/octet-stream")
    question = "Is the attached file known to you? Please compare."
    (placed,) = post(node, _channel(), [_draft(0, question, (described,))])
    return [described.id, placed.uid]


def have(blob_id: str) -> list[Any]:
    """Say how much of an attachment is here, and whether all of it."""
    row = Blob.objects.using(DB).filter(id=blob_id).first()
    return [row.have, row.complete] if row else [0, False]


def wait_for(blob_id: str, size: int | None = None, seconds: float = 600.0) -> float:
    """Wait until an attachment is here, or ``size`` bytes of it; return how long that took, in seconds."""
    began = time.monotonic()
    while time.monotonic() - began < seconds:
        so_far, complete = have(blob_id)
        if complete or (size is not None and so_far >= size):
            return time.monotonic() - began
        time.sleep(0.01)
    raise TimeoutError


def opened(uid: str) -> str:
    """Return the digest of the plain bytes of the attachment that a record carries."""
    return sha256(b"".join(_plain(uid))).hexdigest()


def _plain(uid: str) -> Iterator[bytes]:
    from comity.channel import sealed, store

    found = store.find_record(DB, _channel().pk, uid)
    assert found is not None
    body = sealed.body(node, found[1])
    assert isinstance(body, Request)
    yield from blobs.open_attachment(node, body.attachments[0])


def state() -> dict[str, Any]:
    """Return what both nodes must agree on, in a form that can be compared."""
    journals = Journal.objects.using(DB).filter(channel=_channel()).order_by("node")
    dispositions = Disposition.objects.using(DB).select_related("journal").order_by("journal__node", "by", "start")
    return {
        "journals": {row.node: [row.size, bytes(row.edge).hex()] for row in journals},
        "dispositions": [[one.journal.node, one.by, one.start, one.end, one.stated_at] for one in dispositions],
        "refusals": Refusal.objects.using(DB).count(),
        "entries": [list(one) for one in Entry.objects.using(DB).order_by("journal", "index").values_list(*_ENTRY)],
        "blobs": [list(one) for one in Blob.objects.using(DB).order_by("id").values_list("id", "size", "complete")],
    }


_ENTRY = ("journal", "index", "uid", "type", "case__uuid", "clause", "purpose", "reality", "answered", "time_ms")


def sizes() -> dict[str, int]:
    return dict(Journal.objects.using(DB).filter(channel=_channel()).values_list("node", "size"))


def times() -> dict[str, int]:
    """Return how often each request was applied here: its identifier in the area's table, counted."""
    found: dict[str, int] = {}
    for uid in Entry.objects.using(DB).values_list("uid", flat=True):
        found[uid] = found.get(uid, 0) + 1
    return found


def accepted(by: str) -> int:
    """Return how many of this node's requests ``by`` states to have accepted."""
    rows = Disposition.objects.using(DB).filter(journal__node=node.name, by=by).order_by("stated_at")
    requests = set(
        Record.objects.using(DB).filter(journal__node=node.name, type="cases.request/1").values_list("index", flat=True)
    )
    stated: set[int] = set()
    for row in rows:
        refused = set(Refusal.objects.using(DB).filter(disposition=row).values_list("index", flat=True))
        stated |= set(range(row.start, row.end)) - refused
    return len(requests & stated)


def verify() -> list[str]:
    """Verify all journals held here and return what is wrong."""
    return [one.sentence() for one in verify_journals(node) if one.fault]


def rebuilt() -> bool:
    """Make the areas' tables again and say whether they came out the same."""
    before = state()
    rebuild_areas(node)
    return state() == before


def alarms() -> list[str]:
    return sorted(row.kind for row in open_alarms(node))


def receipts() -> int:
    """Return up to which size the partner has cosigned this node's journal."""
    rows = Cosignature.objects.using(DB).filter(journal_id=_journal_id()).exclude(cosigner=node.name)
    return max(rows.values_list("size", flat=True), default=0)


ORDERS: dict[str, Callable[..., Any]] = {
    one.__name__: one
    for one in (
        invite, accept, complete, propose_text, failures, propose, sign, messages, take, move, quota, send, wait, timed,
        singles, attach, have, wait_for, opened, state, sizes, times, accepted, verify, rebuilt, alarms, receipts,
        count, batches, fill, ready, check_one,
    )
}  # fmt: skip


def main() -> None:
    for line in sys.stdin:
        order = json.loads(line)
        close_old_connections()
        try:
            answer = {"ok": ORDERS[order["do"]](*order["with"])}
        except Exception as error:  # noqa: BLE001  # the test that gave the order shows it
            answer = {"error": f"{type(error).__name__}: {error}"}
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()


main()
