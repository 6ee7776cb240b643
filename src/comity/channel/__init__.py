"""The channel: journals at rest, delivery, ingest, attachments, erasure.

Two doors and no third: `post.post` is the only way out, `exchange.receive` the only way in.
"""
