"""Keep documents as they were last reckoned, for as long as no record of their agreement changes what they rest on.

A document is a function of its agreement's journals.  So what was reckoned holds while the journals have the same sizes
and the same contents are missing.  A document in which all is decided holds longer: until somebody acts upon it again.
"""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from threading import Lock
from typing import Any, Final, Protocol, TypeVar

from comity.channel.models import Channel, ContentState, Journal, Record
from comity.channel.runtime import LocalNode
from comity.concurrence import access

MOST: Final = 192
"""Documents, versions and rows held at a time: those of a plan of 5,000 actions take some 60 MB."""
Value = TypeVar("Value")
Mark = tuple[Hashable, ...]


class Lasting(Protocol):
    """Be what was reckoned of one document."""

    @property
    def holds_until(self) -> int:
        """Return until when nothing but a further act upon the document changes it (`DocumentView.holds_until`)."""


Long = TypeVar("Long", bound=Lasting)


@dataclass(slots=True)
class _Held:
    """Hold what was made under a mark; ``stamp`` is that of the document it was made of."""

    mark: Mark
    value: Any
    stamp: Hashable = None
    until: int = 0


_held: OrderedDict[Hashable, _Held] = OrderedDict()
_guard = Lock()


def mark_of(node: LocalNode, channel: Channel) -> Mark:
    """Return what tells whether anything has changed under an agreement."""
    sizes = list(Journal.objects.using(node.using).filter(channel=channel).order_by("id").values_list("id", "size"))
    # By journals, as the index of what is missing has them: an agreement has hundreds of thousands of records.
    journals = [journal for journal, _size in sizes]
    lacking = Record.objects.using(node.using).filter(journal_id__in=journals, content_state=ContentState.LACKING)
    return (channel.epoch, *sizes, lacking.count())


def kept(key: Hashable, mark: Mark, make: Callable[[], Value]) -> Value:
    """Return what was made under ``key`` and the same mark, or make it."""
    found = _find(key)
    if found is not None and found.mark == mark:
        value: Value = found.value
        return value
    made = make()
    _hold(key, _Held(mark, made))
    return made


def lasting(
    node: LocalNode, channel: Channel, uuid: str, key: Hashable, mark: Mark, make: Callable[[], Long | None]
) -> Long | None:
    """Return what was made of a document under the same mark, or with no act upon it since, or make it."""
    whole = (node.using, channel.uuid, uuid, key)
    found = _find(whole)
    value: Long | None
    if found is not None and found.mark == mark:
        value = found.value
        return value
    # The stamp is taken before the document is reckoned: an act in between has it reckoned once more, never once less.
    stamp = (channel.epoch, stamps(node, channel, mark).get(uuid))
    if found is not None and found.stamp == stamp and node.clock() <= found.until:
        found.mark = mark
        value = found.value
    else:
        value = make()
        _hold(whole, _Held(mark, value, stamp, value.holds_until if value is not None else 0))
    return value


def stamps(node: LocalNode, channel: Channel, mark: Mark) -> dict[str, tuple[int, int]]:
    """Return the stamps of all documents of an agreement."""
    return kept((node.using, channel.uuid, "stamps"), mark, lambda: access.stamps(node, channel))


def _find(key: Hashable) -> _Held | None:
    with _guard:
        found = _held.get(key)
        if found is not None:
            _held.move_to_end(key)
        return found


def _hold(key: Hashable, one: _Held) -> None:
    with _guard:
        _held[key] = one
        _held.move_to_end(key)
        while len(_held) > MOST:
            _held.popitem(last=False)
