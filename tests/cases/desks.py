"""Write, answer and steer cases from both desks of a test, each step as an officer does it on screen."""

import re
from dataclasses import dataclass

from django.test import Client

from comity.cases import timeline_access
from comity.cases.timeline_access import Item, Thread
from comity.desk.models import Officer
from comity.desk.seat import Seat, terms_of
from comity.protocol.records import Reality
from tests.support import worlds
from tests.support.screens import Screens, text, version


@dataclass
class Desks:
    """Hold both desks of a world and the case that is worked on."""

    screens: Screens

    def noura(self) -> Client:
        """Sit down in Doha."""
        return self.screens.sit("QA.doha", "noura")

    def greta(self) -> Client:
        """Sit down in Berlin."""
        return self.screens.sit("DE.berlin", "greta")

    def settle(self) -> None:
        """Let both nodes hear each other."""
        self.screens.world.settle(4)

    def wait(self, hours: float) -> None:
        """Let time pass."""
        self.screens.world.clock.ms += int(hours * 3_600_000)

    def ask(self, **changes: str) -> str:
        """Ask from Doha and let it arrive; return the case's address."""
        self.wait(0.001)
        case = self.screens.ask(self.noura(), **changes)
        self.settle()
        return case

    def write(self, client: Client, case: str, uid: str, kind: str, **fields: str) -> str:
        """Write and send what answers or asks about a record; return the address of its draft."""
        draft = str(client.post(f"{case}{uid}/{kind}/").headers["Location"])
        return self.finish(client, draft, **fields)

    def finish(self, client: Client, draft: str, **fields: str) -> str:
        """Fill a draft in and send it."""
        client.post(draft, fields | {"keep": "1"})
        sent = client.post(draft + "review/", {"send": "1", "version": version(client, draft)})
        assert "/drafts/" not in sent.headers["Location"], said(text(client.get(draft)))
        self.settle()
        return draft

    def seat(self, node: str, name: str) -> Seat:
        """Return an officer's seat, as a view would get it."""
        found = self.screens.at(node)
        officer = Officer.objects.get(pk=self.screens.officers[name].pk)
        channel = worlds.channel_of(found, self.screens.channel)
        case = dict.fromkeys(["", *_cases(found.using)], "investigation")
        return Seat(officer, found, (channel,), channel, terms_of(found, channel), Reality.ACTUAL, case)

    def thread(self, node: str, name: str, case: str) -> Thread:
        """Return a case as an officer sees it."""
        found = timeline_access.thread(self.seat(node, name), uid_of(case))
        assert found is not None
        return found

    def last_case(self, node: str, name: str) -> str:
        """Return the address of the case that was opened last."""
        found = self.seat(node, name)
        newest = max(_cases(found.node.using))
        return f"/cases/{self.screens.channel}/{newest}/"

    def last(self, case: str, kind: str, node: str = "QA.doha", name: str = "noura") -> Item:
        """Return the latest record of a kind in a case."""
        return [one for one in self.thread(node, name, case).items if one.kind == kind][-1]


def _cases(using: str) -> list[str]:
    from comity.cases.models import Case

    return list(Case.objects.using(using).values_list("uuid", flat=True))


def uid_of(address: str) -> str:
    """Return the last identifier in an address."""
    found: list[str] = re.findall(r"[0-9a-f]{8}-[0-9a-f-]{27}", address)
    return found[-1]


def said(page: str) -> str:
    """Return what the agreement said against a draft."""
    return page.partition('id="preflight"')[2].partition("</div>")[0]
