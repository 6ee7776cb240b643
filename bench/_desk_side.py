"""Act for one node in the bench of the desk: ``python -m bench._desk_side HOME``, orders and answers as JSON lines."""

import random
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from bench._sides import obey
from comity.node.bring_up import open_node

node = open_node(Path(sys.argv[1]))

from django.conf import settings  # noqa: E402  # the framework must have started first
from django.test import Client  # noqa: E402  # the framework must have started first

from comity.cases import searching  # noqa: E402  # the framework must have started first
from comity.cases.items import InformationEvaluation, SourceEvaluation  # noqa: E402  # the framework must have started first
from comity.cases.models import Case, Entry  # noqa: E402  # the framework must have started first
from comity.cases.records import (  # noqa: E402  # the framework must have started first
    CLARIFICATION,
    CLARIFIED,
    REPLY,
    REQUEST,
    Clarification,
    Clarified,
    Reply,
    Request,
)
from comity.channel import service  # noqa: E402  # the framework must have started first
from comity.channel.models import Channel  # noqa: E402  # the framework must have started first
from comity.channel.post import Draft, post  # noqa: E402  # the framework must have started first
from comity.desk.models import Officer  # noqa: E402  # the framework must have started first
from comity.desk.roles import Role  # noqa: E402  # the framework must have started first
from comity.desk.seat import STATED_KEY  # noqa: E402  # the framework must have started first
from comity.desk.services import add_officer  # noqa: E402  # the framework must have started first
from comity.desk.session_keys import SECOND_KEY  # noqa: E402  # the framework must have started first
from comity.protocol.canonical import Strict  # noqa: E402  # the framework must have started first
from comity.protocol.records import Reference, Relation  # noqa: E402  # the framework must have started first

NAME: Final = "analyst"
PURPOSE: Final = "investigation"
GIVEN: Final = ("Mohammed", "Khalifa", "Samira", "Jonas", "Greta", "Ivan", "Elena", "Omar", "Layla", "Peter")
FAMILY: Final = tuple(
    f"{one}{end}" for one in ("Ban", "Tor", "Kel", "Mir", "Sal", "Dar") for end in ("as", "ovic", "ani", "er", "ini")
)
THINGS: Final = ("vehicle", "telephone", "passport", "account", "flat", "ticket", "parcel", "ship", "company", "visa")
INBOX: Final = (
    "",
    "?state=from-us",
    "?state=from-them",
    "?state=answered",
    "?page=2",
    "?page=20",
    "?clause=4(2)",
    "?owner=nobody",
)


def enlist() -> None:
    """Add an officer who reads and writes cases."""
    service.start(node)
    authority = node.keys.public.identity.authorities[0]
    add_officer(node, NAME, "Analyst", authority, "long enough to pass", roles=[Role.OFFICER])


def _channel() -> Channel:
    found = Channel.objects.using(node.using).order_by("id").first()
    assert found is not None
    return found


def _post(kind: str, bodies: Sequence[tuple[Strict, tuple[Reference, ...]]], *, urgency: str | None = None) -> int:
    channel = _channel()
    to = tuple(name for name in channel.members if name != node.name)
    drafts = [
        Draft(
            type=kind, body=body, to=to, clause="4(2)", purpose=PURPOSE, handling="h1", urgency=urgency,
            officer="officer0001", refs=refs,
        )
        for body, refs in bodies
    ]  # fmt: skip
    return len(post(node, channel, drafts))


def ask(first: int, count: int) -> int:
    """Ask so many questions, each in a case of its own."""
    dice = random.Random(first)
    bodies = []
    for number in range(first, first + count):
        name, thing = f"{dice.choice(GIVEN)} {dice.choice(FAMILY)}{number % 997}", dice.choice(THINGS)
        question = f"Has {name} used the {thing} number {number} since May, and where is it now?"
        bodies.append((Request(subject=f"{thing} of {name}", question=question, case_number=f"ST-{number}"), ()))
    return _post(REQUEST.tag, bodies, urgency="normal")


def follow(kind: str, count: int) -> int:
    """Write so many clarifications, answers to them, or replies, about records that have none; return how many."""
    unknown = Reply(
        text="Nothing is known about it here.", source=SourceEvaluation.B, information=InformationEvaluation.TWO
    )
    made: dict[str, tuple[str, str, Strict]] = {
        "clarification": (REQUEST.tag, CLARIFICATION.tag, Clarification(question="Which of the two is meant by this?")),
        "clarified": (CLARIFICATION.tag, CLARIFIED.tag, Clarified(text="The one that was seen in Berlin in summer.")),
        "reply": (REQUEST.tag, REPLY.tag, unknown),
    }
    about, tag, body = made[kind]
    rows = Entry.objects.using(node.using).filter(own=False, type=about).select_related("case")
    if kind == "clarification":
        last = rows.order_by("-id").values_list("id", flat=True)[0]
        rows = rows.filter(id__gte=random.Random(Entry.objects.using(node.using).count()).randint(0, last - count // 2))
    else:
        rows = rows.filter(answered=False)
    some = list(rows.order_by("id")[:count])
    relation = Relation.CONCERNS if kind == "clarification" else Relation.ANSWERS
    pairs = [
        (body, (Reference(rel=Relation.CASE, id=one.case.uuid), Reference(rel=relation, id=one.uid))) for one in some
    ]
    return _post(tag, pairs) if pairs else 0


def count() -> int:
    """Return how many records of cases are here."""
    return Entry.objects.using(node.using).count()


def index() -> int:
    """Make the terms of everything; return how many records have them."""
    while not searching.settle(node, _channel(), 1000):
        pass
    return Entry.objects.using(node.using).filter(indexed=True).count()


def look(rounds: int) -> dict[str, list[float]]:
    """Open pages as a browser would, other cases, filters and words each time; return milliseconds."""
    settings.ALLOWED_HOSTS = ["*"]
    client = Client()
    client.force_login(Officer.objects.get(user__username=NAME).user)
    dice, channel = random.Random(5), _channel()
    last = Case.objects.using(node.using).order_by("-id").values_list("id", flat=True)[0]
    chosen = Case.objects.using(node.using).filter(id__in=[dice.randint(1, last) for _ in range(rounds)])
    cases = list(chosen.values_list("uuid", flat=True))
    session = client.session
    session[SECOND_KEY] = True  # as after a passkey: the node asks for one
    session[STATED_KEY] = dict.fromkeys(cases, PURPOSE)
    session.save()
    found: dict[str, list[float]] = {"inbox": [], "case": [], "search": []}
    for number in range(rounds):
        words = f"{dice.choice(GIVEN)} {dice.choice(FAMILY)}{dice.randint(0, 996)}"
        wanted = (words, f"{dice.choice(THINGS)} {dice.choice(GIVEN)}", f"ST-{dice.randint(0, last)}", "Berlin summer")
        pages: tuple[tuple[str, str, dict[str, str] | None], ...] = (
            ("inbox", f"/cases/{INBOX[number % len(INBOX)]}", None),
            ("case", f"/cases/{channel.uuid}/{cases[number % len(cases)]}/", None),
            ("search", "/cases/search/", {"words": wanted[number % 4], "purpose": PURPOSE, "alike": "on"}),
        )
        for name, path, given in pages:
            start = time.perf_counter()
            answer: Any = client.get(path, secure=True) if given is None else client.post(path, given, secure=True)
            found[name].append((time.perf_counter() - start) * 1000)
            assert answer.status_code == 200, answer.headers.get("Location", answer.status_code)
    return found


if __name__ == "__main__":
    obey({one.__name__: one for one in (enlist, ask, follow, count, index, look)})
