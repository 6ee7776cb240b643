"""The pages of ``spec/`` say what the code does."""

import re
from pathlib import Path

import msgspec
import pytest

from comity.protocol.canonical import decode, encode
from comity.protocol.errors import ErrorKind
from comity.protocol.types import CONTROL_TYPES, UNDISPOSED, Catalogue
from tests.protocol.library import FORMATS
from tools.schemas import DOCUMENTS

SPEC = Path(__file__).resolve().parents[2] / "spec"
PAGES = ("README", "canonical", "errors", "identity", "record", "journal", "checkpoint", "sealing", "attachment",
         "message", "bundle", "erasure", "access-log", "pack")  # fmt: skip
EXAMPLES = [
    pytest.param(tag, text, id=f"{page}-{tag}-{number}")
    for page in PAGES
    for number, (tag, text) in enumerate(
        re.findall(r"```json ([a-z./0-9-]+)\n(.*?)```", (SPEC / f"{page}.md").read_text(), re.DOTALL)
    )
]


@pytest.mark.parametrize(("tag", "text"), EXAMPLES)
def test_example_on_a_page_is_what_it_says_it_is(tag: str, text: str) -> None:
    data = encode(msgspec.json.decode(text))
    type_ = DOCUMENTS[tag] if tag in DOCUMENTS else Catalogue(*CONTROL_TYPES)[tag].body
    assert encode(decode(data, type_, limit=1 << 20)) == data


@pytest.mark.parametrize("page", PAGES[1:])
def test_page_shows_an_example_on_its_first_screen_and_ends_in_requirements(page: str) -> None:
    text = (SPEC / f"{page}.md").read_text()
    assert "```" in "\n".join(text.splitlines()[:6])
    assert "MUST" in text


def test_page_of_errors_names_every_kind_and_no_other() -> None:
    page = (SPEC / "errors.md").read_text().partition("## Reasons")[0]
    named = set(re.findall(r"^\| `([a-z-]+)` \|", page, re.MULTILINE))
    assert named == {kind.value for kind in ErrorKind}


def test_page_of_records_holds_the_closed_list() -> None:
    rows = re.findall(r"^\| `([a-z.-]+/1)` \|.*\| (yes|no) \|$", (SPEC / "record.md").read_text(), re.MULTILINE)
    assert dict(rows) == {kind.tag: "no" if kind.tag in UNDISPOSED else "yes" for kind in CONTROL_TYPES}


def test_links_between_pages_lead_somewhere() -> None:
    for page in SPEC.glob("*.md"):
        for target in re.findall(r"\]\(([^)#:]+)\)", page.read_text()):
            assert (SPEC / target).exists(), (page.name, target)


def test_every_format_with_vectors_is_listed() -> None:
    text = (SPEC / "README.md").read_text()
    for name in FORMATS:
        assert f"`vectors/{name}`" in text


CLAIMS = [
    claim
    for path in sorted((SPEC.parent / "src" / "comity" / "protocol").rglob("*.py"))
    if path.parent.name != "agreement"
    for claim in re.findall(r"SECURITY:\s+(.*?)\.\s+Holds", re.sub(r"\n\s*#?\s*", " ", path.read_text()))
]


@pytest.mark.parametrize("claim", CLAIMS)
def test_every_security_claim_of_the_protocol_has_a_test_that_bears_its_name(claim: str) -> None:
    name = "test_" + re.sub(r"[^a-z0-9]+", "_", claim.lower()).strip("_")
    tests = "".join(path.read_text() for path in Path(__file__).parent.glob("test_*.py"))
    assert f"def {name}(" in tests
