"""Do what officers, operators and clocks do: each step is a few lines, drawn by the scheduler."""

from collections.abc import Callable

from comity.cases.models import Entry
from comity.cases.records import Refusal, Reply, Request
from comity.channel import agreements, audit, blobs, compose, erasure, post, recovery
from comity.channel.alarms import AlarmKind
from comity.channel.models import Peer, Record
from comity.channel.peers import public_keys, transport_key
from comity.channel.runtime import LocalNode
from comity.protocol import types
from comity.protocol.agreement.permits import Permission
from comity.protocol.attachments import Attachment
from comity.protocol.canonical import Strict, encode
from comity.protocol.errors import ComityError
from comity.protocol.message import seal_message
from comity.protocol.records import Reference, Relation, parse_header
from comity.protocol.types import RecordAddress
from tests.simulation import storage
from tests.simulation.crashes import Crash
from tests.simulation.ledger import Sent
from tests.simulation.network import Passed
from tests.simulation.restores import account_for_restore, longest
from tests.simulation.sim import DAY, MINUTE, Sim
from tests.support.texts import agreement

Step = Callable[[Sim], str]


def _node(sim: Sim) -> LocalNode:
    return sim.rng.choice(list(sim.nodes.values()))


def _attachments(sim: Sim, node: LocalNode) -> tuple[tuple[Attachment, ...], dict[str, bytes]]:
    if sim.rng.random() > 0.3:
        return (), {}
    files = {}
    described = []
    for _ in range(sim.rng.choice([1, 1, 2])):
        data = sim.rng.randbytes(sim.rng.choice([0, 10, 16384, 30_000, 50_000]))
        one = blobs.keep(node, [data], "a.bin", "application/octet-stream")
        files[one.id] = data
        described.append(one)
    return tuple(described), files


def _body(
    sim: Sim, node: LocalNode, uuid: str, files: tuple[Attachment, ...]
) -> tuple[str, Strict, tuple[Reference, ...], str]:
    asked = list(
        Entry.objects.using(node.using)
        .filter(channel=uuid, own=False, answered=False, answers="", erased=False)
        .order_by("uid")
        .values_list("uid", "journal")[:5]
    )
    kind = sim.rng.random()
    if not asked or kind < 0.5:
        words = f"Question {sim.rng.randrange(10**6)}"
        return "cases.request/1", Request(subject=words, question=words, case_number="ST-1", attachments=files), (), ""
    uid, journal = sim.rng.choice(asked)
    refs = (Reference(rel=Relation.CASE, id=uid), Reference(rel=Relation.ANSWERS, id=uid))
    if kind < 0.85 or files:
        text = f"Answer {sim.rng.randrange(10**6)}"
        return "cases.reply/1", Reply(text=text, source="A", information="1", attachments=files), refs, journal  # type: ignore[arg-type]  # the enumerations' values
    return "cases.refusal/1", Refusal(ground="security", reason="No."), refs, journal


def _draft(sim: Sim, node: LocalNode, uuid: str) -> tuple[post.Draft, dict[str, bytes]]:
    described, files = _attachments(sim, node)
    kind, body, refs, to = _body(sim, node, uuid, described)
    others = [name for name in sim.members(uuid) if name != node.name]
    recipients = [to] if to else sim.rng.sample(others, sim.rng.randint(1, len(others)))
    draft = post.Draft(
        type=kind,
        body=body,
        to=tuple(recipients),
        clause="4(2)" if kind == "cases.request/1" else "4(4)",
        purpose="criminal-investigation",
        handling="h1",
        urgency="normal" if kind == "cases.request/1" else None,
        officer="officer0001",
        refs=refs,
        attachments=described,
        uid=node.new_id(),
    )
    return draft, files


def do_post(sim: Sim, node: LocalNode, uuid: str, count: int = 1, *, forced: bool = False) -> list[str]:
    """Post drafts and remember them; return the identifiers of those that stand."""
    drafts: list[tuple[post.Draft, dict[str, bytes]]] = []

    def action() -> None:
        drafts.extend(_draft(sim, node, uuid) for _ in range(count))
        try:
            _post(node, sim, uuid, [draft for draft, _ in drafts], forced=forced)
        except ComityError as error:
            sim.ledger.note(f"    not posted: {error.sentence}")

    sim.run(node, action)
    stand = []
    for draft, files in drafts:
        uid = draft.uid or ""
        if Record.objects.using(node.using).filter(uid=uid).exists():
            stand.append(uid)
            sim.ledger.sent[uid] = Sent(uid, node.name, uuid, draft.to, encode(draft.body), files, forced)
    return stand


def _post(node: LocalNode, sim: Sim, uuid: str, drafts: list[post.Draft], *, forced: bool) -> None:
    if not forced:
        post.post(node, sim.channel(node, uuid), drafts)
        return
    # A partner whose program does not ask the agreement: what it sends must be refused on the other side.
    terms = agreements.terms_in_force(node, sim.channel(node, uuid))
    clause = terms.clauses["4(4)"].clause
    original = agreements.check
    agreements.check = lambda *_args, **_more: Permission(terms.digest, clause, None, True)
    try:
        post.post(node, sim.channel(node, uuid), drafts)
    finally:
        agreements.check = original


