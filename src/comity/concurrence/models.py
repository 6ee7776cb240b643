"""Hold which records concern which joint document: a projection of headers, without a word of their contents.

What a document says, and why somebody objected, stays sealed at rest in the channel and is opened when somebody looks.
What is in force is not kept here either: it is reckoned from these rows and the channel's dispositions.
"""

from typing import ClassVar

from django.db import models


class Document(models.Model):
    """Know a joint document by the record that opened it; ``signers`` are node names, divided by spaces."""

    channel = models.CharField(max_length=36)
    uuid = models.CharField(max_length=36)
    kind = models.CharField(max_length=40, blank=True)
    signers = models.CharField(max_length=900)
    opened_by = models.CharField(max_length=50)
    opened_ms = models.BigIntegerField()
    changed_ms = models.BigIntegerField()
    reality = models.CharField(max_length=10)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["channel", "uuid"], name="one_document")]
        indexes: ClassVar = [models.Index(fields=["channel", "kind", "-changed_ms"], name="documents_latest")]


class Act(models.Model):
    """Hold one record upon a document: what it is, what it is about, and what decides its time.

    ``about`` is the proposal that it answers, withdraws or reminds of; ``base`` is, for a proposal, the one that made
    the version it changes.
    """

    channel = models.CharField(max_length=36)
    uid = models.CharField(max_length=36)
    document = models.CharField(max_length=36)
    type = models.CharField(max_length=60)
    author = models.CharField(max_length=50)
    recipients = models.CharField(max_length=900)
    about = models.CharField(max_length=36, blank=True)
    base = models.CharField(max_length=36, blank=True)
    agreement = models.CharField(max_length=71)
    clause = models.CharField(max_length=20)
    purpose = models.CharField(max_length=40)
    urgency = models.CharField(max_length=40, blank=True)
    reality = models.CharField(max_length=10)
    time_ms = models.BigIntegerField()
    erased = models.BooleanField(default=False)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["channel", "uid"], name="one_act")]
        indexes: ClassVar = [models.Index(fields=["channel", "document"], name="acts_of_document")]
