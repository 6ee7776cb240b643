"""Keep documents as they were last reckoned, for as long as no record of their agreement changes what they rest on.

A document is a function of its agreement's journals.  So what was reckoned holds while the journals have the same sizes
and the same contents are missing; the next record, whoever wrote it, has everything reckoned anew.
"""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import Lock
from typing import Any, Final, TypeVar

from comity.channel.models import Channel, ContentState, Journal, Record
from comity.channel.runtime import LocalNode

MOST: Final = 96
"""Documents and versions held at a time: those of a plan of 5,000 actions take some 60 MB."""
Value = TypeVar("Value")
Mark = tuple[Hashable, ...]

_kept: OrderedDict[Hashable, tuple[Mark, Any]] = OrderedDict()
_guard = Lock()


def mark_of(node: LocalNode, channel: Channel) -> Mark:
    """Return what tells whether anything has changed under an agreement."""
    sizes = Journal.objects.using(node.using).filter(channel=channel).order_by("id").values_list("id", "size")
    lacking = Record.objects.using(node.using).filter(channel=channel, content_state=ContentState.LACKING)
    return (channel.epoch, *sizes, lacking.count())


def kept(key: Hashable, mark: Mark, make: Callable[[], Value]) -> Value:
    """Return what was made under ``key`` and the same mark, or make it."""
    with _guard:
        found = _kept.get(key)
        if found is not None and found[0] == mark:
            _kept.move_to_end(key)
            value: Value = found[1]
            return value
    made = make()
    with _guard:
        _kept[key] = (mark, made)
        _kept.move_to_end(key)
        while len(_kept) > MOST:
            _kept.popitem(last=False)
    return made
