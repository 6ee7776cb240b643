"""Hold journals, partners, deliveries and alarms: the tables of the channel.

Rows of `Record` are written by `store` alone, in the transaction that gives them their place in the journal.  Times are
milliseconds since 1970 (UTC), as everywhere in the protocol.
"""

from typing import ClassVar

from django.db import models


class PeerState(models.TextChoices):
    """Say how far the introduction to a partner has come."""

    INVITED = "invited"
    UNCONFIRMED = "unconfirmed"
    CONFIRMED = "confirmed"
    BLOCKED = "blocked"


class RecordState(models.IntegerChoices):
    """Say what this node did with a record."""

    OWN = 0
    ACCEPTED = 1
    REFUSED = 2
    NOTED = 3


class ContentState(models.IntegerChoices):
    """Say whether this node holds a record's content, and why not."""

    PRESENT = 0
    ERASED = 1
    LACKING = 2
    FOREIGN = 3


class Peer(models.Model):
    """Know a partner's node: pinned identity, address, the pair's transport key (wrapped), its quota."""

    node = models.CharField(max_length=50, primary_key=True)
    identity = models.BinaryField()
    endpoint = models.CharField(max_length=300, blank=True)
    certificate = models.TextField(blank=True)
    transport_key = models.BinaryField()
    state = models.CharField(max_length=12, choices=PeerState.choices, default=PeerState.UNCONFIRMED)
    quota_bytes = models.BigIntegerField()
    stored_bytes = models.BigIntegerField(default=0)
    created_ms = models.BigIntegerField()


class Invitation(models.Model):
    """Remember an invitation made here until it is answered."""

    document = models.BinaryField()
    created_ms = models.BigIntegerField()


class Channel(models.Model):
    """Join the journals of one agreement; ``epoch`` changes with every record that concerns the agreement itself."""

    uuid = models.CharField(max_length=36, unique=True)
    opened_by = models.CharField(max_length=50)
    created_ms = models.BigIntegerField()
    epoch = models.BigIntegerField(default=0)
    members = models.JSONField(default=list)


class AgreementText(models.Model):
    """Keep every proposed text of a channel, by digest."""

    channel = models.ForeignKey(Channel, models.PROTECT)
    digest = models.CharField(max_length=71)
    text = models.BinaryField()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["channel", "digest"], name="one_text")]


class Journal(models.Model):
    """Hold one node's journal under one agreement: how many records, and the right edge of its tree.

    ``seen_size`` is the largest head its owner is known to have signed; where it stays above ``size``, records are
    being withheld.  ``must_hear`` names the partners that a restored node waits for before it signs again.
    """

    channel = models.ForeignKey(Channel, models.PROTECT)
    node = models.CharField(max_length=50)
    size = models.BigIntegerField(default=0)
    edge = models.BinaryField(default=b"")
    seen_size = models.BigIntegerField(default=0)
    seen_ms = models.BigIntegerField(default=0)
    grew_ms = models.BigIntegerField(default=0)
    must_hear = models.JSONField(default=list)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["channel", "node"], name="one_journal")]


class Record(models.Model):
    """Hold one record: header as it travelled, content as it is kept, and its place in the journal."""

    channel = models.ForeignKey(Channel, models.PROTECT, db_index=False)
    journal = models.ForeignKey(Journal, models.PROTECT, db_index=False)
    index = models.BigIntegerField()
    uid = models.CharField(max_length=36, null=True)
    type = models.CharField(max_length=60)
    clause = models.CharField(max_length=20, blank=True)
    time_ms = models.BigIntegerField()
    header = models.BinaryField()
    leaf = models.BinaryField()
    content = models.BinaryField(null=True)
    wraps = models.BinaryField(null=True)
    key_at_rest = models.BinaryField(null=True)
    state = models.SmallIntegerField(choices=RecordState.choices)
    content_state = models.SmallIntegerField(choices=ContentState.choices)
    erase_due_ms = models.BigIntegerField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["journal", "index"], name="one_place"),
            models.UniqueConstraint(fields=["channel", "uid"], name="one_record"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["erase_due_ms"], name="erase_due", condition=models.Q(erase_due_ms__isnull=False)),
            models.Index(fields=["journal"], name="lacking", condition=models.Q(content_state=2)),
            models.Index(fields=["journal", "clause", "time_ms"], name="used", condition=~models.Q(clause="")),
        ]


class Tile(models.Model):
    """Hold the root of a full subtree of 256, 65 536, ... leaves."""

    journal = models.ForeignKey(Journal, models.PROTECT, db_index=False)
    level = models.SmallIntegerField()
    index = models.BigIntegerField()
    hash = models.BinaryField()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["journal", "level", "index"], name="one_tile")]


