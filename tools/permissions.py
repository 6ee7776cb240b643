"""Write ``docs/permissions.md``: who may do what, from the table in the code; ``python -m tools.permissions``."""

from typing import Final

from comity.desk.roles import MEANINGS, SENSITIVE, TABLE, Permission, Role
from tools.root import ROOT

PAGE: Final = ROOT / "docs" / "permissions.md"
_HEAD: Final = """\
# Who may do what

Printed from the table in `comity/desk/roles.py`; `python -m tools.permissions` writes it again. What the table does not
say is denied. An officer holds roles, each in a unit of an authority and in all units below it, from one instant to
another; they may do what any of them allows, where it allows it. Every view and every service asks for one permission.
"""


def page() -> str:
    """Return the page."""
    roles = list(Role)
    lines = [_HEAD, "## The roles", "", "| role | counts |", "| --- | --- |"]
    lines += [f"| {role} | {_counts(role)} |" for role in roles]
    lines += ["", "## The table", ""]
    lines.append("| permission | lets somebody | " + " | ".join(roles) + " |")
    lines.append("| --- | --- |" + " :-: |" * len(roles))
    for permission in Permission:
        cells = ["yes" if permission in TABLE[role] else "" for role in roles]
        lines.append(f"| {permission} | {MEANINGS[permission]} | " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"


def _counts(role: Role) -> str:
    return "once a second person has confirmed it" if role in SENSITIVE else "at once"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
