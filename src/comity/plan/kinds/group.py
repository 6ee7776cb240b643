"""Say what the working group is: its mandate and term, its co-chairs, and who belongs to it on either side.

The members of a side are that side's technical updates; mandate, term and chairs need both signatures.
"""

from collections.abc import Mapping
from datetime import date
from types import MappingProxyType
from typing import Annotated, Final

from msgspec import Meta

from comity.concurrence.documents import DocumentKind
from comity.plan.kinds import parts
from comity.plan.kinds.parts import MAX_PARTS, Key, label
from comity.plan.kinds.plan import Text
from comity.protocol.canonical import Strict
from comity.protocol.names import AuthorityName, Party

Reach = Annotated[str, Meta(min_length=1, max_length=200)]


class Member(Strict):
    """Be a seat in the group: a function of an authority.  ``reach`` is an address or number of the function."""

    authority: AuthorityName
    function: Text
    contact: bool = False
    reach: Reach | None = None


class Group(Strict):
    """Hold the working group."""

    title: Text
    mandate: Text
    first: date
    chairs: Annotated[Mapping[Party, Member], Meta(min_length=1, max_length=8)]
    members: Mapping[Party, Annotated[Mapping[Key, Member], Meta(max_length=MAX_PARTS)]]
    last: date | None = None

    def __post_init__(self) -> None:
        """Raise `ValueError` for what no group can be."""
        if self.last is not None and self.last < self.first:
            raise ValueError("the group ends before it begins")
        if any(one.authority[:2] != party for party, one in self.chairs.items()):
            raise ValueError("a chair belongs to another party")
        for party, held in self.members.items():
            if any(one.authority[:2] != party for one in held.values()):
                raise ValueError("a member belongs to another party")


def seats(group: Group, party: str) -> Mapping[str, Member]:
    """Return the seats of a side, its chair first."""
    found = {"chair": group.chairs[party]} if party in group.chairs else {}
    return {**found, **group.members.get(party, {})}


GROUP: Final = DocumentKind(
    name="group",
    body=Group,
    title=label("Joint working group", "Gemeinsame Arbeitsgruppe", "فريق العمل المشترك"),
    technical=("/members/@",),
    labels=MappingProxyType(
        {
            "/title": parts.TITLE,
            "/mandate": label("Mandate", "Auftrag", "الولاية"),
            "/first": label("First day", "Erster Tag", "اليوم الأول"),
            "/last": label("Last day", "Letzter Tag", "اليوم الأخير"),
            "/chairs": label("Co-chairs", "Ko-Vorsitz", "الرئاسة المشتركة"),
            "/chairs/*/authority": parts.AUTHORITY,
            "/chairs/*/function": parts.FUNCTION,
            "/chairs/*/contact": label("Contact point", "Kontaktstelle", "نقطة اتصال"),
            "/chairs/*/reach": label("Reached at", "Erreichbar unter", "وسيلة الاتصال"),
            "/members": label("Members", "Mitglieder", "الأعضاء"),
            "/members/*/*/authority": parts.AUTHORITY,
            "/members/*/*/function": parts.FUNCTION,
            "/members/*/*/contact": label("Contact point", "Kontaktstelle", "نقطة اتصال"),
            "/members/*/*/reach": label("Reached at", "Erreichbar unter", "وسيلة الاتصال"),
        }
    ),
)
