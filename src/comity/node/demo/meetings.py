"""Hold the example's two meetings on both nodes: the first with adopted minutes, the second waiting for a signature.

What is written is `comity.node.example.working_group`; who writes are the two secretaries of the demonstration.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from comity.node.demo.stage import BERLIN, DOHA, SideProcess, until

if TYPE_CHECKING:
    from comity.channel.runtime import LocalNode
    from comity.desk.seat import Seat
    from comity.node.example.working_group import Meeting as Example
    from comity.plan.kinds.meeting import Meeting
    from comity.plan.kinds.minutes import Minutes

SECRETARIES = {DOHA.name: "maha", BERLIN.name: "karl"}


def hold(doha: SideProcess, berlin: SideProcess) -> None:
    """Let both sides found the group and hold the meetings: three exchanges in all."""
    documents = doha("meetings", act="call_meetings")
    known = list(documents.values())
    until(lambda: berlin("meetings", act="sign_waiting", documents=known), "Berlin accepts the meetings", step_s=0.05)
    until(lambda: doha("meetings", act="all_agreed", documents=known), "the meetings are agreed", step_s=0.05)
    doha("meetings", act="write_meetings", documents=documents)
    berlin("meetings", act="write_meetings", documents=documents)
    first = doha("meetings", act="propose_minutes", documents=documents, number=0)
    until(lambda: berlin("meetings", act="sign_waiting", documents=[first]), "Berlin adopts the minutes", step_s=0.05)
    berlin("meetings", act="propose_minutes", documents=documents, number=1)


class MeetingOrders:
    """Be the orders about meetings that a side obeys."""

    def __init__(self, node: "LocalNode") -> None:
        """Act for ``node``."""
        self._node = node

    def call_meetings(self) -> dict[str, str]:
        """Propose the group and both meetings; return the documents by what they are."""
        from comity.node.example.working_group import working_group
        from comity.plan import meeting_services

        seat, example = self._seat(), working_group()
        found = {"group": _group(seat)}
        for number, one in enumerate(example.meetings):
            found[str(number)] = meeting_services.call(seat, _meeting(one))
        return found

    def sign_waiting(self, documents: list[str]) -> bool:
        """Sign these documents; False while one of them has not arrived."""
        from comity.plan import meeting_joint

        seat = self._seat()
        found = [_find(seat, one) for one in documents]
        if any(one is None for one in found):
            return False
        for one in found:
            if one is not None and not one.agreed:
                meeting_joint.answer(seat, one.uuid, one.uuid, concurs=True, words="")
        return True

    def all_agreed(self, documents: list[str]) -> bool:
        """Say whether both sides have signed these documents, as far as this node knows."""
        found = [_find(self._seat(), one) for one in documents]
        return all(one is not None and one.agreed for one in found)

    def write_meetings(self, documents: Mapping[str, str]) -> None:
        """Write this side's part: members, attendance, lines, and its word on the course."""
        from comity.node.example.working_group import working_group
        from comity.plan import meeting_joint
        from comity.plan.kinds.group import Member
        from comity.plan.kinds.meeting import Course, Word

        seat = self._seat()
        own = meeting_joint.own_party(seat)
        for number, one in enumerate(working_group().meetings):
            places: dict[str, object] = {}
            for at, (key, present) in enumerate(_present(one, own).items()):
                places[f"/attendance/{own}/{key}"] = present
                if number == 0 and at > 0:
                    member = Member(authority=present.authority, function=present.function, contact=at == 1)
                    meeting_joint.put(seat, documents["group"], {f"/members/{own}/{key}": member})
            for key, line in _lines(one, own).items():
                places[f"/lines/{own}/{key}"] = line
            ours = own == "QA"
            word = Word(said=Course.BEGUN if ours else Course.ENDED, at=_instant(one.begins if ours else one.ends))
            places[f"/course/{own}"] = word
            meeting_joint.put(seat, documents[str(number)], places)

    def propose_minutes(self, documents: Mapping[str, str], number: int) -> str:
        """Propose the minutes of a meeting, which signs them for this side; return their document."""
        from comity.node.example.working_group import working_group
        from comity.plan import meeting_joint
        from comity.plan.kinds.minutes import MINUTES

        body = _minutes(documents[str(number)], working_group().meetings[number])
        return meeting_joint.open_document(self._seat(), MINUTES, body, urgency=meeting_joint.MINUTES)

    def _seat(self) -> "Seat":
        from comity.channel.models import Channel
        from comity.desk.models import Officer
        from comity.desk.seat import Seat, terms_of
        from comity.protocol.records import Reality

        officer = Officer.objects.get(user__username=SECRETARIES[self._node.name])
        channel = Channel.objects.using(self._node.using).order_by("id")[0]
        terms = terms_of(self._node, channel)
        return Seat(officer, self._node, (channel,), channel, terms, Reality.ACTUAL)


