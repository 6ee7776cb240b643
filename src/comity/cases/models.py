"""Hold what the node knows of cases: a projection of records, and what this side alone keeps of its own work on them.

Nothing personal stands in a column.  Subjects and texts stay sealed at rest in the channel and are opened when an
officer looks; fingerprints are keyed with a secret of this node.
"""

from typing import ClassVar

from django.db import models


class Case(models.Model):
    """Gather the records of one case under one agreement; a case is never shared between agreements.

    ``merged_into`` is the older case in which it continues; ``closed_by`` the node whose closing stands, if one does.
    """

    channel = models.CharField(max_length=36)
    uuid = models.CharField(max_length=36)
    opened_by = models.CharField(max_length=50)
    opened_ms = models.BigIntegerField()
    changed_ms = models.BigIntegerField()
    merged_into = models.CharField(max_length=36, blank=True)
    closed_by = models.CharField(max_length=50, blank=True)
    closed_ms = models.BigIntegerField(null=True)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["channel", "uuid"], name="one_case")]
        indexes: ClassVar = [
            models.Index(fields=["channel", "-changed_ms", "-id"], name="cases_latest"),
            models.Index(fields=["channel", "merged_into"], name="cases_merged", condition=~models.Q(merged_into="")),
        ]


class Entry(models.Model):
    """Hold one record of a case: what kind, by whom, where it stands in which journal, and what it refers to.

    ``answered``: a question has its answer, or its author has closed the case.  ``detail`` is the ground of a refusal,
    the use a consent is asked for, the outcome of a closing; ``hours`` the time that was asked for.  A request is
    ``settled`` once it has its `Outcome`; a record is ``indexed`` once its words are in the table of terms.
    """

    channel = models.CharField(max_length=36)
    uid = models.CharField(max_length=36)
    case = models.ForeignKey(Case, models.CASCADE, related_name="entries")
    type = models.CharField(max_length=60)
    journal = models.CharField(max_length=50)
    index = models.BigIntegerField()
    own = models.BooleanField()
    answers = models.CharField(max_length=36, blank=True)
    answered = models.BooleanField(default=False)
    concerns = models.CharField(max_length=36, blank=True)
    clause = models.CharField(max_length=20)
    purpose = models.CharField(max_length=40)
    urgency = models.CharField(max_length=40, blank=True)
    reality = models.CharField(max_length=10)
    time_ms = models.BigIntegerField()
    detail = models.CharField(max_length=40, blank=True)
    hours = models.IntegerField(default=0)
    erased = models.BooleanField(default=False)
    settled = models.BooleanField(default=False)
    indexed = models.BooleanField(default=False)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["channel", "uid"], name="one_entry")]
        indexes: ClassVar = [
            models.Index(fields=["case", "time_ms"], name="cases_thread"),
            models.Index(fields=["channel", "answers"], name="cases_answers"),
            models.Index(fields=["channel", "concerns"], name="cases_concerns", condition=~models.Q(concerns="")),
            models.Index(
                fields=["channel"],
                name="cases_unsettled",
                condition=models.Q(type="cases.request/1", settled=False),
            ),
            models.Index(fields=["channel", "id"], name="cases_unindexed", condition=models.Q(indexed=False)),
            models.Index(fields=["channel", "reality", "-time_ms", "-id"], name="cases_newest"),
            models.Index(
                fields=["channel", "reality", "own", "time_ms"],
                name="cases_due",
                condition=models.Q(answered=False, answers=""),
            ),
        ]


class Outcome(models.Model):
    """Hold what became of one request, as both sides' journals say: what figures are counted from.

    ``asker`` and ``holder`` are parties; a request without an answer has no ``answered_ms``.
    """

    channel = models.CharField(max_length=36)
    uid = models.CharField(max_length=36)
    reality = models.CharField(max_length=10)
    area = models.CharField(max_length=80, blank=True)
    urgency = models.CharField(max_length=40, blank=True)
    asker = models.CharField(max_length=2)
    holder = models.CharField(max_length=2)
    received_ms = models.BigIntegerField()
    answered_ms = models.BigIntegerField(null=True)
    due_ms = models.BigIntegerField(null=True)
    refused = models.BooleanField(default=False)
    ground = models.CharField(max_length=40, blank=True)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["channel", "uid"], name="one_outcome")]
        indexes: ClassVar = [models.Index(fields=["channel", "reality", "received_ms"], name="cases_outcomes")]


class Fingerprint(models.Model):
    """Recognise an open question without knowing it: a keyed digest of what a record asks about."""

    channel = models.CharField(max_length=36)
    uid = models.CharField(max_length=36)
    digest = models.CharField(max_length=64)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["channel", "uid", "digest"], name="one_fingerprint")]
        indexes: ClassVar = [models.Index(fields=["channel", "digest"], name="cases_alike")]


class Term(models.Model):
    """Find records by what they say: ``term`` is a keyed digest of a word, ``entry`` the key of an `Entry`."""

    term = models.BigIntegerField()
    entry = models.BigIntegerField()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["term", "entry"], name="one_term")]
        indexes: ClassVar = [models.Index(fields=["entry"], name="cases_terms_of")]


class Charge(models.Model):
    """Say who on this side works on a case.  Kept here alone: no projection, and nothing the partner sees."""

    channel = models.CharField(max_length=36)
    case = models.CharField(max_length=36)
    owner = models.CharField(max_length=64, blank=True)
    unit = models.CharField(max_length=64, blank=True)
    changed_ms = models.BigIntegerField()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["channel", "case"], name="one_charge")]
        indexes: ClassVar = [models.Index(fields=["owner"], name="cases_owner")]


class SavedFilter(models.Model):
    """Keep what an officer narrows the inbox to, under a name of their own; the name is sealed."""

    uid = models.CharField(max_length=36, unique=True)
    owner = models.CharField(max_length=64)
    query = models.CharField(max_length=500)
    sealed = models.BinaryField()

    class Meta:
        indexes: ClassVar = [models.Index(fields=["owner"], name="cases_filters")]


class Reminder(models.Model):
    """Remember that people were reminded of a question: once for each share of its time, whatever restarts.

    ``mailed_ms`` is empty until the mail is gone or given up.
    """

    channel = models.CharField(max_length=36)
    uid = models.CharField(max_length=36)
    step = models.SmallIntegerField()
    noted_ms = models.BigIntegerField()
    mailed_ms = models.BigIntegerField(null=True)
    tries = models.SmallIntegerField(default=0)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["channel", "uid", "step"], name="one_reminder")]
        indexes: ClassVar = [
            models.Index(fields=["noted_ms"], name="cases_to_mail", condition=models.Q(mailed_ms__isnull=True))
        ]
