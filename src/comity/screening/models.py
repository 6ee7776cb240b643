"""Hold what this node knows of lists, questions and hits: no column holds a name, a date or a number of a document.

The first four tables are projections of records and can be made again from the journals.  The others are this node's
own: its lists as a holder, its checks as an asker.  Persons stand in sealed columns alone.
"""

from typing import ClassVar

from django.db import models


class Version(models.Model):
    """Know one published version of an index, ours or a partner's."""

    channel = models.CharField(max_length=36)
    uid = models.CharField(max_length=36)
    holder = models.CharField(max_length=50)
    list_id = models.CharField(max_length=40)
    title = models.CharField(max_length=200)
    generation = models.BigIntegerField()
    number = models.BigIntegerField()
    public = models.CharField(max_length=64)
    digest = models.CharField(max_length=71)
    entries = models.BigIntegerField()
    blob = models.CharField(max_length=71)
    clause = models.CharField(max_length=20)
    reality = models.CharField(max_length=10)
    time_ms = models.BigIntegerField()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["channel", "uid"], name="scr_one_version")]
        indexes: ClassVar = [
            models.Index(fields=["channel", "holder", "list_id", "generation", "number"], name="scr_versions")
        ]


class Question(models.Model):
    """Know one question: who asked whom, when, and how large; never about whom."""

    channel = models.CharField(max_length=36)
    uid = models.CharField(max_length=36)
    asker = models.CharField(max_length=50)
    holder = models.CharField(max_length=50)
    steps = models.IntegerField()
    clause = models.CharField(max_length=20)
    purpose = models.CharField(max_length=40)
    reality = models.CharField(max_length=10)
    time_ms = models.BigIntegerField()
    open = models.BooleanField(default=True)
    erased = models.BooleanField(default=False)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["channel", "uid"], name="scr_one_question")]
        indexes: ClassVar = [
            models.Index(fields=["holder", "time_ms"], name="scr_open", condition=models.Q(open=True)),
            models.Index(fields=["channel", "asker", "time_ms"], name="scr_asked"),
        ]


class Answered(models.Model):
    """Know one answer or refusal; the answers of a period are what was spent of its budget."""

    channel = models.CharField(max_length=36)
    uid = models.CharField(max_length=36)
    question = models.CharField(max_length=36)
    by = models.CharField(max_length=50)
    party = models.CharField(max_length=2)
    clause = models.CharField(max_length=20)
    steps = models.IntegerField()
    reason = models.CharField(max_length=20, blank=True)
    time_ms = models.BigIntegerField()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["channel", "uid"], name="scr_one_answer")]
        indexes: ClassVar = [
            models.Index(fields=["channel", "question"], name="scr_answers"),
            models.Index(fields=["channel", "by", "party", "clause", "time_ms"], name="scr_spent"),
        ]


class Tally(models.Model):
    """Count what reviews found, by rule: rows of outcome records, ours and the partner's."""

    channel = models.CharField(max_length=36)
    uid = models.CharField(max_length=36)
    author = models.CharField(max_length=50)
    list_id = models.CharField(max_length=40)
    rule = models.CharField(max_length=2)
    finding = models.CharField(max_length=20)
    count = models.BigIntegerField()

    class Meta:
        indexes: ClassVar = [models.Index(fields=["channel", "list_id", "rule"], name="scr_tallies")]


class Sort(models.TextChoices):
    """Say what a record gives to count: an answer, a refusal, or hits that reviews came to some finding about."""

    ANSWERED = "answered"
    REFUSED = "refused"
    SAME = "same-person"
    DIFFERENT = "different-person"
    OPEN = "cannot-tell"


class Counted(models.Model):
    """Know what one record gives to count once its recipient has accepted it: the same rows on both nodes.

    ``party`` is that of the side whose list was asked.
    """

    channel = models.CharField(max_length=36)
    uid = models.CharField(max_length=36)
    sort = models.CharField(max_length=20, choices=Sort.choices)
    number = models.BigIntegerField()
    clause = models.CharField(max_length=20)
    party = models.CharField(max_length=2)
    reality = models.CharField(max_length=10)
    accepted_ms = models.BigIntegerField(null=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["channel", "reality", "sort", "accepted_ms"], name="scr_counted"),
            models.Index(fields=["channel", "id"], name="scr_unsettled", condition=models.Q(accepted_ms=None)),
            models.Index(fields=["uid"], name="scr_counted_uid"),
        ]


