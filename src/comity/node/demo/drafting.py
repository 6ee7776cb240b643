"""Make drafts for the demonstration's exchange."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from comity.cases.records import TYPES
from comity.channel import blobs
from comity.channel.post import Draft
from comity.protocol.attachments import Attachment
from comity.protocol.records import Reference, Relation

if TYPE_CHECKING:
    from comity.channel.runtime import LocalNode

OFFICER = "demonstration0001"
_BODIES = {kind.tag: kind.body for kind in TYPES}


def draft(node: "LocalNode", kind: str, fields: dict[str, Any], attach: Path | None, about: dict[str, Any]) -> Draft:
    """Return a draft of record type ``kind``; ``about`` holds clause, purpose, handling, urgency, to, case, answers."""
    attachments: tuple[Attachment, ...] = ()
    if attach is not None:
        attachments = (blobs.keep(node, blobs.read_blocks(attach), attach.name[:255], "application/octet-stream"),)
        fields = {**fields, "attachments": attachments}
    refs = tuple(
        Reference(rel=rel, id=about[name])
        for name, rel in (("case", Relation.CASE), ("answers", Relation.ANSWERS))
        if about.get(name)
    )
    return Draft(
        type=kind,
        body=msgspec.convert(msgspec.to_builtins(fields, builtin_types=(bytes,)), _BODIES[kind]),
        to=(about["to"],),
        clause=about["clause"],
        purpose=about["purpose"],
        handling=about.get("handling"),
        urgency=about.get("urgency"),
        language=about.get("language"),
        officer=OFFICER,
        refs=refs,
        attachments=attachments,
    )
