"""Let a person decide about a hit: ask the partner in a case, say what came of it, and tell the rule's counts."""

from collections import Counter
from typing import Final

from django.db import transaction
from django.utils.translation import gettext as _

from comity.channel import agreements
from comity.channel.models import Channel
from comity.channel.post import post
from comity.channel.runtime import LocalNode
from comity.desk import drafts
from comity.desk.drafts import Kept
from comity.desk.models import DraftState
from comity.matching import EXPLANATIONS, Rule
from comity.protocol.agreement.model import Clause
from comity.protocol.agreement.terms import Terms
from comity.protocol.canonical import encode
from comity.protocol.records import Reality
from comity.screening import checks, clearing
from comity.screening.acting import Actor, clause_for, draft, under
from comity.screening.errors import CheckError
from comity.screening.models import Check, Hit, HitState
from comity.screening.records import OUTCOME, Counted, Finding, Outcome
from comity.screening.subjects import Subject, unseal

REQUEST: Final = "cases.request/1"


def find(node: LocalNode, hit_id: int, channel: str) -> Hit:
    """Return a hit under an agreement.  Raises `CheckError`."""
    rows = Hit.objects.using(node.using).select_related("batch__check_of")
    hit = rows.filter(pk=hit_id, batch__check_of__channel=channel).first()
    if hit is None:
        raise CheckError("There is no such hit.")
    return hit


def subject(node: LocalNode, hit: Hit) -> Subject:
    """Return the asker's own row that a hit is about.  Raises `CheckError` once it is erased."""
    batch = hit.batch
    if batch.rows is None:
        raise CheckError("The row was erased.", "Check the person again.")
    return unseal(node, checks.place(batch.check_of.uid, batch.first), bytes(batch.rows))[hit.row - batch.first]


def rules_of(hit: Hit) -> tuple[Rule, ...]:
    """Return the rules by which a hit came about, the strongest first."""
    return tuple(Rule(tag) for tag in hit.rules.split(","))


def request(node: LocalNode, channel: Channel, hit: Hit, actor: Actor, language: str) -> Kept:
    """Begin a draft of a request about a hit, in the case of its check, or in one of its own.

    The draft names list, reference and rules; whom it is about the officer adds, or does not.  Raises `CheckError`.
    """
    check = hit.batch.check_of
    uid = node.new_id()
    terms = agreements.terms_in_force(node, channel)
    asking = _asking(terms, check)
    kept = Kept(
        uid=uid,
        channel=channel.uuid,
        area="cases",
        type=REQUEST,
        case=check.case,
        answers="",
        reality=check.reality,
        owner=actor.officer or "",
        state=DraftState.WRITING,
        version=1,
        # The fields of a draft of cases, by name; areas meet in this form, and neither imports the other.
        content=encode(_filled(check, hit, asking, language)),
        changed_ms=0,
    )
    with transaction.atomic(using=node.using):
        drafts.begin(node, kept)
        rows = Hit.objects.using(node.using).filter(pk=hit.pk, state__in=(HitState.OPEN, HitState.REQUESTED))
        if not rows.update(state=HitState.REQUESTED, case=check.case or uid):
            raise CheckError("The hit was reviewed already.", "Open it again first.")
    return kept


def _asking(terms: Terms, check: Check) -> Clause:
    """Return the clause to ask under: one of the check's area and purpose if there is one, else the first."""
    area = terms.clauses[check.clause].clause.area if check.clause in terms.clauses else ""
    fitting = [one.clause for one in terms.clauses.values() if REQUEST in one.clause.types]
    fitting.sort(key=lambda one: (one.area != area, check.purpose not in one.purposes))
    return fitting[0] if fitting else clause_for(terms, REQUEST)


def _filled(check: Check, hit: Hit, asking: Clause, language: str) -> dict[str, str]:
    rules = "; ".join(EXPLANATIONS[rule] for rule in rules_of(hit))
    values = {"list": check.list_id, "reference": hit.reference, "rules": rules}
    purpose = check.purpose if check.purpose in asking.purposes else ""
    filled = {
        "to": check.holder,
        "clause": asking.id,
        "purpose": purpose,
        "language": language,
        "subject": _("Unverified match in list %(list)s, reference %(reference)s") % values,
        "question": _(
            "A blind comparison gave an unverified match in your list %(list)s under the reference %(reference)s "
            "(%(rules)s). Please say what you hold under this reference, so that a person here can compare."
        )
        % values,
    }
    return {name: value for name, value in filled.items() if value}


def decide(node: LocalNode, hit: Hit, finding: Finding, reason: str, officer: str) -> int:
    """Note what a person found; another person is cleared of the reference. Return by how many marks it holds on.

    Raises `CheckError` without a reason.
    """
    if not reason.strip():
        raise CheckError("Say why.", "Write a sentence: what was compared, and with what.")
    check = hit.batch.check_of
    with transaction.atomic(using=node.using):
        rows = Hit.objects.using(node.using).filter(pk=hit.pk, told=False)
        changed = rows.update(state=HitState.REVIEWED, finding=finding.value, officer=officer, decided_ms=node.clock())
        if not changed:
            raise CheckError("What was found about this hit was told to the partner already.")
        about = subject(node, hit)
        clearing.withdraw(node, check, hit.reference, about)
        if finding is not Finding.DIFFERENT:
            return 0
        return clearing.clear(node, check, hit.reference, about, reason.strip()[:2000], officer)


def reopen(node: LocalNode, hit: Hit) -> None:
    """Let a hit wait for a person again, and end the clearance that covered it."""
    with transaction.atomic(using=node.using):
        clearing.withdraw(node, hit.batch.check_of, hit.reference, subject(node, hit))
        Hit.objects.using(node.using).filter(pk=hit.pk).update(
            state=HitState.OPEN, finding="", officer="", decided_ms=None
        )


def tell(node: LocalNode, channel: Channel, holder: str, list_id: str, actor: Actor) -> str | None:
    """Tell the partner what reviews of its list found since the last time, as counts by rule; nothing if none did.

    Raises `CheckError` or `NotPermittedError`.
    """
    with transaction.atomic(using=node.using):
        rows = (
            Hit.objects.using(node.using)
            .select_for_update()
            .filter(
                batch__check_of__channel=channel.uuid,
                batch__check_of__holder=holder,
                batch__check_of__list_id=list_id,
                state=HitState.REVIEWED,
                told=False,
            )
        )
        hits = list(rows.select_related("batch__check_of"))
        if not hits:
            return None
        counts = Counter((tag, hit.finding) for hit in hits for tag in hit.rules.split(","))
        counted = tuple(
            Counted(rule=tag, finding=Finding(found), count=n) for (tag, found), n in sorted(counts.items())
        )
        check = hits[0].batch.check_of
        where = under(node, channel, OUTCOME, Reality(check.reality), purpose=check.purpose)
        body = Outcome(list_id=list_id, counts=counted)
        (placed,) = post(node, channel, [draft(OUTCOME, body, (holder,), where, actor)])
        Hit.objects.using(node.using).filter(pk__in=[one.pk for one in hits]).update(told=True)
        return placed.uid
