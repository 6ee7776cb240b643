"""Make small agreements for tests; invented states' nodes, no persons."""

from typing import Any

import msgspec

from comity.protocol.agreement.model import (
    AGREEMENT_V,
    Agreement,
    Authority,
    Clause,
    Clock,
    HandlingRule,
    Named,
    Node,
    OnExpiry,
    Onward,
    PartyTerms,
    Required,
)
from comity.protocol.agreement.reader import write_agreement
from comity.protocol.agreement.terms import Terms, compile_terms
from comity.protocol.canonical import Strict
from comity.protocol.names import UnixMs, parse_instant
from comity.protocol.records import Header, Reality, SealedContent

CHANNEL = "0192f0c1-2345-7abc-8def-0123456789ab"
NOW: UnixMs = parse_instant("2026-11-24T09:00:00.000Z")
NODES = {"DE": "DE.berlin", "QA": "QA.doha", "FR": "FR.paris"}


class Question(Strict):
    """Stand in for a request: what a body with a few fields looks like."""

    question: str = ""
    case_number: str | None = None
    grounds: tuple[str, ...] = ()
    assurance: str | None = None


def line(text: str) -> dict[str, str]:
    return {"en": text}


def party(code: str, **changes: Any) -> PartyTerms:
    authority = f"{code}/POL"
    value = PartyTerms(
        id=code,
        title=line(f"State {code}"),
        role=line("party"),
        time_zone="Europe/Berlin",
        authorities=(Authority(id=authority, title=line(authority), contact_point=True),),
        nodes=(Node(id=NODES[code], fingerprint=f"sha256:{ord(code[0]):064x}", authorities=(authority,)),),
        working_days=(1, 2, 3, 4, 5),
    )
    return msgspec.structs.replace(value, **changes)


def clause(**changes: Any) -> Clause:
    value = Clause(
        id="4(2)",
        title=line("Requests for information"),
        text=line("Either side may ask the other."),
        area="crime",
        types=("cases.request/1", "cases.reply/1"),
        purposes=("prevention", "investigation"),
        handling=HandlingRule(default="h1", allowed=("h0", "h1")),
        retention_days=365,
        onward=Onward.BY_CONSENT,
        required=(Required(field="body.case_number", label=line("case number"), types=("cases.request/1",)),),
        clocks=(
            Clock(
                urgency="urgent",
                title=line("urgent"),
                duration="PT8H",
                on_expiry=OnExpiry.ESCALATE,
                types=("cases.request/1",),
            ),
        ),
    )
    return msgspec.structs.replace(value, **changes)


def agreement(*clauses: Clause, parties: tuple[str, ...] = ("DE", "QA"), **changes: Any) -> Agreement:
    value = Agreement(
        v=AGREEMENT_V,
        channel=CHANNEL,
        version=1,
        title=line("Agreement"),
        preamble=line("The parties agree."),
        authentic=("en",),
        realities=(Reality.ACTUAL,),
        parties=tuple(party(code) for code in parties),
        areas=(Named(id="crime", title=line("Crime")),),
        purposes=(
            Named(id="prevention", title=line("Prevention")),
            Named(id="investigation", title=line("Investigation")),
        ),
        handling_codes=(Named(id="h0", title=line("H0")), Named(id="h1", title=line("H1"))),
        clauses=clauses or (clause(),),
        effective="2026-01-01T00:00:00.000Z",
    )
    return msgspec.structs.replace(value, **changes)


def terms(*clauses: Clause, **changes: Any) -> Terms:
    return compile_terms(write_agreement(agreement(*clauses, **changes)))


def header(of: Terms, **changes: Any) -> Header:
    value = Header(
        v="comity/v1/record",
        id="0192f0c1-2345-7abc-8def-0123456789ac",
        channel=CHANNEL,
        type="cases.request/1",
        author="QA.doha",
        authority="QA/POL",
        to=("DE.berlin",),
        time="2026-11-24T09:00:00.000Z",
        content=SealedContent(commitment=bytes(32), size=100),
        agreement=of.digest,
        clause="4(2)",
        purpose="prevention",
        handling="h1",
        urgency="urgent",
        officer="officer1",
    )
    return msgspec.structs.replace(value, **changes)