def post_some(sim: Sim) -> str:
    """Let an officer send records."""
    node = _node(sim)
    uuid = sim.rng.choice(sim.channels_of(node.name))
    uids = do_post(sim, node, uuid, sim.rng.choice([1, 1, 1, 2, 4]))
    return f"{node.name} posts {len(uids)}"


def post_unpermitted(sim: Sim) -> str:
    """Let a node send what the agreement does not permit."""
    node = _node(sim)
    uuid = sim.rng.choice(sim.channels_of(node.name))
    try:
        agreements.terms_in_force(node, sim.channel(node, uuid))
    except ComityError:
        return "no agreement in force"
    others = [name for name in sim.members(uuid) if name != node.name]
    uid = node.new_id()
    body = Request(subject="x", question="No case number.")
    draft = post.Draft(
        type="cases.request/1", body=body, to=(sim.rng.choice(others),), clause="4(2)",
        purpose="criminal-investigation", handling="h1", urgency="normal", uid=uid,
    )  # fmt: skip

    def action() -> None:
        try:
            _post(node, sim, uuid, [draft], forced=True)
        except ComityError as error:
            sim.ledger.note(f"    not posted: {error.sentence}")

    sim.run(node, action)
    if Record.objects.using(node.using).filter(uid=uid).exists():
        sim.ledger.sent[uid] = Sent(uid, node.name, uuid, draft.to, encode(body), {}, forced=True)
    return f"{node.name} posts what clause 4(2) forbids"


def call(sim: Sim) -> str:
    """Let a node call a partner."""
    node = _node(sim)
    uuid = sim.rng.choice(sim.channels_of(node.name))
    peer = sim.rng.choice([name for name in sim.members(uuid) if name != node.name])
    sim.call(node, peer, uuid)
    return f"{node.name} calls {peer}"


def carry(sim: Sim) -> str:
    """Write a message onto a stick; it arrives whenever somebody walks there."""
    node = _node(sim)
    uuid = sim.rng.choice(sim.channels_of(node.name))
    name = sim.rng.choice([one for one in sim.members(uuid) if one != node.name])
    peer = Peer.objects.using(node.using).get(node=name)

    def action() -> None:
        message = compose.compose(node, peer, sim.channel(node, uuid), None).message
        sealed = seal_message(message, public_keys(bytes(peer.identity)), transport_key(node, peer))
        sim.network.waiting.append(Passed(node.name, name, sealed))

    sim.run(node, action)
    sim.ledger.faults["carried by hand"] += 1
    return f"{node.name} writes a stick for {name}"


def arrive(sim: Sim) -> str:
    """Let a delayed message or a stick arrive."""
    if not sim.network.waiting:
        return "nothing is under way"
    passed = sim.network.waiting.pop(sim.rng.randrange(len(sim.network.waiting)))
    sim.network.deliver_late(passed)
    return f"a late message of {passed.sender} arrives at {passed.recipient}"


def replay(sim: Sim) -> str:
    """Let a message of the past arrive once more."""
    if not sim.network.passed:
        return "nothing was sent yet"
    passed = sim.rng.choice(sim.network.passed)
    sim.ledger.faults["replayed"] += 1
    sim.network.deliver_late(passed)
    return f"an old message of {passed.sender} arrives at {passed.recipient} again"


def cut(sim: Sim) -> str:
    """Cut a link, or mend one."""
    if sim.network.cut and sim.rng.random() < 0.6:
        link = sim.network.cut.pop()
        return f"the link {'-'.join(sorted(link))} is mended"
    link = frozenset(sim.rng.sample(list(sim.nodes), 2))
    sim.network.cut.add(link)
    sim.ledger.faults["cut"] += 1
    return f"the link {'-'.join(sorted(link))} is cut"


