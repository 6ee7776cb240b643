"""Sit down at the screens of two nodes in this process: one agreement, officers on both sides."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.test import Client

from comity.cases.projections import AREA
from comity.channel import service
from comity.channel.runtime import Area, LocalNode
from comity.desk.models import Grant, Officer, Unit
from comity.desk.roles import Role
from comity.desk.services import add_officer
from comity.node.example import example_agreement
from comity.protocol.agreement.reader import write_agreement
from comity.protocol.names import hex_digest, party_of
from tests.support import worlds
from tests.support.texts import EFFECTIVE
from tests.support.worlds import World

PASSWORD = "one long enough to pass"
QUESTION = {
    "clause": "4(2)",
    "purpose": "investigation",
    "urgency": "urgent",
    "handling": "h1",
    "language": "en",
    "case_number": "ST-2026-0417",
    "subject": "Ownership of a vehicle",
    "question": "Who has kept the vehicle since May of this year?",
    "has_grounds": "1",
}


class OfficerClient(Client):
    """Be an officer's browser: when asked why they look, they take the answer that is offered and go on."""

    def get(self, path: str, *args: Any, **kwargs: Any) -> Any:  # type: ignore[override]  # hands on what it is given
        answer = super().get(path, *args, **kwargs)
        if b'id="why-purpose"' not in getattr(answer, "content", b""):
            return answer
        hidden = dict(re.findall(r'name="(case|agreement|next)" value="([^"]*)"', answer.content.decode()))
        offered = re.findall(
            r'<option value="([^"]*)"( selected)?', answer.content.decode().partition("why-purpose")[2]
        )
        purpose = next((value for value, chosen in offered if chosen), offered[0][0])
        self.post("/why/", {**hidden, "purpose": purpose})
        return super().get(path, *args, **kwargs)


@dataclass
class Screens:
    """Hold two nodes and whoever is signed in at them."""

    world: World
    channel: str
    officers: dict[str, Officer] = field(default_factory=dict)

    def at(self, node: str) -> LocalNode:
        """Make ``node`` the node whose pages are answered."""
        found = self.world.nodes[node]
        service.start(found)
        return found

    def officer(self, node: str, name: str, *roles: Role) -> Officer:
        """Add an officer to a node; without roles, one who asks and answers."""
        found = self.world.nodes[node]
        authority = found.keys.public.identity.authorities[0]
        self.officers[name] = add_officer(
            found, name, f"Officer {name}", authority, PASSWORD, roles=roles or (Role.OFFICER,)
        )
        return self.officers[name]

    def give(self, name: str, role: Role) -> None:
        """Let an officer hold one more role, in their whole authority, from now on."""
        officer = self.officers[name]
        now = self.world.clock()
        unit = Unit.objects.get(authority=officer.authority, parent=None)
        Grant.objects.create(officer=officer, role=role, unit=unit, since_ms=now, granted_ms=now, confirmed_ms=now)
        self.officers[name] = Officer.objects.get(pk=officer.pk)

    def sit(self, node: str, name: str, language: str = "en") -> Client:
        """Sign an officer in at their node."""
        self.at(node)
        client = OfficerClient(headers={"Accept-Language": language})
        client.force_login(self.officers[name].user)
        return client

    def begin(self, client: Client, **changes: str) -> str:
        """Begin a request, fill it in, and return the draft's address."""
        address: str = client.post("/cases/new/").headers["Location"]
        client.post(address, QUESTION | changes | {"keep": "1"})
        return address

    def ask(self, client: Client, **changes: str) -> str:
        """Write and send a request under a clause for one person; return the case's address."""
        address = self.begin(client, **changes)
        sent = client.post(address + "review/", {"send": "1", "version": version(client, address)})
        return str(sent.headers["Location"])


def version(client: Client, address: str) -> str:
    """Return the version of the draft that the page for a last look shows."""
    page = client.get(address + "review/").content.decode()
    return page.partition('name="version" value="')[2].partition('"')[0]


def text(response: Any) -> str:
    """Return a page as text."""
    found: str = response.content.decode()
    return found


def make_screens(folder: Path, areas: Sequence[Area] = (AREA,)) -> Screens:
    """Return Doha and Berlin under the example agreement, with officers: noura and hamad, greta and jonas."""
    world = worlds.make_world(["QA.doha", "DE.berlin"], ["default", "second"], folder, areas)
    nodes = {party_of(one.name): (one.name, hex_digest(one.keys.public.fingerprint)) for one in world.nodes.values()}
    agreed = example_agreement(worlds.new_channel_id(world), nodes, EFFECTIVE)
    screens = Screens(world, worlds.agree(world, write_agreement(agreed)))
    screens.officer("QA.doha", "noura")
    screens.officer("QA.doha", "hamad", Role.OFFICER, Role.SUPERVISOR)
    screens.officer("QA.doha", "operator", Role.OPERATOR)
    screens.officer("DE.berlin", "greta")
    return screens
