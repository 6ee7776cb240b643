"""Call the REST interface of a node of a test as a program does: with a token, over HTTP."""

import json
from dataclasses import dataclass
from typing import Any

from django.test import Client

from comity.desk.api import tokens
from comity.desk.api.scopes import Scope
from comity.desk.models import Officer
from tests.support.screens import Screens

FIELDS = {
    "clause": "4(2)",
    "purpose": "investigation",
    "urgency": "urgent",
    "handling": "h1",
    "language": "en",
    "case_number": "ST-2026-0417",
    "subject": "Ownership of a vehicle",
    "question": "Who has kept the vehicle since May of this year?",
    "grounds": [],
}


@dataclass
class Program:
    """Be a program that acts as an officer of a node, within its scopes."""

    screens: Screens
    node: str
    token: str
    reality: str = "actual"

    def call(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        """Make a call below the agreement of the test; ``path`` that begins with / is taken as it is."""
        self.screens.at(self.node)
        where = f"/api/v1/agreements/{self.screens.channel}/{self.reality}/"
        given = {
            "Authorization": f"Bearer {self.token}",
            **{name.replace("_", "-"): one for name, one in headers.items()},
        }
        data = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
        kind = "application/octet-stream" if isinstance(body, bytes) else "application/json"
        return Client().generic(method, path if path.startswith("/") else where + path, data, kind, headers=given)

    def get(self, path: str, **headers: str) -> Any:
        """Read; expects an answer."""
        answer = self.call("GET", path, **headers)
        assert answer.status_code == 200, answer.content
        return answer.json()

    def post(self, path: str, body: Any = None, **headers: str) -> Any:
        """Write; expects that it is done."""
        answer = self.call("POST", path, body, **headers)
        assert answer.status_code < 300, answer.content
        return answer.json() if answer.content else None

    def ask(self, **changes: Any) -> Any:
        """Ask the partner and let it arrive; return the case and the record."""
        draft = self.post("cases/drafts", {"kind": "request", "fields": FIELDS | changes})
        sent = self.post(f"cases/drafts/{draft['draft']}/send", If_Match=f'"{draft["version"]}"')
        self.screens.world.settle(2)
        return sent


def program(screens: Screens, node: str, name: str, *scopes: Scope) -> Program:
    """Return a program with a fresh token of an officer."""
    found = screens.at(node)
    officer = Officer.objects.get(pk=screens.officers[name].pk)
    _, token = tokens.make(found, officer, "a program", scopes, 30)
    return Program(screens, node, token)
