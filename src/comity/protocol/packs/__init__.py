"""Make, redact and verify case packs: the file that a court checks without a node, as in ``spec/pack.md``.

`plan_pack` lists what a pack will hold and returns its manifest; the exporter records the manifest's digest in its own
journal (``pack.exported/1``); `write_pack` then yields the file.  `redact` leaves items out, `verify_pack` reads a pack
with nothing but the public keys of the nodes.  Everything works on streams that the caller opens.
"""

from comity.protocol.packs.build import (
    PackAttachment,
    PackContents,
    PackExport,
    PackPlan,
    PackRecord,
    plan_pack,
    write_pack,
)
from comity.protocol.packs.format import Item, ItemKind, Manifest, item_name, manifest_digest
from comity.protocol.packs.redact import redact
from comity.protocol.packs.render import render
from comity.protocol.packs.report import (
    AttachmentFact,
    ContentState,
    ErasureFact,
    Finding,
    OutcomeFact,
    ReceiptFact,
    RecordFact,
    Report,
    Verdict,
)
from comity.protocol.packs.verify import verify_pack

__all__ = [
    "AttachmentFact",
    "ContentState",
    "ErasureFact",
    "Finding",
    "Item",
    "ItemKind",
    "Manifest",
    "OutcomeFact",
    "PackAttachment",
    "PackContents",
    "PackExport",
    "PackPlan",
    "PackRecord",
    "ReceiptFact",
    "RecordFact",
    "Report",
    "Verdict",
    "item_name",
    "manifest_digest",
    "plan_pack",
    "redact",
    "render",
    "verify_pack",
    "write_pack",
]
