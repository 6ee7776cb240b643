"""Know whether there is room for an attachment, and let go of those that were encrypted for a draft and never sent."""

import shutil
from typing import Final

from comity.channel.blobs import blob_path
from comity.channel.models import Blob, BlobUse
from comity.channel.runtime import LocalNode

KEEP_FREE: Final = 512 * 1024**2
"""What must stay free on disk: a full disk would stop the journals."""


def room_for(node: LocalNode) -> int:
    """Return how many bytes a new attachment may have."""
    return max(0, shutil.disk_usage(node.home).free - KEEP_FREE)


def let_go(node: LocalNode, blob_id: str) -> None:
    """Delete an attachment that no record names; one that travels, or has travelled, is left alone."""
    if BlobUse.objects.using(node.using).filter(blob_id=blob_id).exists():
        return
    blob_path(node, blob_id).unlink(missing_ok=True)
    Blob.objects.using(node.using).filter(id=blob_id).delete()
