"""Every string of the screens exists in German and Arabic, and the findings are the protocol's own."""

import gettext
import re
from pathlib import Path

import pytest

import comity
from comity.desk.marked import MARKED
from comity.protocol.agreement.findings import CATALOGUE

ROOT = Path(comity.__file__).parent
AREAS = sorted(folder.parent.name for folder in ROOT.glob("*/locale") if folder.parent.name != "node")
_ENTRY = re.compile(r'^msgid "(.*)"\n(?:msgid_plural "(.*)"\n)?((?:msgstr.*\n?)+)', re.MULTILINE)
_FIELD = re.compile(r"%\((\w+)\)s|\{(\w+)\}")


def entries(path: Path) -> list[tuple[str, list[str]]]:
    found = []
    for message, _plural, rest in _ENTRY.findall(path.read_text(encoding="utf-8")):
        if message:
            found.append((unquoted(message), [unquoted(one) for one in re.findall(r'"(.*)"', rest)]))
    return found


def unquoted(text: str) -> str:
    return text.replace('\\"', '"').replace("\\\\", "\\")


def names(text: str) -> set[str]:
    return {one or other for one, other in _FIELD.findall(text)}


@pytest.mark.parametrize("area", AREAS)
@pytest.mark.parametrize("language", ["de", "ar"])
def test_catalogue_is_complete_compiled_and_keeps_every_field(area: str, language: str) -> None:
    folder = ROOT / area / "locale" / language / "LC_MESSAGES"
    with (folder / "django.mo").open("rb") as file:
        compiled = gettext.GNUTranslations(file)
    found = entries(folder / "django.po")
    assert len(found) > 90
    for message, translations in found:
        assert all(translations), message
        assert all(names(one) == names(message) for one in translations), message
        if len(translations) == 1:
            assert compiled.gettext(message) == translations[0], message


@pytest.mark.parametrize("language", ["de", "ar"])
def test_no_string_is_said_in_two_ways_in_one_language(language: str) -> None:
    said: dict[str, list[str]] = {}
    for area in AREAS:
        for message, translations in entries(ROOT / area / "locale" / language / "LC_MESSAGES" / "django.po"):
            assert said.setdefault(message, translations) == translations, message


def test_marked_findings_are_those_of_the_protocol() -> None:
    texts = {one for pair in CATALOGUE.values() for one in pair} - {"{advice}", "{todo}"}
    assert set(MARKED) == texts
