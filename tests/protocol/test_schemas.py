"""The stored schemas and the golden file are what the types say; a type may not change unseen."""

import json
from typing import Any

import msgspec

from comity.protocol.canonical import Strict
from comity.protocol.message import Message
from tools.schemas import DOCUMENTS, FOLDER, record_types, schemas

GOLDEN = FOLDER.parent / "types.json"
SINGLE = (None, "", (), 0, 1, False, True, b"")


def test_stored_schemas_are_current() -> None:
    stored = {path.name: path.read_text(encoding="utf-8") for path in FOLDER.glob("*.json")}
    assert stored == dict(schemas()), "run: python -m tools.schemas"


def fields_of(type_: type[msgspec.Struct]) -> list[str]:
    return [f"{field.name}{'' if field.required else '?'}" for field in msgspec.structs.fields(type_)]


def current() -> dict[str, Any]:
    types = {
        kind.tag: {"fields": fields_of(kind.body), "sealed": kind.sealed, "needs_clause": kind.needs_clause}
        for kind in record_types()
    }
    documents = {name: fields_of(type_) for name, type_ in DOCUMENTS.items()} | {"message": fields_of(Message)}
    return {"documents": documents, "types": types}


def test_record_types_have_only_grown_as_the_golden_file_says() -> None:
    golden = json.loads(GOLDEN.read_text())
    assert current()["documents"] == golden["documents"]
    # An area adds its types to the golden file together with their code; what stands there never changes.
    assert {tag: one for tag, one in current()["types"].items() if tag in golden["types"]} == golden["types"]
    missing = set(current()["types"]) - set(golden["types"])
    assert not missing, f"add to {GOLDEN.name}: {sorted(missing)}"


def structs(type_: type[msgspec.Struct], seen: set[type]) -> set[type]:
    """Return a type and all types inside it."""
    if type_ in seen:
        return seen
    seen.add(type_)
    for field in msgspec.structs.fields(type_):
        todo = [field.type]
        while todo:
            one = todo.pop()
            if isinstance(one, type) and issubclass(one, msgspec.Struct):
                structs(one, seen)
            else:
                todo += list(getattr(one, "__args__", ()))
    return seen


def test_every_default_is_a_value_that_is_left_out_however_it_is_written() -> None:
    """An encoder leaves a default out when it is the same object: only these values have one object for each value."""
    seen: set[type] = set()
    for kind in record_types():
        structs(kind.body, seen)
    for type_ in DOCUMENTS.values():
        structs(type_, seen)
    for one in seen:
        assert issubclass(one, Strict)
        for field in msgspec.structs.fields(one):
            if not field.required:
                assert field.default in SINGLE or hasattr(field.default, "value"), (one, field.name)
