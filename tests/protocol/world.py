"""Build two invented nodes, their journals and one case, in memory, for tests and vectors.

Keys and salts come from fixed seeds; only what the algorithms themselves draw (ML-DSA, HPKE) differs between runs.
"""

import hashlib
from dataclasses import dataclass, field

from comity.protocol import attachments as att
from comity.protocol import checkpoints as cp
from comity.protocol import merkle, types
from comity.protocol.agreement import model
from comity.protocol.attachments import Attachment
from comity.protocol.canonical import Strict, encode
from comity.protocol.keys import NodeKeys, NodeSecret, make_identity
from comity.protocol.names import UnixMs, hex_digest, instant, uuid7
from comity.protocol.packs import PackAttachment, PackContents, PackExport, PackPlan, PackRecord, plan_pack, write_pack
from comity.protocol.records import (
    AttachmentRef,
    Header,
    Reality,
    Reference,
    Relation,
    SealedContent,
    encode_header,
    open_content,
)
from comity.protocol.sealing import commit

CHANNEL = "0192f0c1-2345-7abc-8def-0123456789ab"
START = UnixMs(1_795_000_000_000)


def seed(text: str, size: int = 32) -> bytes:
    """Return bytes that depend on ``text`` alone."""
    return hashlib.shake_256(b"comity example " + text.encode()).digest(size)


def make_keys(node: str, *authorities: str) -> NodeKeys:
    """Return the keys of an invented node."""
    secret = NodeSecret(
        ed25519=seed(node + " ed25519"),
        mldsa65=seed(node + " mldsa65"),
        mlkem768=seed(node + " mlkem768", 64),
        x25519=seed(node + " x25519"),
        storage=seed(node + " storage"),
    )
    return NodeKeys(secret, make_identity(secret, node, authorities, instant(START)))


QA = make_keys("QA.doha", "QA/MOI")
DE = make_keys("DE.berlin", "DE/BKA")
STRANGER = make_keys("FR.paris", "FR/DCPJ")
KEYS = {"QA.doha": QA, "DE.berlin": DE}


class Letter(Strict):
    """Stand in for the content of a sealed record of any area."""

    text: str
    attachments: tuple[Attachment, ...] = ()


@dataclass
class Journal:
    """Hold one node's journal in memory."""

    keys: NodeKeys
    headers: list[bytes] = field(default_factory=list)
    contents: list[bytes | None] = field(default_factory=list)

    @property
    def name(self) -> cp.JournalName:
        return cp.JournalName(CHANNEL, self.keys.node)

    def read(self, level: int, start: int, end: int) -> list[bytes]:
        """Give `merkle` what it asks for, from the leaves."""
        leaves = [merkle.leaf_hash(header) for header in self.headers]
        width = 1 << level
        return [merkle.fold(leaves[i * width : (i + 1) * width]) for i in range(start, end)]

    def checkpoint(self, size: int | None = None) -> cp.SignedCheckpoint:
        """Return the signed head at ``size``."""
        size = len(self.headers) if size is None else size
        return cp.sign_checkpoint(cp.Checkpoint(self.name, size, merkle.root_at(size, self.read)), self.keys)

    def cosigned(self, by: NodeKeys, time: int, size: int | None = None) -> bytes:
        """Return the head with the partner's cosignature."""
        signed = self.checkpoint(size)
        return signed.note + cp.cosign(signed, by, time).lines

    def proof(self, index: int, size: int) -> tuple[bytes, ...]:
        return tuple(merkle.inclusion_proof(index, size, self.read))


