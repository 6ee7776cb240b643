"""Single cases of crossing, lateness and bad faith, written as journals: what each side must conclude."""

from collections.abc import Mapping, Sequence

from comity.concurrence.clocks import Term
from comity.concurrence.entries import Answered, Disposed, Entry, Item, Passed, Proposed, Taken, Timer, Verdict
from comity.concurrence.ledger import Ledger
from comity.concurrence.reckoning import Reckoning, Status, Withdrawal
from comity.concurrence.stances import StanceKind
from comity.protocol.agreement.model import OnExpiry
from comity.protocol.names import UnixMs

A, B, C = "DE.berlin", "FR.paris", "QA.doha"
YES, NO = Verdict.CONCUR, Verdict.OBJECT
Step = Item | tuple[int, Item]
Journal = Sequence[Step]


def reckon(journals: Mapping[str, Journal]) -> Reckoning:
    """Reckon from journals; a number before an item is its author's time, otherwise it is 0."""
    entries = {
        name: [
            Entry(place, UnixMs(one[0] if isinstance(one, tuple) else 0), one[1] if isinstance(one, tuple) else one)
            for place, one in enumerate(journal)
        ]
        for name, journal in journals.items()
    }
    return Reckoning(Ledger(tuple(journals), entries), lambda chain, uid: uid != "void")


def took(*uids: str) -> list[Step]:
    return [Disposed(uid, accepted=True) for uid in uids]


def timer(end: OnExpiry) -> Timer:
    return Timer(end, {name: Term(10, (), end) for name in (A, B, C)})


def p(uid: str = "p", base: str | None = None, end: OnExpiry | None = None) -> Proposed:
    return Proposed(uid, base, uid, timer=timer(end) if end else None)


def test_concurrence_counts_once_its_author_s_node_has_accepted_it() -> None:
    before = reckon({A: [p()], B: [*took("p"), Answered("y", "p", YES)]})
    assert before.outcomes()["p"].stances[B].kind is StanceKind.PENDING
    after = reckon({A: [p(), *took("y")], B: [*took("p"), Answered("y", "p", YES)]})
    assert after.chain == ("p",)


def test_withdrawal_wins_if_it_stands_before_the_receipt_of_the_concurrence() -> None:
    theirs = [*took("p"), Answered("y", "p", YES), *took("w")]
    early = reckon({A: [p(), Taken("w", "p"), *took("y")], B: theirs})
    assert early.outcomes()["p"].status is Status.WITHDRAWN
    late = reckon({A: [p(), *took("y"), Taken("w", "p")], B: theirs})
    assert late.chain == ("p",)
    assert late.withdrawal("p") is Withdrawal.LATE


def test_withdrawal_is_left_open_where_the_author_knew_more_than_this_node() -> None:
    seen_by_third = reckon({A: [p(), *took("y"), Taken("w", "p")], B: [*took("p")], C: took("p", "w")})
    assert seen_by_third.withdrawal("p") is Withdrawal.OPEN
    assert seen_by_third.outcomes()["p"].status is not Status.WITHDRAWN


def test_second_support_of_one_signer_waits_for_the_death_of_the_first() -> None:
    theirs = [*took("p", "q"), Answered("y", "p", YES), Answered("z", "q", YES)]
    both = {A: [p("p"), p("q"), *took("y", "z")], B: theirs}
    assert reckon(both).chain == ("p",)
    crossing = reckon(
        {
            A: [p("p"), *took("q"), Answered("a", "q", YES), *took("b")],
            B: [p("q"), *took("p"), Answered("b", "p", YES), *took("a")],
        }
    )
    assert crossing.chain == ()
    assert {one.status for one in crossing.outcomes().values()} == {Status.BLOCKED}


def test_support_waits_until_everything_its_signer_knew_is_known_here() -> None:
    theirs = [*took("p", "unseen"), Answered("y", "p", YES)]
    assert reckon({A: [p(), *took("y")], B: theirs}).chain == ()


