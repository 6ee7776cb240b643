"""Ship an example agreement between Qatar and Germany: invented, marked as such, and complete enough to work under."""

from importlib import resources
from typing import Final

from comity.protocol.agreement.model import Agreement, Node
from comity.protocol.agreement.template import fill

NAME: Final = "qatar-germany.json"
AUTHORITIES: Final = {
    "QA": ("QA/MOI", "QA/NCSA"),
    "DE": ("DE/BKA", "DE/BMI", "DE/BPOL", "DE/BSI"),
}
"""The authorities that act through each party's one node in the example."""


def example_template() -> bytes:
    """Return the template; `fill` makes an agreement of it for real nodes."""
    return resources.files(__name__).joinpath(NAME).read_bytes()


def example_agreement(channel: str, nodes: dict[str, tuple[str, str]], effective: str) -> Agreement:
    """Return the example for ``channel``; ``nodes`` gives each party's node name and the fingerprint of its identity.

    Raises what `fill` raises.
    """
    named = {
        party: [Node(id=name, fingerprint=fingerprint, authorities=AUTHORITIES[party])]
        for party, (name, fingerprint) in nodes.items()
    }
    return fill(example_template(), channel=channel, nodes=named, effective=effective)


def sample() -> Agreement:
    """Return the example between two nodes that do not exist, for reading it before any node is paired."""
    nodes = {"QA": ("QA.doha", "sha256:" + "0" * 64), "DE": ("DE.berlin", "sha256:" + "1" * 64)}
    return example_agreement("00000000-0000-7000-8000-000000000000", nodes, "2026-01-01T00:00:00.000Z")