class Register(models.Model):
    """Be a list that this node holds: whose, on which legal basis, and how often its entries are reviewed."""

    list_id = models.CharField(max_length=40, unique=True)
    title = models.CharField(max_length=200)
    owner = models.CharField(max_length=33)
    legal_basis = models.CharField(max_length=500)
    unit = models.CharField(max_length=36, blank=True)
    reality = models.CharField(max_length=10)
    review_days = models.IntegerField()
    expires_ms = models.BigIntegerField(null=True)
    created_ms = models.BigIntegerField()


class Listed(models.Model):
    """Be one entry of a list: sealed; known again by keyed digests of its reference and of what it says."""

    register = models.ForeignKey(Register, models.CASCADE)
    known = models.CharField(max_length=64)
    says = models.CharField(max_length=64)
    sealed = models.BinaryField()
    seen = models.CharField(max_length=36)
    review_ms = models.BigIntegerField()
    expires_ms = models.BigIntegerField(null=True)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["register", "known"], name="scr_one_entry")]
        indexes: ClassVar = [models.Index(fields=["register", "review_ms"], name="scr_review")]


class Generation(models.Model):
    """Be the index of one list under one agreement and one key; the key's seed is sealed.

    Answers under it leave in the name of whoever published it: a question waits for nobody.
    """

    register = models.ForeignKey(Register, models.CASCADE)
    channel = models.CharField(max_length=36)
    number = models.BigIntegerField()
    agreement = models.CharField(max_length=71)
    seed = models.BinaryField(null=True)
    public = models.CharField(max_length=64)
    latest = models.BigIntegerField(default=0)
    started_ms = models.BigIntegerField()
    ended_ms = models.BigIntegerField(null=True)
    authority = models.CharField(max_length=33, blank=True)
    officer = models.CharField(max_length=64, blank=True)
    released_by = models.CharField(max_length=64, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["register", "channel", "number"], name="scr_one_generation")
        ]


class PublicationState(models.TextChoices):
    """Say how far the publication of a list has come."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


class Publication(models.Model):
    """Be the work of bringing a list's index up to date under an agreement and publishing it; goes on after a crash."""

    register = models.ForeignKey(Register, models.CASCADE, related_name="publications")
    channel = models.CharField(max_length=36)
    state = models.CharField(max_length=8, choices=PublicationState.choices)
    rotate = models.BooleanField(default=False)
    done = models.BigIntegerField(default=0)
    total = models.BigIntegerField(default=0)
    versions = models.IntegerField(default=0)
    note = models.CharField(max_length=500, blank=True)
    authority = models.CharField(max_length=33, blank=True)
    officer = models.CharField(max_length=64, blank=True)
    released_by = models.CharField(max_length=64, blank=True)
    started_ms = models.BigIntegerField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["register", "channel"], name="scr_one_publication"),
        ]


class Place(models.Model):
    """Note where an entry lies in an index: its opaque label, and the addresses to remove when it goes."""

    generation = models.ForeignKey(Generation, models.CASCADE)
    entry = models.ForeignKey(Listed, models.SET_NULL, null=True)
    label = models.CharField(max_length=16)
    says = models.CharField(max_length=64)
    addresses = models.BinaryField()
    gone = models.BooleanField(default=False)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["generation", "label"], name="scr_labels")]


class Built(models.Model):
    """Be a version of an index that was built here; ``uid`` names the record once it is published."""

    generation = models.ForeignKey(Generation, models.CASCADE)
    number = models.BigIntegerField()
    digest = models.CharField(max_length=71)
    entries = models.BigIntegerField()
    sealed = models.BinaryField()
    uid = models.CharField(max_length=36, blank=True)
    time_ms = models.BigIntegerField()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["generation", "number"], name="scr_one_build")]


