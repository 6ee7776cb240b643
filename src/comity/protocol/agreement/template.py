"""Fill a template: an agreement's text without channel, nodes and dates, as people draft it before nodes are paired."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from comity.protocol.agreement.errors import AgreementFaultError
from comity.protocol.agreement.model import AGREEMENT_LIMIT, AGREEMENT_V, Agreement, Node
from comity.protocol.agreement.reader import check_agreement, write_agreement
from comity.protocol.errors import MalformedError, TooLargeError

_OURS = ("v", "channel", "version", "previous", "effective", "expires")


def fill(
    template: bytes,
    *,
    channel: str,
    nodes: Mapping[str, Sequence[Node]],
    effective: str,
    expires: str | None = None,
) -> Agreement:
    """Return version 1 of the agreement that ``template`` (JSON, laid out as its author likes) becomes for ``channel``.

    ``nodes`` gives each party's installations.  Raises `TooLargeError`, `MalformedError` and `AgreementFaultError`.
    """
    if len(template) > 2 * AGREEMENT_LIMIT:
        raise TooLargeError(f"A template of {len(template)} bytes; at most {2 * AGREEMENT_LIMIT} are allowed.")
    try:
        draft: dict[str, Any] = msgspec.json.decode(template, type=dict)
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        raise MalformedError("The template is not valid JSON.", "Check its commas and brackets.") from None
    taken = [name for name in _OURS if name in draft]
    if taken:
        raise AgreementFaultError(f"the template, {taken[0]}", "this is filled in for each channel.", "Leave it out.")
    parties = draft.get("parties")
    for party in parties if isinstance(parties, list) else ():
        if isinstance(party, dict):
            party["nodes"] = msgspec.to_builtins(list(nodes.get(str(party.get("id")), ())))
    draft |= {"v": AGREEMENT_V, "channel": channel, "version": 1, "effective": effective}
    if expires is not None:
        draft["expires"] = expires
    try:
        agreement = msgspec.convert(draft, Agreement, strict=True)
    except msgspec.ValidationError as error:
        raise MalformedError(f"The template does not make an agreement: {error}.", "Correct the template.") from None
    check_agreement(agreement)
    return agreement


def text_of_draft(draft: bytes) -> bytes:
    """Return the canonical text of an agreement that its author laid out otherwise (JSON with line breaks, say).

    Raises `TooLargeError`, `MalformedError` and `AgreementFaultError`.
    """
    if len(draft) > 2 * AGREEMENT_LIMIT:
        raise TooLargeError(f"A draft of {len(draft)} bytes; at most {2 * AGREEMENT_LIMIT} are allowed.")
    try:
        agreement = msgspec.json.decode(draft, type=Agreement, strict=True)
    except msgspec.ValidationError as error:
        raise MalformedError(f"The draft is no agreement: {error}.", "Correct it there.") from None
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        raise MalformedError("The draft is not valid JSON.", "Check its commas and brackets.") from None
    return write_agreement(agreement)
