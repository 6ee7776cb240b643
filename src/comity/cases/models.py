"""Hold what the node knows of cases: a projection of records, without anything personal in it.

Subjects and texts stay sealed at rest in the channel and are opened when an officer looks.
"""

from typing import ClassVar

from django.db import models


class Case(models.Model):
    """Gather the records of one case under one agreement; a case is never shared between agreements."""

    channel = models.CharField(max_length=36)
    uuid = models.CharField(max_length=36)
    opened_by = models.CharField(max_length=50)
    opened_ms = models.BigIntegerField()
    changed_ms = models.BigIntegerField()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["channel", "uuid"], name="one_case")]
        indexes: ClassVar = [models.Index(fields=["channel", "-changed_ms"], name="cases_latest")]


class Entry(models.Model):
    """Hold one record of a case: what kind, by whom, where it stands in which journal, and what it answers."""

    channel = models.CharField(max_length=36)
    uid = models.CharField(max_length=36)
    case = models.ForeignKey(Case, models.CASCADE, related_name="entries")
    type = models.CharField(max_length=60)
    journal = models.CharField(max_length=50)
    index = models.BigIntegerField()
    own = models.BooleanField()
    answers = models.CharField(max_length=36, blank=True)
    answered = models.BooleanField(default=False)
    clause = models.CharField(max_length=20)
    purpose = models.CharField(max_length=40)
    urgency = models.CharField(max_length=40, blank=True)
    reality = models.CharField(max_length=10)
    time_ms = models.BigIntegerField()
    erased = models.BooleanField(default=False)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["channel", "uid"], name="one_entry")]
        indexes: ClassVar = [
            models.Index(fields=["case", "time_ms"], name="cases_thread"),
            models.Index(fields=["channel", "answers"], name="cases_answers"),
            models.Index(fields=["own", "time_ms"], name="cases_due", condition=models.Q(answered=False, answers="")),
        ]
