"""Write ``spec/schemas``: the JSON Schema of every document that travels; ``python -m tools.schemas``.

The types in the code are the source.  A test fails while what is stored is not what they say.
"""

import importlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import msgspec

from comity.protocol.agreement.model import Agreement
from comity.protocol.canonical import Strict
from comity.protocol.keys import Identity
from comity.protocol.packs.format import Manifest, Trailer
from comity.protocol.pairing import Acceptance, Invitation
from comity.protocol.records import Header
from comity.protocol.types import CONTROL_TYPES, Catalogue, RecordType

ROOT: Final = Path(__file__).resolve().parents[1]
FOLDER: Final = ROOT / "spec" / "schemas"
DOCUMENTS: Final[dict[str, type[Strict]]] = {
    "acceptance": Acceptance,
    "agreement": Agreement,
    "header": Header,
    "identity": Identity,
    "invitation": Invitation,
    "pack-manifest": Manifest,
    "pack-trailer": Trailer,
}


def record_types() -> Catalogue:
    """Return all record types: the closed list, and those of every area that has a ``records.py``."""
    found: list[RecordType] = list(CONTROL_TYPES)
    for path in sorted((ROOT / "src" / "comity").glob("*/records.py")):
        if path.parent.name != "protocol":
            found += importlib.import_module(f"comity.{path.parent.name}.records").TYPES
    return Catalogue(*found)


def schemas() -> Iterator[tuple[str, str]]:
    """Yield the name of each schema file and its text."""
    for name, type_ in DOCUMENTS.items():
        yield f"{name}.json", _text(type_, name)
    for kind in record_types():
        yield f"{kind.tag.replace('/', '-')}.json", _text(kind.body, kind.tag, sealed=kind.sealed)


def _text(type_: type[Strict], title: str, *, sealed: bool | None = None) -> str:
    schema = {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": title, **msgspec.json.schema(type_)}
    if sealed is not None:
        schema["$comment"] = "content of a sealed record" if sealed else "content of an open record"
    return json.dumps(schema, indent=1, sort_keys=True, ensure_ascii=False) + "\n"


def main() -> None:
    """Write all schemas and take away those of types that are gone."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    wanted = dict(schemas())
    for old in FOLDER.glob("*.json"):
        if old.name not in wanted:
            old.unlink()
    for name, text in wanted.items():
        (FOLDER / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