def wait(sim: Sim) -> str:
    """Let time pass."""
    span = sim.rng.choice([200, 2000, 31_000, MINUTE, 10 * MINUTE, DAY // 8])
    sim.time.ms += span
    return f"{span} ms pass"


def years(sim: Sim) -> str:
    """Let so much time pass that retention ends, and erase."""
    sim.time.ms += sim.rng.choice([200, 366]) * DAY
    sim.ledger.faults["clock jump"] += 1
    node = _node(sim)
    sim.run(node, lambda: erasure.run(node))
    return f"long time passes; {node.name} erases"


def erase(sim: Sim) -> str:
    """Let a node erase what is due."""
    node = _node(sim)
    sim.run(node, lambda: erasure.run(node))
    return f"{node.name} erases what is due"


def order(sim: Sim) -> str:
    """Order that an own record be erased everywhere."""
    node = _node(sim)
    rows = list(
        Record.objects.using(node.using)
        .filter(state=0, type__startswith="cases.", journal__node=node.name)
        .order_by("uid")
        .values_list("channel__uuid", "index", "uid")
    )
    if not rows:
        return "nothing to erase"
    uuid, index, uid = sim.rng.choice(rows)

    def action() -> None:
        try:
            address = RecordAddress(journal=node.name, index=index, id=str(uid))
            erasure.order(node, sim.channel(node, uuid), [address], "judgment 7/26")
        except ComityError as error:
            sim.ledger.note(f"    not ordered: {error.sentence}")

    sim.run(node, action)
    return f"{node.name} orders {index} to be erased"


def negotiate(sim: Sim) -> str:
    """Let a node act upon an agreement: amend, sign, decline, suspend, resume."""
    node = _node(sim)
    uuid = sim.rng.choice(sim.channels_of(node.name))
    said = []

    def action() -> None:
        try:
            said.append(_act(sim, node, uuid))
        except ComityError as error:
            said.append(f"may not act: {error.sentence}")

    sim.run(node, action)
    return f"{node.name} {' '.join(said)}"


def _act(sim: Sim, node: LocalNode, uuid: str) -> str:
    channel = sim.channel(node, uuid)
    state = agreements.negotiation(node, channel)
    view = state.view
    chosen = sim.rng.random()
    live = [digest for digest, text in view.texts.items() if text.status == "live"]
    if live and chosen < 0.6:
        digest = sim.rng.choice(sorted(live))
        if sim.rng.random() < 0.15:
            agreements.act(node, channel, "agreement.declined/1", types.AgreementDeclined(digest=digest, reason="no"))
            return "declines"
        agreements.act(node, channel, "agreement.signed/1", types.AgreementSigned(digest=digest))
        return "signs"
    assert view.in_force is not None
    if chosen < 0.8:
        version = view.texts[view.in_force].proposal.version + 1
        members = [sim.nodes[name] for name in sim.members(uuid)]
        note = f"amended {sim.rng.randrange(10**6)}"
        agreements.propose(node, agreement(members, uuid, version=version, previous=view.in_force, note=note))
        return "proposes an amendment"
    if node.name[:2] in view.suspended_by:
        agreements.act(node, channel, "agreement.resumed/1", types.AgreementResumed(digest=view.in_force))
        return "resumes"
    if chosen < 0.87:
        body = types.AgreementSuspended(digest=view.in_force, reason="elections")
        agreements.act(node, channel, "agreement.suspended/1", body)
        return "suspends"
    return "leaves the agreement alone"


def skew(sim: Sim) -> str:
    """Set a node's clock wrong, a little or a lot."""
    node = _node(sim)
    sim.time.skew[node.name] = span = sim.rng.choice([0, -90_000, 120_000, 7 * MINUTE, -40 * MINUTE])
    if abs(span) > MINUTE:
        sim.ledger.faults["clock skew"] += 1
        for name in sim.nodes:
            sim.ledger.allow(AlarmKind.CLOCK_SKEW, node.name, name)
            sim.ledger.allow(AlarmKind.CLOCK_SKEW, name, node.name)
    return f"the clock of {node.name} is {span} ms off"


def crash(sim: Sim) -> str:
    """Arm a node: it crashes at one of its next writes."""
    node = _node(sim)
    countdown = min(sim.rng.randint(1, 60), sim.rng.randint(1, 60))
    sim.crasher.arm(node.using, countdown)
    return f"{node.name} will crash at write {countdown}"


def backup(sim: Sim) -> str:
    """Make a backup of a node."""
    node = _node(sim)
    sim.backups[node.name].append((sim.ledger.step, storage.take(node.using, node.home)))
    return f"a backup of {node.name} is made"


def restore(sim: Sim) -> str:
    """Set a node back to a backup: mostly declared, sometimes not."""
    node = _node(sim)
    if not sim.backups[node.name]:
        return backup(sim)
    step, snapshot = sim.rng.choice(sim.backups[node.name])
    declared = sim.rng.random() < 0.6
    sim.backups[node.name] = [one for one in sim.backups[node.name] if one[0] <= step]
    held = longest(sim)
    storage.put(node.using, node.home, snapshot)
    sim.crasher.armed.pop(node.using, None)
    account_for_restore(sim, node, held, declared=declared)
    if declared:
        recovery.declare_restored(node)
    return f"{node.name} is set back to its backup of step {step}, {'declared' if declared else 'undeclared'}"


def rebuild(sim: Sim) -> str:
    """Throw the projections of a node away and make them again."""
    node = _node(sim)
    sim.run(node, lambda: audit.rebuild_areas(node))
    return f"{node.name} rebuilds its areas"


def header_of(node: LocalNode, uid: str) -> bytes:
    """Return a record's header as a node holds it."""
    return bytes(Record.objects.using(node.using).get(uid=uid).header)


def parsed(node: LocalNode, uid: str) -> str:
    """Return the type of a record a node holds."""
    return parse_header(header_of(node, uid)).header.type


__all__ = ["Crash", "Step"]