class CheckState(models.TextChoices):
    """Say how far a check has come."""

    WAITING = "waiting"
    RUNNING = "running"
    PAUSED = "paused"
    DONE = "done"
    STOPPED = "stopped"


class Check(models.Model):
    """Be one check of a person, or of the rows of a file, against one list of a partner."""

    uid = models.CharField(max_length=36, unique=True)
    channel = models.CharField(max_length=36)
    holder = models.CharField(max_length=50)
    list_id = models.CharField(max_length=40)
    clause = models.CharField(max_length=20)
    purpose = models.CharField(max_length=40)
    reality = models.CharField(max_length=10)
    authority = models.CharField(max_length=33, blank=True)
    officer = models.CharField(max_length=64, blank=True)
    released_by = models.CharField(max_length=64, blank=True)
    unit = models.CharField(max_length=36, blank=True)
    case = models.CharField(max_length=36, blank=True)
    state = models.CharField(max_length=8, choices=CheckState.choices)
    attended = models.BooleanField(default=False)
    note = models.CharField(max_length=500, blank=True)
    retry_ms = models.BigIntegerField(default=0)
    rows = models.BigIntegerField(default=0)
    created_ms = models.BigIntegerField()

    class Meta:
        indexes: ClassVar = [models.Index(fields=["channel", "-created_ms"], name="scr_checks")]


class BatchState(models.TextChoices):
    """Say how far one batch of a check has come."""

    NEW = "new"
    ASKED = "asked"
    DONE = "done"
    FAILED = "failed"


class Batch(models.Model):
    """Be some rows of a check that travel in one question: the rows and the secrets of the question are sealed."""

    check_of = models.ForeignKey(Check, models.CASCADE, related_name="batches")
    first = models.BigIntegerField()
    count = models.IntegerField()
    rows = models.BinaryField(null=True)
    secret = models.BinaryField(null=True)
    question = models.CharField(max_length=36, blank=True)
    state = models.CharField(max_length=6, choices=BatchState.choices, default=BatchState.NEW)
    note = models.CharField(max_length=500, blank=True)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["check_of", "first"], name="scr_one_batch")]
        indexes: ClassVar = [
            models.Index(fields=["question"], name="scr_batch"),
            models.Index(fields=["state", "id"], name="scr_todo", condition=models.Q(state__in=["new", "asked"])),
        ]


class HitState(models.TextChoices):
    """Say what became of a hit: it waits for a person, was asked about, was reviewed, or was cleared before."""

    OPEN = "open"
    REQUESTED = "requested"
    REVIEWED = "reviewed"
    CLEARED = "cleared"


class Hit(models.Model):
    """Be an unverified hit: row, opaque reference, rules.  A question for a person, never a finding."""

    batch = models.ForeignKey(Batch, models.CASCADE, related_name="hits")
    row = models.BigIntegerField()
    reference = models.CharField(max_length=16)
    rules = models.CharField(max_length=100)
    strong = models.BooleanField()
    state = models.CharField(max_length=9, choices=HitState.choices)
    case = models.CharField(max_length=36, blank=True)
    finding = models.CharField(max_length=20, blank=True)
    officer = models.CharField(max_length=64, blank=True)
    decided_ms = models.BigIntegerField(null=True)
    told = models.BooleanField(default=False)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["batch", "row", "reference"], name="scr_one_hit")]


class Clearance(models.Model):
    """Remember that a person is not the one behind a reference: keyed digest, sealed reason, officer and date."""

    channel = models.CharField(max_length=36)
    holder = models.CharField(max_length=50)
    list_id = models.CharField(max_length=40)
    reference = models.CharField(max_length=16)
    person = models.CharField(max_length=64)
    sealed = models.BinaryField()
    officer = models.CharField(max_length=64)
    time_ms = models.BigIntegerField()
    ended_ms = models.BigIntegerField(null=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["channel", "holder", "list_id", "reference", "person"], name="scr_cleared")
        ]
