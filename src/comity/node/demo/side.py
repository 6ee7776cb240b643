"""Act for one node of the demonstration: read orders as JSON lines, obey, answer as JSON lines.

Started as ``python -m comity.node.demo.side HOME``; the demonstration runs one for each node, because a process serves
one node only.
"""

import base64
import json
import sys
import traceback
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from comity.node.bring_up import open_node
from comity.protocol.errors import ComityError

if TYPE_CHECKING:
    from comity.channel.models import Channel
    from comity.channel.runtime import LocalNode

Order = Callable[..., Any]


class Side:
    """Obey orders in the name of one node.  Every public method is an order; its keywords come from the line."""

    def __init__(self, node: "LocalNode") -> None:
        """Act for ``node``."""
        self._node = node

    def invite(self) -> str:
        """Return an invitation."""
        from comity.channel import peers

        return peers.invite(self._node).decode()

    def accept(self, invitation: str) -> str:
        """Return the answer to an invitation."""
        from comity.channel import peers

        answer, _ = peers.accept(self._node, invitation.encode())
        return answer.decode()

    def complete(self, acceptance: str) -> str:
        """Take the answer to this side's invitation."""
        from comity.channel import peers

        return peers.complete(self._node, acceptance.encode())

    def words(self, peer: str) -> list[str]:
        """Return the words to compare."""
        from comity.channel import peers

        return peers.words(self._node, peer)[0]

    def confirm(self, peer: str) -> None:
        """Confirm that the words agree."""
        from comity.channel import peers

        peers.confirm(self._node, peer)

    def add_officer(self, name: str, display_name: str, password: str, roles: Sequence[str]) -> None:
        """Add one of the example officers."""
        from comity.desk.roles import Role
        from comity.desk.services import add_officer

        authority = self._node.keys.public.identity.authorities[0]
        held = [Role(one) for one in roles]
        add_officer(self._node, name, display_name, authority, password, check_password=False, roles=held)

    def propose(self, partner: str) -> str:
        """Propose the example agreement."""
        from comity.channel import agreements
        from comity.node.example import example_agreement
        from comity.protocol.agreement.reader import write_agreement
        from comity.protocol.names import hex_digest, instant, party_of

        keys = {name: self._keys(name) for name in (self._node.name, partner)}
        nodes = {party_of(name): (name, hex_digest(one)) for name, one in keys.items()}
        text = example_agreement(self._node.new_id(), nodes, instant(self._node.clock()))
        return agreements.propose(self._node, write_agreement(text)).uuid

    def sign(self) -> str:
        """Sign the text that waits."""
        from comity.channel import agreements
        from comity.protocol.types import AgreementSigned

        channel = self._channel()
        digest = next(iter(agreements.negotiation(self._node, channel).proposals))
        agreements.act(self._node, channel, "agreement.signed/1", AgreementSigned(digest=digest))
        return digest

    def in_force(self) -> str | None:
        """Return the digest of the agreement in force, once there is one."""
        from comity.channel import agreements
        from comity.channel.models import Channel

        channel = Channel.objects.using(self._node.using).first()
        return agreements.digest_in_force(self._node, channel) if channel else None

    def proposed(self) -> bool:
        """Say whether a text has arrived."""
        from comity.channel import agreements
        from comity.channel.models import Channel

        channel = Channel.objects.using(self._node.using).first()
        return bool(channel and agreements.negotiation(self._node, channel).proposals)

    def send(self, kind: str, fields: dict[str, Any], attach: str | None = None, **about: str) -> dict[str, Any]:
        """Send a record of the cases area; return its identifier, or what the agreement says against it."""
        from comity.channel.post import NotPermittedError, post
        from comity.node.demo.drafting import draft

        one = draft(self._node, kind, fields, Path(attach) if attach else None, about)
        try:
            placed = post(self._node, self._channel(), [one])[0]
        except NotPermittedError as error:
            return {"refused": error.sentence, "remedy": error.remedy}
        return {"uid": placed.uid, "index": placed.index}

    def stated(self, uid: str, by: str) -> dict[str, Any] | None:
        """Return what node ``by`` stated about a record, and whether its receipt is here."""
        from comity.channel import store
        from comity.channel.control import verdict
        from comity.channel.models import Cosignature

        channel = self._channel()
        found = store.find_record(self._node.using, channel.id, uid)
        if found is None:
            return None
        journal_id, record = found
        stated = verdict(self._node, journal_id, record.index, by)
        receipt = Cosignature.objects.using(self._node.using).filter(
            journal_id=journal_id, cosigner=by, size__gt=record.index
        )
        if stated is None or not receipt.exists():
            return None
        return {"outcome": stated.outcome.value, "clause": stated.clause, "sentence": stated.sentence}

    def read(self, uid: str) -> dict[str, Any] | None:
        """Return an opened record, and how much of its attachments is here."""
        from comity.channel import sealed, store
        from comity.channel.models import Blob
        from comity.protocol.canonical import encode

        found = store.find_record(self._node.using, self._channel().id, uid)
        if found is None:
            return None
        header, _, payload = sealed.payload(self._node, found[1])
        ids = [one.id for one in header.attachments]
        complete = Blob.objects.using(self._node.using).filter(id__in=ids, complete=True).count()
        body = json.loads(payload)
        return {
            "header": json.loads(encode(header)),
            "body": body,
            "attachments": len(ids),
            "complete": complete,
        }

    def attachment_digest(self, uid: str) -> str:
        """Return the SHA-256 of the first attachment of a record, as it opens here."""
        import hashlib

        from comity.channel import blobs, sealed, store

        found = store.find_record(self._node.using, self._channel().id, uid)
        if found is None:
            raise LookupError(uid)
        body = sealed.body(self._node, found[1])
        running = hashlib.sha256()
        for block in blobs.open_attachment(self._node, body.attachments[0]):  # type: ignore[attr-defined]  # a body that has some
            running.update(block)
        return running.hexdigest()

    def meetings(self, act: str, **given: Any) -> Any:  # noqa: ANN401  # whatever the order asks for and answers
        """Obey an order about meetings."""
        from comity.node.demo.meetings import MeetingOrders

        return getattr(MeetingOrders(self._node), act)(**given)

    def plan(self, act: str, **given: Any) -> Any:  # noqa: ANN401  # whatever the order asks for and answers
        """Obey an order about the plan."""
        from comity.node.demo.plan import PlanOrders

        return getattr(PlanOrders(self._node), act)(**given)

    def quiet(self) -> bool:
        """Say whether everything written here has been receipted by the partner."""
        from comity.channel.overview import overview

        found = overview(self._node)
        own = [one for one in found.journals if one.node == self._node.name]
        return all(size == one.size for one in own for size in one.cosigned.values()) and all(
            one.cosigned for one in own
        )

    def verify(self) -> list[dict[str, Any]]:
        """Recompute all journals."""
        from comity.channel.audit import verify_journals

        return [
            {"line": one.sentence(), "fault": one.fault, "size": one.size, "node": one.node}
            for one in verify_journals(self._node)
        ]

    def alarms(self) -> list[str]:
        """Return the open alarms."""
        from comity.channel.alarms import open_alarms

        return [f"{one.kind}: {one.detail}" for one in open_alarms(self._node)]

    def export(self, case: str, uids: list[str], file: str) -> None:
        """Export the case as a pack."""
        from comity.channel.evidence import export_pack

        exported = export_pack(self._node, self._channel(), case, uids)
        with Path(file).open("wb") as out:
            out.writelines(exported.blocks())

    def identity(self) -> str:
        """Return this node's identity document, base64."""
        return base64.b64encode(self._node.keys.public.document).decode()

    def _channel(self) -> "Channel":
        from comity.channel.models import Channel

        return Channel.objects.using(self._node.using).order_by("id")[0]

    def _keys(self, name: str) -> bytes:
        from comity.channel.peers import keys_of

        return keys_of(self._node, name).fingerprint


def main(home: Path) -> None:
    """Obey until the input ends."""
    side = Side(open_node(home))
    for line in sys.stdin:
        order = json.loads(line)
        try:
            answer = {"value": getattr(side, order["order"])(**order["with"])}
        except ComityError as error:
            answer = {"error": f"{error.sentence} {error.remedy}"}
        except Exception:  # noqa: BLE001  # the demonstration shows what went wrong instead of hanging
            answer = {"error": traceback.format_exc()}
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
