"""Write a short agreement for tests: two clauses, as many parties as there are nodes."""

from collections.abc import Sequence

from comity.channel.runtime import LocalNode
from comity.protocol.agreement import model as m
from comity.protocol.agreement.reader import write_agreement
from comity.protocol.names import hex_digest, party_of
from comity.protocol.records import Reality

EFFECTIVE = "2026-01-01T00:00:00.000Z"


def line(text: str) -> dict[str, str]:
    """Return a text in the one language of the test agreement."""
    return {"en": text}


def party(node: LocalNode) -> m.PartyTerms:
    """Return a party that acts through one node."""
    name = party_of(node.name)
    authorities = node.keys.public.identity.authorities
    return m.PartyTerms(
        id=name,
        title=line(f"State {name}"),
        role=line("party"),
        time_zone="UTC",
        authorities=tuple(
            m.Authority(id=one, title=line(one), contact_point=at == 0) for at, one in enumerate(authorities)
        ),
        nodes=(m.Node(id=node.name, fingerprint=hex_digest(node.keys.public.fingerprint), authorities=authorities),),
        working_days=(1, 2, 3, 4, 5),
    )


def clauses() -> tuple[m.Clause, ...]:
    """Return the clauses: requests need a case number, answers need nothing more."""
    handling = m.HandlingRule(default="h1", allowed=("h0", "h1"))
    purposes = ("criminal-investigation", "prevention")
    clocks = tuple(
        m.Clock(urgency=name, title=line(name), duration=time, on_expiry=m.OnExpiry.ESCALATE)
        for name, time in (("urgent", "PT8H"), ("normal", "P7D"))
    )
    case_number = m.Required(field="body.case_number", label=line("case number"))
    asking = m.Clause(
        id="4(2)",
        title=line("Requests"),
        text=line("Either side may ask."),
        area="crime",
        types=("cases.request/1",),
        purposes=purposes,
        handling=handling,
        retention_days=365,
        onward=m.Onward.BY_CONSENT,
        required=(case_number,),
        clocks=clocks,
    )
    answering = m.Clause(
        id="4(4)",
        title=line("Answers"),
        text=line("The side asked answers or refuses."),
        area="crime",
        types=("cases.reply/1", "cases.refusal/1"),
        purposes=purposes,
        handling=handling,
        retention_days=365,
        onward=m.Onward.BY_CONSENT,
    )
    return asking, answering


def agreement(
    nodes: Sequence[LocalNode], channel: str, *, version: int = 1, previous: str | None = None, note: str = ""
) -> bytes:
    """Return the text of an agreement between ``nodes``."""
    return write_agreement(
        m.Agreement(
            v="comity/v1/agreement",
            channel=channel,
            version=version,
            title=line("Test agreement " + note),
            preamble=line("An agreement for tests."),
            authentic=("en",),
            realities=(Reality.ACTUAL, Reality.EXERCISE),
            parties=tuple(party(node) for node in nodes),
            areas=(m.Named(id="crime", title=line("Crime")),),
            purposes=(
                m.Named(id="criminal-investigation", title=line("Criminal investigation")),
                m.Named(id="prevention", title=line("Prevention")),
            ),
            handling_codes=(m.Named(id="h0", title=line("H0")), m.Named(id="h1", title=line("H1"))),
            clauses=clauses(),
            effective=EFFECTIVE,
            previous=previous,
        )
    )
