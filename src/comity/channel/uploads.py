"""Let go of attachments that were encrypted for a draft and never sent."""

from comity.channel.blobs import blob_path
from comity.channel.models import Blob, BlobUse
from comity.channel.runtime import LocalNode


def let_go(node: LocalNode, blob_id: str) -> None:
    """Delete an attachment that no record names; one that travels, or has travelled, is left alone."""
    if BlobUse.objects.using(node.using).filter(blob_id=blob_id).exists():
        return
    blob_path(node, blob_id).unlink(missing_ok=True)
    Blob.objects.using(node.using).filter(id=blob_id).delete()
