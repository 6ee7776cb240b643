"""Do what waits: answer questions, take answers, ask on.  Small things at once, the rest in a thread of its own."""

import threading

import structlog
from django.conf import settings
from django.db import connections, transaction
from django.db.models import Sum

from comity.channel.runtime import LocalNode
from comity.screening import checks, indexes, publications
from comity.screening.answering import answer_some
from comity.screening.asking import ask_some
from comity.screening.concluding import conclude_some
from comity.screening.engine import Engine, Inline, engine
from comity.screening.models import Answered, Batch, BatchState, Check, CheckState, Question
from comity.screening.records import QUERY

INLINE_STEPS = 16
"""Steps of 16 elements that are worked on while the partner's call waits: some tens of milliseconds."""

_log = structlog.get_logger("comity.screening")
_threads: dict[str, threading.Thread] = {}
_guard = threading.Lock()


def tend(node: LocalNode) -> None:
    """Take up what a stopped process left, and make ready what has arrived of partners' indexes."""
    wake(node)
    if indexes.missing(node):
        if _in_background(node):
            _start(node)
        else:
            indexes.prepare(node)


def _in_background(node: LocalNode) -> bool:
    return bool(getattr(node.area_of(QUERY.tag), "background", True))


def wake(node: LocalNode) -> None:
    """Answer and conclude what is small, and leave the rest to the background; called when records have arrived.

    An answer made here leaves with the reply to the call that brought the question.
    """
    background = _in_background(node)
    checks.wake_paused(node)
    if not background or _small(node):
        step(node, Inline())
    if background and _left(node):
        _start(node)


def wake_once_kept(node: LocalNode) -> None:
    """Wake once what the caller writes is committed: another thread sees nothing of it before."""
    transaction.on_commit(lambda: wake(node), using=node.using)


def _small(node: LocalNode) -> bool:
    questions = Question.objects.using(node.using).filter(holder=node.name, open=True, erased=False)
    steps = questions.aggregate(n=Sum("steps"))["n"] or 0
    asked = Batch.objects.using(node.using).filter(state=BatchState.ASKED, check_of__attended=False)
    came = Answered.objects.using(node.using).filter(question__in=asked.values("question"))
    return steps + (came.aggregate(n=Sum("steps"))["n"] or 0) <= INLINE_STEPS


def _left(node: LocalNode) -> bool:
    if Question.objects.using(node.using).filter(holder=node.name, open=True, erased=False).exists():
        return True
    if publications.waiting(node):
        return True
    batches = Batch.objects.using(node.using).filter(check_of__attended=False)
    running = batches.filter(state=BatchState.NEW, check_of__state=CheckState.RUNNING)
    asked = batches.filter(state=BatchState.ASKED).values("question")
    return running.exists() or Answered.objects.using(node.using).filter(question__in=asked).exists()


def step(node: LocalNode, engine_: Engine) -> int:
    """Do one round of everything that nobody attends to; return how much moved."""
    moved = answer_some(node, engine_) + conclude_some(node, engine_)
    running = Check.objects.using(node.using).filter(state=CheckState.RUNNING, attended=False)
    for check in running.order_by("pk"):
        moved += ask_some(node, engine_, check)
    return moved


def run(node: LocalNode) -> None:
    """Work until nothing moves any more, where the settings say."""
    indexes.prepare(node)
    with engine(settings.COMITY_CONFIG.scheduler) as opened:
        while step(node, opened) + publications.advance(node, opened):
            pass


def _start(node: LocalNode) -> None:
    with _guard:
        running = _threads.get(node.using)
        if running is not None and running.is_alive():
            return
        thread = threading.Thread(target=_work, args=(node,), name="comity-screening", daemon=True)
        _threads[node.using] = thread
        thread.start()


def _work(node: LocalNode) -> None:
    try:
        run(node)
    except Exception:  # noqa: BLE001  # the next record that arrives starts another round
        _log.exception("screening-failed")
    finally:
        connections[node.using].close()