class World:
    """Hold both journals; every act appends one record."""

    def __init__(self, *, attachment: bytes = b"a plan of the hall\n" * 2000) -> None:
        self.now = START
        self.journals = {name: Journal(keys) for name, keys in KEYS.items()}
        self.attachment = attachment
        self.blobs: dict[str, bytes] = {}
        self.agreement = make_agreement()
        self.case = self.uuid()

    def uuid(self) -> str:
        self.now = UnixMs(self.now + 1000)
        return uuid7(self.now, seed(f"uuid {self.now}", 10))

    def append(self, node: str, type_: str, content: bytes, *, sealed: bool = False, **more: object) -> Header:
        """Append a record of ``node`` to its journal and return its header."""
        id_ = self.uuid()
        if sealed:
            salt = seed(f"salt {id_}")
            announced: object = SealedContent(commitment=commit(salt, content), size=len(content))
            stored = salt + content
        else:
            announced = open_content(content)
            stored = content
        header = Header(
            v="comity/v1/record",
            id=id_,
            channel=CHANNEL,
            type=type_,
            author=node,
            authority={"QA.doha": "QA/MOI", "DE.berlin": "DE/BKA"}[node],
            to=tuple(name for name in KEYS if name != node),
            time=instant(self.now),
            content=announced,  # type: ignore[arg-type]  # one of the two above
            **more,  # type: ignore[arg-type]  # fields of a header, as the caller names them
        )
        journal = self.journals[node]
        journal.headers.append(encode_header(header))
        journal.contents.append(stored)
        return header

    def open(self, node: str, type_: str, body: Strict) -> Header:
        """Append a record whose content is in clear."""
        return self.append(node, type_, encode(body))

    def sealed(self, node: str, type_: str, text: str, *refs: Reference, attach: bytes | None = None) -> Header:
        """Append a record whose content is sealed, under the agreement."""
        described: tuple[Attachment, ...] = ()
        announced: tuple[AttachmentRef, ...] = ()
        if attach is not None:
            key = seed(f"key {len(self.blobs)}")
            blob = b"".join(att.encrypt([attach], key))
            id_ = hex_digest(hashlib.sha256(blob).digest())
            self.blobs[id_] = blob
            described = (Attachment(id=id_, key=key, name="plan.txt", media_type="text/plain", size=len(attach)),)
            announced = (AttachmentRef(id=id_, size=len(blob)),)
        return self.append(
            node,
            type_,
            encode(Letter(text=text, attachments=described)),
            sealed=True,
            agreement=model.agreement_digest(self.agreement),
            clause="4(2)",
            purpose="investigation",
            handling="h1",
            refs=(Reference(rel=Relation.CASE, id=self.case), *refs),
            attachments=announced,
        )

    def exchange(self) -> "World":
        """Sign an agreement, ask, answer, refuse one, erase one."""
        digest = model.agreement_digest(self.agreement)
        self.open("QA.doha", "agreement.proposed/1", types.AgreementProposed(text=self.agreement.decode()))
        for node in KEYS:
            self.open(node, "agreement.signed/1", types.AgreementSigned(digest=digest))
        asked = self.sealed("QA.doha", "cases.request/1", "Who owns the lorry?", attach=self.attachment)
        again = self.sealed("QA.doha", "cases.request/1", "And the ferry?")
        self._dispose("DE.berlin", "QA.doha", 2, 4, refuse=3, id_=again.id)
        answers = Reference(rel=Relation.ANSWERS, id=asked.id)
        self.sealed("DE.berlin", "cases.reply/1", "A haulier in Kiel.", answers)
        self._dispose("QA.doha", "DE.berlin", 2, 3)
        address = types.RecordAddress(journal="QA.doha", index=3, id=again.id)
        for node in KEYS:
            done = types.ErasureDone(records=(address,), ground="retention", time=instant(self.now))
            self.open(node, "erasure.done/1", done)
        self.journals["QA.doha"].contents[3] = None
        return self

    def _dispose(
        self, node: str, journal: str, start: int, end: int, refuse: int | None = None, id_: str | None = None
    ) -> None:
        refused: tuple[types.Refused, ...] = ()
        if refuse is not None:
            words = ("Clause 4(2) needs a case number.", "Name it and send it again.")
            one = types.Refused(
                index=refuse, reason="not-permitted", sentence=words[0], remedy=words[1], id=id_, clause="4(2)"
            )
            refused = (one,)
        body = types.Disposition(journal=journal, start=start, end=end, time=instant(self.now), refused=refused)
        self.open(node, "channel.disposition/1", body)

    def contents(self, exporter: str = "QA.doha") -> PackContents:
        """Return what goes into a pack of the case: everything in both journals."""
        notes = []
        records = []
        for name, journal in self.journals.items():
            size = len(journal.headers)
            (other,) = (keys for node, keys in KEYS.items() if node != name)
            notes.append(journal.cosigned(other, (self.now // 1000) + 5))
            for index in range(size):
                where = (journal.headers[index], journal.proof(index, size), size, journal.contents[index])
                records.append(PackRecord(name, index, *where))
        blobs = [PackAttachment(id_, len(blob), lambda b=blob: [b]) for id_, blob in self.blobs.items()]  # type: ignore[misc]  # mypy sees no type for a lambda's default
        return PackContents(
            case=self.case,
            channel=CHANNEL,
            exporter=exporter,
            time=instant(self.now),
            identities=[keys.public.document for keys in KEYS.values()],
            agreements=[self.agreement],
            notes=notes,
            records=records,
            attachments=blobs,
        )

    def export(self, plan: PackPlan, exporter: str = "QA.doha") -> PackExport:
        """Append the export record and return it with its proof."""
        body = types.PackExported(case=self.case, manifest=plan.digest)
        self.open(exporter, "pack.exported/1", body)
        journal = self.journals[exporter]
        size = len(journal.headers)
        content = journal.contents[-1] or b""
        signed = journal.checkpoint().note
        return PackExport(size - 1, journal.headers[-1], content, journal.proof(size - 1, size), signed)

    def pack(self) -> bytes:
        """Return the pack of the case."""
        plan = plan_pack(self.contents())
        return b"".join(write_pack(plan, self.export(plan)))


def make_agreement() -> bytes:
    """Return a short text between both nodes; enough for a pack, which does not execute it."""
    line = {"en": "An example"}

    def party(keys: NodeKeys) -> model.PartyTerms:
        authority = keys.public.identity.authorities[0]
        fingerprint = hex_digest(keys.public.fingerprint)
        return model.PartyTerms(
            id=keys.node[:2],
            title=line,
            role=line,
            time_zone="Europe/Berlin",
            working_days=(1, 2, 3, 4, 5),
            authorities=(model.Authority(id=authority, title=line, contact_point=True),),
            nodes=(model.Node(id=keys.node, fingerprint=fingerprint, authorities=(authority,)),),
        )

    word = (model.Named(id="crime", title=line),)
    clause = model.Clause(
        id="4(2)",
        title=line,
        text=line,
        area="crime",
        types=("cases.request/1", "cases.reply/1"),
        purposes=("investigation",),
        handling=model.HandlingRule(default="h1", allowed=("h1",)),
        retention_days=365,
        onward=model.Onward.NEVER,
    )
    return encode(
        model.Agreement(
            v="comity/v1/agreement",
            channel=CHANNEL,
            version=1,
            title=line,
            preamble=line,
            authentic=("en",),
            realities=(Reality.ACTUAL,),
            parties=(party(QA), party(DE)),
            areas=word,
            purposes=(model.Named(id="investigation", title=line),),
            handling_codes=(model.Named(id="h1", title=line),),
            clauses=(clause,),
            effective=instant(START),
        )
    )
