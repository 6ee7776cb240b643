"""Plan, measure and report on the example's two years on both nodes: a changed version, figures, a disputed rating.

What is written is `comity.node.example.working_group`; who writes are the two secretaries of the demonstration.
"""

from typing import TYPE_CHECKING, Any, Final

from comity.node.demo.meetings import SECRETARIES
from comity.node.demo.stage import DOHA, SideProcess, until

if TYPE_CHECKING:
    from comity.channel.runtime import LocalNode
    from comity.concurrence.documents import DocumentKind
    from comity.desk.seat import Seat

PLAN, INDICATORS, REPORT = "plan", "indicators", "report"
DISPUTED: Final = "cyber"


def agree_on_plan(doha: SideProcess, berlin: SideProcess) -> None:
    """Let Doha propose and Berlin sign: two versions of the plan, indicators, and a report that Berlin disputes."""
    _sign(doha, berlin, PLAN, 1, doha("plan", act="propose_plan", version=1))
    doha("plan", act="tell_progress")
    berlin("plan", act="tell_progress")
    _sign(doha, berlin, PLAN, 2, doha("plan", act="propose_plan", version=2))
    _sign(doha, berlin, INDICATORS, 1, doha("plan", act="propose_indicators"))
    _sign(doha, berlin, REPORT, 1, doha("plan", act="propose_report"))
    for side in (doha, berlin):
        side("plan", act="tell_account")
    berlin("plan", act="dispute")


def _sign(doha: SideProcess, berlin: SideProcess, kind: str, version: int, many: int) -> None:
    asked: dict[str, Any] = {"kind": kind, "version": version}
    until(lambda: berlin("plan", act="sign", **asked) >= many, f"Berlin signs: {kind}", step_s=0.05)
    until(lambda: doha("plan", act="signed", **asked) >= many, f"both have signed: {kind}", step_s=0.05)


class PlanOrders:
    """Be the orders about the plan that a side obeys."""

    def __init__(self, node: "LocalNode") -> None:
        """Act for ``node``."""
        self._node = node

    def propose_plan(self, version: int) -> int:
        """Propose a version of the plan of every area; return how many proposals left."""
        from comity.node.example import working_group as shipped
        from comity.plan import file_services
        from comity.plan.imports.report import Taken

        value = shipped.plan(shipped.working_group(), version=version)
        note = "" if version == 1 else "As the second meeting decided"
        return file_services.propose_plan(self._seat(), Taken(value), note=note).proposals

    def tell_progress(self) -> None:
        """Say for this side how far its actions are."""
        from comity.node.example import working_group as shipped
        from comity.plan import access, services
        from comity.plan.states import Progress

        seat = self._seat()
        said = {one.key.casefold(): one.state for one in shipped.working_group().actions}
        for area in access.areas(seat):
            for one in area.actions:
                state = said.get(one.key, "").replace("done-confirmed", "done-claimed")
                if one.party != self._node.name[:2] or state not in set(Progress):
                    continue
                steps = ["in-progress"] if state == "in-progress" else ["in-progress", state]
                for step in steps:
                    services.tell(seat, area.uuid, one.key, Progress(step), None)

    def propose_indicators(self) -> int:
        """Propose the indicators of every area; return how many proposals left."""
        from comity.node.example import working_group as shipped
        from comity.plan import file_services
        from comity.plan.imports.report import Taken

        value = shipped.results(shipped.working_group())
        return file_services.propose_indicators(self._seat(), Taken(value)).proposals

    def propose_report(self) -> int:
        """Propose the report with the ratings of the rule; return how many proposals left."""
        from comity.node.example import working_group as shipped
        from comity.plan import report_services

        one = shipped.working_group().report
        report_services.propose(self._seat(), dict(one.title.said().texts), one.first, one.last)
        return 1

    def tell_account(self) -> None:
        """Tell this side's account of the period."""
        from comity.node.example import working_group as shipped
        from comity.plan import report_services

        seat, one = self._seat(), shipped.working_group().report
        at = 0 if self._node.name == DOHA.name else 1
        uuid = report_services.reports(seat)[0].uuid
        report_services.account(seat, uuid, dict(one.narratives[at][1].said().texts))

    def dispute(self) -> None:
        """Dispute the rating of one area."""
        from comity.node.example import working_group as shipped
        from comity.plan import report_services
        from comity.plan.kinds.report import Light

        seat = self._seat()
        found = report_services.reports(seat)[0]
        objection = next(one[6] for one in shipped.working_group().report.ratings if one[6])
        stated = Light.RED if found.body.ratings[DISPUTED].stated is not Light.RED else Light.AMBER
        report_services.dispute(seat, found.uuid, DISPUTED, stated, dict(objection.said().texts))

    def sign(self, kind: str, version: int) -> int:
        """Sign whatever waits for this side; return how many documents have reached a version."""
        from comity.plan import meeting_joint

        seat = self._seat()
        for found in meeting_joint.every(seat, _kind(kind)):
            waiting = found.open_changes if found.agreed else ((found.opening,) if found.opening else ())
            for one in waiting:
                if one.awaits(self._node.name):
                    meeting_joint.answer(seat, found.uuid, one.uid, concurs=True, words="")
        return self.signed(kind, version)

    def signed(self, kind: str, version: int) -> int:
        """Return how many documents have reached a version."""
        from comity.plan import meeting_joint

        return sum(one.view.version >= version for one in meeting_joint.every(self._seat(), _kind(kind)))

    def _seat(self) -> "Seat":
        from comity.channel.models import Channel
        from comity.desk.models import Officer
        from comity.desk.seat import Seat, terms_of
        from comity.protocol.records import Reality

        officer = Officer.objects.get(user__username=SECRETARIES[self._node.name])
        channel = Channel.objects.using(self._node.using).order_by("id")[0]
        return Seat(officer, self._node, (channel,), channel, terms_of(self._node, channel), Reality.ACTUAL)


def _kind(name: str) -> "DocumentKind":
    from comity.plan.kinds import indicators, plan, report

    return {PLAN: plan.AREA_PLAN, INDICATORS: indicators.INDICATORS, REPORT: report.REPORT}[name]