def _find(seat: "Seat", uuid: str) -> Any:  # noqa: ANN401  # a document of any of the kinds
    from comity.plan import meeting_joint
    from comity.plan.kinds.group import GROUP
    from comity.plan.kinds.meeting import MEETING
    from comity.plan.kinds.minutes import MINUTES

    found = (meeting_joint.find(seat, uuid, kind) for kind in (GROUP, MEETING, MINUTES))
    return next((one for one in found if one is not None), None)


def _group(seat: "Seat") -> str:
    from comity.node.example.working_group import working_group
    from comity.plan import group_services
    from comity.plan.kinds.group import Member

    example = working_group()
    chairs = {}
    for party in ("QA", "DE"):
        first = next(iter(_present(example.meetings[0], party).values()))
        chairs[party] = Member(authority=first.authority, function=first.function, contact=True)
    return group_services.propose(
        seat, title=_texts(example.title), mandate=_texts(example.introduction), first=example.start,
        last=example.finish, chairs=chairs,
    )  # fmt: skip


def _texts(words: Any) -> dict[str, str]:  # noqa: ANN401  # a text of the example
    return dict(words.said().texts)


def _instant(when: Any) -> str:  # noqa: ANN401  # an aware datetime
    from comity.protocol.names import UnixMs, instant

    return instant(UnixMs(int(when.timestamp()) * 1000))


def _zone(one: "Example") -> str:
    return "Asia/Qatar" if one.begins.strftime("%z") == "+0300" else "Europe/Berlin"


def _meeting(one: "Example") -> "Meeting":
    from comity.plan.kinds.meeting import Meeting, Point

    points = {f"qa-{at}": Point(title=_texts(item.title), order=at * 10) for at, item in enumerate(one.items, 1)}
    empty: Any = {"QA": {}, "DE": {}}
    return Meeting(
        title=_texts(one.title), place=_texts(one.place), zone=_zone(one), day=one.begins.date(),
        begins=one.begins.strftime("%H:%M"), minutes=int((one.ends - one.begins).total_seconds()) // 60,
        points={"QA": points, "DE": {}}, lines=empty, attendance=empty, marks=empty, course={},
    )  # fmt: skip


def _present(one: "Example", party: str) -> dict[str, Any]:
    from comity.plan.kinds.parts import Present

    own = [row for row in one.attendance if row[0].startswith(party + "/")]
    return {
        f"{party.lower()}-{at}": Present(authority=authority, function=_texts(function), present=there)
        for at, (authority, function, there) in enumerate(own)
    }


def _lines(one: "Example", party: str) -> dict[str, Any]:
    """Return what a side writes: Doha the notes in Arabic, Berlin the decisions in German."""
    from datetime import timedelta

    from comity.plan.kinds.meeting import Line, Said

    found: dict[str, Line] = {}
    for at, item in enumerate(one.items, 1):
        when = _instant(one.begins + timedelta(minutes=15 * at))
        if party == "QA":
            found[f"qa-l{at}"] = Line(said=Said.NOTE, text=item.discussion.ar, language="ar", at=when, point=f"qa-{at}")
            continue
        for number, text, lead, due in item.decisions:
            key = f"de-l{at}-{number.replace('/', '-')}"
            said = Said.ACTION if lead else Said.DECISION
            found[key] = Line(
                said=said, text=text.de, language="de", at=when, point=f"qa-{at}", lead=lead or None, due=due
            )
    return found


def _minutes(meeting: str, one: "Example") -> "Minutes":
    from comity.plan.kinds.minutes import Decision, Item, Minutes, Sort

    items = {}
    for at, item in enumerate(one.items, 1):
        decisions = {
            f"d-{number.replace('/', '-')}": Decision(
                number=number, sort=Sort.ACTION if lead else Sort.DECISION, text=_texts(text), lead=lead or None,
                due=due,
            )
            for number, text, lead, due in item.decisions
        }  # fmt: skip
        items[f"qa-{at}"] = Item(
            title=_texts(item.title), order=at * 10, discussion=_texts(item.discussion), decisions=decisions
        )
    return Minutes(
        meeting=meeting, title=_texts(one.title), place=_texts(one.place), zone=_zone(one), began=_instant(one.begins),
        ended=_instant(one.ends), authentic=one.authentic, items=items,
        attendance={party: _present(one, party) for party in ("QA", "DE")}, follow={"QA": {}, "DE": {}},
    )  # fmt: skip
