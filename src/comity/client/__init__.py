"""Let another program work at a node: read cases, ask, answer, release, search.  Uses the REST interface alone.

It imports nothing else of Comity, and can be taken out of it.
"""

from comity.client.cases import Client
from comity.client.connection import CallFailedError, Connection
from comity.client.shapes import Case, Draft, Finding, Hit, Line, Record, Sent

__all__ = ["CallFailedError", "Case", "Client", "Connection", "Draft", "Finding", "Hit", "Line", "Record", "Sent"]
