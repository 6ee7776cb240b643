"""Bring the kinds of joint documents of the working group to the channel; records of its own the area has none."""

from collections.abc import Sequence
from typing import Final

from comity.channel.runtime import AppliedRecord, LocalNode
from comity.plan.kinds.group import GROUP
from comity.plan.kinds.indicators import INDICATORS
from comity.plan.kinds.meeting import MEETING
from comity.plan.kinds.minutes import DECISION, MINUTES
from comity.plan.kinds.plan import AREA_PLAN
from comity.plan.kinds.report import REPORT
from comity.plan.kinds.series import SERIES
from comity.protocol.types import RecordType


class PlanArea:
    """Be the working group and its plan, as the channel and the mechanism of concurrence see it."""

    types: Sequence[RecordType] = ()
    kinds = (AREA_PLAN, INDICATORS, REPORT, GROUP, MEETING, SERIES, MINUTES, DECISION)

    def apply(self, node: LocalNode, records: Sequence[AppliedRecord]) -> None:
        """Apply nothing: what happens to joint documents is kept by concurrence."""

    def erase(self, node: LocalNode, uids: Sequence[str]) -> None:
        """Erase nothing, for the same reason."""

    def clear(self, node: LocalNode) -> None:
        """Empty no table, for the same reason."""


AREA: Final = PlanArea()
