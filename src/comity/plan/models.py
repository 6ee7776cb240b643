"""Hold the addresses under which an officer's calendar program fetches the group's meetings."""

from typing import ClassVar

from django.db import models

from comity.desk.models import Officer


class Feed(models.Model):
    """Let a calendar program read the meetings of one agreement and reality; of the secret only a digest is kept."""

    handle = models.CharField(max_length=16, unique=True)
    officer = models.ForeignKey(Officer, models.PROTECT, related_name="feeds")
    digest = models.BinaryField(max_length=32, unique=True)
    label = models.CharField(max_length=80)
    channel = models.CharField(max_length=36)
    reality = models.CharField(max_length=10)
    language = models.CharField(max_length=5)
    made_ms = models.BigIntegerField()
    used_ms = models.BigIntegerField(null=True)
    ended_ms = models.BigIntegerField(null=True)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["officer", "-made_ms"], name="feeds_of_officer")]
