"""Hold what several kinds of document of the working group are made of."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Annotated, Final

from msgspec import Meta

from comity.concurrence.documents import Label
from comity.plan.kinds.plan import Text
from comity.protocol.canonical import Strict
from comity.protocol.names import AuthorityName, Party, Slug

Zone = Annotated[str, Meta(pattern=r"^[A-Za-z0-9_+/-]{1,60}$(?!\n)")]
"""A time zone by its name in the tz database: ``Asia/Qatar``."""
TimeOfDay = Annotated[str, Meta(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$(?!\n)")]
Minutes = Annotated[int, Meta(ge=5, le=14 * 24 * 60)]
"""How long something takes."""
Key = Slug
"""The name of a part; what one side writes bears its party first (``de-0199...``): no two sides make the same."""
MAX_LINES: Final = 5000
"""Lines that one side may write in one meeting."""
MAX_PARTS: Final = 500


class Present(Strict):
    """Say who is expected, and whether they are there, by function and authority; names stay with each side."""

    authority: AuthorityName
    function: Text
    present: bool


Attendance = Mapping[Party, Annotated[Mapping[Key, Present], Meta(max_length=MAX_PARTS)]]


def label(en: str, de: str, ar: str) -> Label:
    """Return what people call a place of a document."""
    return MappingProxyType({"en": en, "de": de, "ar": ar})


TITLE: Final = label("Title", "Titel", "العنوان")
PLACE: Final = label("Place", "Ort", "المكان")
AUTHORITY: Final = label("Authority", "Behörde", "الجهة")
FUNCTION: Final = label("Function", "Funktion", "الوظيفة")
PRESENT: Final = label("Present", "Anwesend", "حاضر")
ATTENDANCE: Final = label("Attendance", "Anwesenheit", "الحضور")
LEAD: Final = label("Lead", "Federführung", "الجهة القائدة")
DUE: Final = label("Due", "Fällig", "الاستحقاق")
TEXT: Final = label("Text", "Text", "النص")
STATE: Final = label("State", "Stand", "الحالة")
NUMBER: Final = label("No.", "Nr.", "الرقم")
ZONE: Final = label("Time zone", "Zeitzone", "المنطقة الزمنية")
DAY: Final = label("Day", "Tag", "اليوم")
BEGINS: Final = label("Begins", "Beginn", "البداية")
LASTS: Final = label("Lasts (minutes)", "Dauer (Minuten)", "المدة (بالدقائق)")
PARTY: Final = {
    "QA": label("Qatar", "Katar", "قطر"),
    "DE": label("Germany", "Deutschland", "ألمانيا"),
}
