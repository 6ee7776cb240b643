"""The page on permissions is the table of permissions."""

from comity.desk.roles import MEANINGS, TABLE, Permission, Role
from tools import permissions


def test_every_role_has_its_row_and_every_permission_its_meaning_and_somebody_who_holds_it() -> None:
    assert set(TABLE) == set(Role)
    assert set(MEANINGS) == set(Permission)
    assert frozenset().union(*TABLE.values()) == set(Permission)


def test_page_on_permissions_says_what_the_table_says() -> None:
    same = permissions.PAGE.read_text(encoding="utf-8") == permissions.page()
    assert same, "docs/permissions.md is not what the table says; write it again: .venv/bin/python -m tools.permissions"