class Checkpoint(models.Model):
    """Hold a head of a journal as its owner signed it."""

    journal = models.ForeignKey(Journal, models.PROTECT, db_index=False)
    size = models.BigIntegerField()
    note = models.BinaryField()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["journal", "size"], name="one_head")]


class Cosignature(models.Model):
    """Hold a cosigner's statement on a head: the receipt for every record below its size."""

    journal = models.ForeignKey(Journal, models.PROTECT, db_index=False)
    cosigner = models.CharField(max_length=50)
    size = models.BigIntegerField()
    time = models.BigIntegerField()
    lines = models.BinaryField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["journal", "cosigner", "size"], name="one_cosignature")
        ]


class Disposition(models.Model):
    """Hold what node ``by`` stated about records ``start`` to ``end`` - 1 of a journal; later rows prevail."""

    journal = models.ForeignKey(Journal, models.PROTECT, db_index=False)
    by = models.CharField(max_length=50)
    start = models.BigIntegerField()
    end = models.BigIntegerField()
    time_ms = models.BigIntegerField()
    stated_at = models.BigIntegerField()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["journal", "by", "stated_at"], name="one_disposition")]
        indexes: ClassVar = [
            models.Index(fields=["journal", "by", "end"], name="disposed"),
            models.Index(fields=["journal", "end"], name="disposed_places"),
        ]


class Refusal(models.Model):
    """Hold one refusal inside a disposition."""

    disposition = models.ForeignKey(Disposition, models.CASCADE)
    index = models.BigIntegerField()
    reason = models.CharField(max_length=40)
    clause = models.CharField(max_length=20, blank=True)
    sentence = models.CharField(max_length=500)
    remedy = models.CharField(max_length=500)


class Delivery(models.Model):
    """Hold the queue to one partner under one agreement: how far it has cosigned, when to try next.

    ``asked`` remembers what the partner asked for in the last bundle carried by hand.
    """

    channel = models.ForeignKey(Channel, models.PROTECT, db_index=False)
    peer = models.ForeignKey(Peer, models.PROTECT)
    acked = models.BigIntegerField(default=0)
    next_ms = models.BigIntegerField(default=0)
    failures = models.IntegerField(default=0)
    last_error = models.CharField(max_length=300, blank=True)
    last_ok_ms = models.BigIntegerField(default=0)
    skew_ms = models.BigIntegerField(default=0)
    asked = models.JSONField(default=dict)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["channel", "peer"], name="one_queue")]


class Alarm(models.Model):
    """Hold a named alarm until an operator deals with it; repeats are counted, not stored again."""

    kind = models.CharField(max_length=40)
    channel = models.CharField(max_length=36, blank=True)
    subject = models.CharField(max_length=50)
    detail = models.CharField(max_length=500)
    evidence = models.BinaryField(default=b"")
    count = models.BigIntegerField(default=1)
    first_ms = models.BigIntegerField()
    last_ms = models.BigIntegerField()
    handled_ms = models.BigIntegerField(null=True)
    handled_by = models.CharField(max_length=64, blank=True)
    handled_note = models.CharField(max_length=500, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["kind", "channel", "subject"],
                condition=models.Q(handled_ms__isnull=True),
                name="one_open_alarm",
            )
        ]


class Blob(models.Model):
    """Know an encrypted attachment: how much of its file is here."""

    id = models.CharField(max_length=71, primary_key=True)
    size = models.BigIntegerField()
    have = models.BigIntegerField(default=0)
    complete = models.BooleanField(default=False)
    erased = models.BooleanField(default=False)


class BlobUse(models.Model):
    """Join an attachment to the record that announces it."""

    blob = models.ForeignKey(Blob, models.PROTECT)
    journal = models.ForeignKey(Journal, models.PROTECT, db_index=False)
    index = models.BigIntegerField()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["blob", "journal", "index"], name="one_use")]
        indexes: ClassVar = [models.Index(fields=["journal", "index"], name="blobs_of_record")]


class Erasure(models.Model):
    """Track an erasure: when it is due, and which node confirmed it when."""

    journal = models.ForeignKey(Journal, models.PROTECT, db_index=False)
    index = models.BigIntegerField()
    node = models.CharField(max_length=50)
    due_ms = models.BigIntegerField()
    ground = models.CharField(max_length=500, blank=True)
    ordered = models.BooleanField(default=False)
    done_ms = models.BigIntegerField(null=True)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["journal", "index", "node"], name="one_erasure")]
        indexes: ClassVar = [
            models.Index(fields=["due_ms"], name="erasures_due", condition=models.Q(done_ms__isnull=True))
        ]
