"""Keep drafts of every area: sealed, versioned, handed over for release, and gone once they are sent."""

from dataclasses import dataclass

from django.db.models import F

from comity.channel.runtime import LocalNode
from comity.desk import vault
from comity.desk.errors import ChangedError
from comity.desk.models import Draft, DraftState
from comity.protocol.errors import ComityError


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """Hold a draft as it was read: where it belongs, whose it is, and its opened content."""

    uid: str
    channel: str
    area: str
    type: str
    case: str
    answers: str
    reality: str
    owner: str
    state: DraftState
    version: int
    content: bytes
    changed_ms: int


def begin(node: LocalNode, draft: Kept) -> None:
    """Keep a new draft."""
    now = node.clock()
    Draft.objects.using(node.using).create(
        uid=draft.uid,
        channel=draft.channel,
        area=draft.area,
        type=draft.type,
        case=draft.case,
        answers=draft.answers,
        reality=draft.reality,
        owner=draft.owner,
        state=draft.state,
        sealed=vault.seal(node, draft.uid, draft.content),
        created_ms=now,
        changed_ms=now,
    )


def change(node: LocalNode, draft: Kept, content: bytes, state: DraftState | None = None) -> None:
    """Replace a draft's content (and state).  Raises `ChangedError` if it is no longer the one that was read."""
    changed = (
        Draft.objects.using(node.using)
        .filter(uid=draft.uid, version=draft.version)
        .update(
            sealed=vault.seal(node, draft.uid, content),
            state=state or draft.state,
            version=F("version") + 1,
            changed_ms=node.clock(),
        )
    )
    if not changed:
        raise ChangedError("The draft was changed meanwhile.")


def remove(node: LocalNode, draft: Kept) -> None:
    """Delete a draft: sent, or discarded.  Raises `ChangedError` if it is no longer the one that was read."""
    deleted, _ = Draft.objects.using(node.using).filter(uid=draft.uid, version=draft.version).delete()
    if not deleted:
        raise ChangedError("The draft was changed or sent meanwhile.")


def find(node: LocalNode, channel: str, area: str, uid: str) -> Kept | None:
    """Return a draft of an area under one agreement, if there is one and it opens."""
    row = Draft.objects.using(node.using).filter(channel=channel, area=area, uid=uid).first()
    return None if row is None else _kept(node, row)


def locked(node: LocalNode, channel: str, area: str, uid: str) -> Kept | None:
    """Return a draft and keep others from changing it until the caller's transaction ends."""
    rows = Draft.objects.using(node.using).select_for_update()
    row = rows.filter(channel=channel, area=area, uid=uid).first()
    return None if row is None else _kept(node, row)


def written_by(node: LocalNode, channel: str, area: str, owner: str, limit: int) -> list[Kept]:
    """Return an officer's drafts, the latest first, those that wait for release among them."""
    rows = Draft.objects.using(node.using).filter(channel=channel, area=area, owner=owner)
    return _all(node, list(rows.order_by("-changed_ms")[:limit]))


def waiting(node: LocalNode, channel: str, area: str, limit: int) -> list[Kept]:
    """Return what waits for a second person, the oldest first."""
    rows = Draft.objects.using(node.using).filter(channel=channel, area=area, state=DraftState.WAITING)
    return _all(node, list(rows.order_by("changed_ms")[:limit]))


def _all(node: LocalNode, rows: list[Draft]) -> list[Kept]:
    found = (_kept(node, row) for row in rows)
    return [one for one in found if one is not None]


def _kept(node: LocalNode, row: Draft) -> Kept | None:
    try:
        content = vault.unseal(node, row.uid, bytes(row.sealed))
    except ComityError:
        return None
    return Kept(
        uid=row.uid,
        channel=row.channel,
        area=row.area,
        type=row.type,
        case=row.case,
        answers=row.answers,
        reality=row.reality,
        owner=row.owner,
        state=DraftState(row.state),
        version=row.version,
        content=content,
        changed_ms=row.changed_ms,
    )
