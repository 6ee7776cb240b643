"""Leave items out of a pack.  Anybody may, without a node; what stays still verifies."""

from collections.abc import Collection, Iterator

from comity.protocol.errors import MalformedError
from comity.protocol.packs.format import LEFT_OUT, MAGIC, PRESENT, Reader, item_name
from comity.protocol.packs.frames import PackBrokenError, open_body, read_manifest, read_presence, read_trailer


def redact(stream: Reader, leave_out: Collection[str]) -> Iterator[bytes]:
    """Yield the pack in ``stream`` without the named items.

    Raises `MalformedError` for a name the pack does not have, and `PackBrokenError` where the pack itself is damaged:
    a damaged pack is evidence of something else and is not to be passed on as redacted.
    """
    raw, manifest = read_manifest(stream)
    names = [item_name(item) for item in manifest.items]
    if not set(leave_out) <= set(names):
        raise MalformedError("The pack has no item of that name.", "List the names with: comity pack verify --items")
    yield MAGIC + len(raw).to_bytes(4) + raw
    for item, name in zip(manifest.items, names, strict=True):
        if not read_presence(stream, name):
            yield LEFT_OUT
            continue
        body = open_body(stream, item, name)
        if name in leave_out:
            yield LEFT_OUT
        else:
            yield PRESENT
            yield from body.blocks()
        if not body.matches():
            raise PackBrokenError(name, "it is not what the manifest lists")
    trailer, _ = read_trailer(stream)
    yield len(trailer).to_bytes(4) + trailer
