"""Write links between tasks in one cell, and read them back: ``A3``, ``A3 FS +2d``, ``A3 FF -90min elapsed``."""

import re
from typing import Final

from comity.plan.exchange import Link, LinkKind

_LINK: Final = re.compile(
    r"(?P<before>\S+)(?:\s+(?P<kind>FS|SS|FF|SF))?"
    r"(?:\s+(?P<sign>[+-])\s*(?P<number>\d{1,7})\s*(?P<unit>d|h|min))?(?P<elapsed>\s+elapsed)?"
)


def written(links: tuple[Link, ...], minutes_per_day: int) -> str:
    """Return links as text; lags in whole days, hours or minutes, whichever is shortest."""
    return "; ".join(_one(link, minutes_per_day) for link in links)


def _one(link: Link, minutes_per_day: int) -> str:
    if not link.lag:
        return link.before if link.kind is LinkKind.FINISH_START else f"{link.before} {link.kind}"
    size, day = abs(link.lag), 24 * 60 if link.elapsed else minutes_per_day
    lag = f"{size // day}d" if size % day == 0 else f"{size // 60}h" if size % 60 == 0 else f"{size}min"
    elapsed = " elapsed" if link.elapsed else ""
    return f"{link.before} {link.kind} {'-' if link.lag < 0 else '+'}{lag}{elapsed}"


def links(text: str, minutes_per_day: int) -> tuple[Link, ...]:
    """Return the links that a cell names; raises ``ValueError`` where it cannot be read."""
    found = []
    for part in filter(None, (one.strip() for one in re.split(r"[;\n]", text))):
        match = _LINK.fullmatch(part)
        if match is None:
            raise ValueError("This is no list of links.")
        elapsed = bool(match["elapsed"])
        day = 24 * 60 if elapsed else minutes_per_day
        lag = int(match["number"] or 0) * {"d": day, "h": 60, "min": 1, None: 0}[match["unit"]]
        kind = LinkKind(match["kind"] or "FS")
        found.append(Link(match["before"], kind, -lag if match["sign"] == "-" else lag, elapsed and bool(lag)))
    return tuple(found)