def test_answer_before_the_first_record_dated_after_the_end_counts_and_one_behind_it_does_not() -> None:
    def outcome(*theirs: Step) -> Status:
        journals = {A: [p(end=OnExpiry.LAPSE), *took("y")], B: [*took("p"), *theirs]}
        return reckon(journals).outcomes()["p"].status

    assert outcome((10, Answered("y", "p", YES))) is Status.IN_FORCE
    assert outcome((11, Answered("y", "p", YES))) is Status.LAPSED
    assert outcome((11, Passed()), (9, Answered("y", "p", YES))) is Status.LAPSED
    assert outcome((9, Answered("y", "p", NO)), (99, Passed())) is Status.OBJECTED


def test_late_answer_still_counts_where_the_clause_only_escalates() -> None:
    journals = {A: [p(end=OnExpiry.ESCALATE), *took("y")], B: [*took("p"), (50, Passed())]}
    waiting = reckon(journals).outcomes()["p"]
    assert (waiting.status, waiting.stances[B].escalated) == (Status.LIVE, True)
    journals[B] = [*journals[B], (60, Answered("y", "p", YES))]
    assert reckon(journals).chain == ("p",)


def test_silence_agrees_only_when_both_journals_show_that_the_time_has_passed() -> None:
    ours: list[Step] = [p(end=OnExpiry.DEEMED_AGREED)]
    theirs: list[Step] = [*took("p"), (11, Passed())]
    assert reckon({A: ours, B: theirs}).chain == ()
    assert reckon({A: [*ours, (11, Passed())], B: took("p")}).chain == ()
    assert reckon({A: [*ours, (11, Passed())], B: theirs}).chain == ("p",)


def test_whoever_refuses_an_objection_gains_no_silence_by_it() -> None:
    ours: list[Step] = [p(end=OnExpiry.DEEMED_AGREED), Disposed("n", accepted=False), (11, Passed())]
    theirs: list[Step] = [*took("p"), Answered("n", "p", NO), (11, Passed())]
    one = reckon({A: ours, B: theirs}).outcomes()["p"]
    assert (one.status, one.stances[B].kind) == (Status.LIVE, StanceKind.WAITING)
    again = reckon({A: [*ours, *took("m")], B: [*theirs, (70, Answered("m", "p", NO))]})
    assert again.outcomes()["p"].status is Status.OBJECTED


def test_first_answer_counts_and_a_second_one_changes_nothing() -> None:
    theirs = [*took("p"), Answered("n", "p", NO), Answered("y", "p", YES)]
    assert reckon({A: [p(), *took("n", "y")], B: theirs}).outcomes()["p"].status is Status.OBJECTED


def test_proposal_refused_by_one_node_is_dead_for_all_and_so_is_one_that_does_not_fit() -> None:
    theirs = [*took("p"), Answered("y", "p", YES)]
    refused = reckon({A: [p(), *took("y")], B: theirs, C: [Disposed("p", accepted=False), *took("y")]})
    assert refused.outcomes()["p"].status is Status.REFUSED
    void = reckon({A: [p("void"), *took("y")], B: [*took("void"), Answered("y", "void", YES)]})
    assert void.outcomes()["void"].status is Status.VOID


def test_rival_of_what_has_come_into_force_is_stale_and_one_upon_it_is_live() -> None:
    theirs = [*took("p"), Answered("y", "p", YES), p("late"), *took("next")]
    done = reckon({A: [p(), *took("y"), *took("late"), p("next", base="p")], B: theirs})
    statuses = {uid: one.status for uid, one in done.outcomes().items()}
    assert statuses == {"p": Status.IN_FORCE, "late": Status.STALE, "next": Status.LIVE}


def test_nobody_but_its_author_withdraws_a_proposal_and_its_author_does_not_answer_it() -> None:
    one = reckon({A: [p(), Answered("y", "p", YES), *took("w")], B: [*took("p", "y"), Taken("w", "p")]})
    assert one.outcomes()["p"].status is Status.LIVE
    assert one.withdrawal("p") is Withdrawal.NONE
