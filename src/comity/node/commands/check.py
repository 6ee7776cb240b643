"""Check persons against partners' lists, blind: ``comity check PERSON|FILE``."""

import json
import sys
import time
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from comity.node.bring_up import open_node
from comity.node.cli import Context
from comity.node.commands.screening import (
    actor,
    agreement_option,
    end_line,
    format_option,
    officer_option,
    progress,
    read_entries,
    released_option,
    say_errors,
    scheduler_of,
    scheduler_option,
    the_channel,
    unit_of,
)
from comity.node.exits import LATER, REFUSED

if TYPE_CHECKING:
    from comity.channel.models import Channel
    from comity.channel.runtime import LocalNode
    from comity.screening.models import Check
    from comity.screening.subjects import Subject

FIRST_PAUSE_S = 0.002
LONGEST_PAUSE_S = 0.25


@click.command()
@click.argument("person", metavar="PERSON|FILE", required=False)
@click.option("--born", default="", help="YYYY-MM-DD, YYYY-MM, YYYY or YYYY~YYYY.")
@click.option("--sex", type=click.Choice(["F", "M", "X"]), help="As in the travel document.")
@click.option("--nationality", multiple=True, help="ISO 3166-1 code of three letters.")
@click.option("--alias", multiple=True, help="Another name of the same person.")
@click.option("--document", multiple=True, metavar="KIND:STATE:NUMBER", help="KIND: P, I, V or L (plate).")
@format_option
@click.option("--list", "list_id", help="Ask about this list alone; default: every list that partners published.")
@click.option("--purpose", default="", help="Default: the first that the clause permits.")
@click.option("--case", default="", metavar="UUID", help="The case that the check belongs to; partners do not see it.")
@click.option("--resume", metavar="CHECK", help="Go on with a check that was cut off, instead of a new one.")
@click.option("--open", "opened", metavar="CHECK", help="Print what opens a check to an auditor; it names the persons.")
@click.option(
    "--examine",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Compare what an asker opened with the questions in the journal; either side can.",
)
@click.option("--wait", type=float, default=60.0, show_default=True, help="Seconds to wait while nothing moves.")
@agreement_option
@officer_option
@released_option
@scheduler_option
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.pass_obj
def check(
    context: Context,
    /,
    person: str | None,
    *,
    as_json: bool,
    wait: float,
    resume: str | None,
    opened: str | None,
    examine: Path | None,
    **said: Any,  # noqa: ANN401  # options by name
) -> None:
    """Ask partners whether they list PERSON, or any row of FILE, without showing about whom; the node must run.

    A hit is not verified and no finding: a person compares, and asks under the reference in a case. Ends with 0 when
    every row was looked up, hit or not; with 75 when the check can go on later; with 1 when rows could not be.
    """
    if sum(one is not None for one in (person, resume, opened, examine)) != 1:
        raise click.UsageError("Name a person or a file, or one of --resume, --open and --examine.")
    node = open_node(context.home)
    if opened is not None or examine is not None:
        _audit(node, the_channel(node, said["agreement"]), opened, examine)
        return
    begun = [_resumed(node, resume)] if resume else _begin(node, person or "", said)
    for one in begun:
        click.echo(f"{one.list_id} of {one.holder}: check {one.uid}, {one.rows} rows", err=True)
        _attend(node, one, said["scheduler"], wait)
    found = [_report(node, one.uid) for one in begun]
    if as_json:
        click.echo(json.dumps({"checks": found}))
    else:
        for each in found:
            _say(each)
    sys.exit(max(_exit_code(one) for one in found))


def _exit_code(found: dict[str, Any]) -> int:
    if found["state"] != "done":
        return LATER
    return REFUSED if found["failed"] else 0


def _audit(node: "LocalNode", channel: "Channel", opened: str | None, examine: Path | None) -> None:
    from comity.screening import checks, openings

    if opened is not None:
        click.echo(openings.write(node, channel, checks.find(node, opened)))
        return
    assert examine is not None  # noqa: S101  # the caller looked; for the type checker
    for one in openings.examine(node, channel, examine.read_bytes().strip()):
        click.echo(f"question {one.question}: in the journal, and about these keys")
        for tag, text in one.keys:
            click.echo(f"  {tag} {text}")


def _begin(node: "LocalNode", person: str, said: dict[str, Any]) -> "list[Check]":
    from comity.screening import checks, indexes
    from comity.screening.checks import Wanted

    channel = the_channel(node, said["agreement"])
    subjects, attended = _subjects(person, said)
    known = [one for one in indexes.known(node, channel) if said["list_id"] in (None, one.list_id)]
    if not known:
        raise click.ClickException("No partner has published such a list, or its index has not arrived yet.")
    who, unit = actor(said["officer"], said["released_by"]), unit_of(said["officer"])
    wanted = [
        Wanted(known=one, actor=who, unit=unit, purpose=said["purpose"], case=said["case"], attended=attended)
        for one in known
    ]
    return [checks.begin(node, channel, one, subjects) for one in wanted]


def _resumed(node: "LocalNode", uid: str) -> "Check":
    from comity.screening import checks

    found = checks.find(node, uid)
    if found.state != "done":
        checks.resume(node, found, attended=True)
    return found


def _subjects(person: str, said: dict[str, Any]) -> "tuple[list[Subject], bool]":
    """Return whom to ask about, and whether this command attends to it: the node alone asks about one person."""
    from comity.matching import DocumentKind, MatchingError, Person, Sex, parse_births
    from comity.screening.imports import Document, RowError
    from comity.screening.subjects import Subject, subject_of

    path = Path(person)
    if len(person) < 4096 and path.is_file():
        with read_entries(path, said["format_"]) as entries:
            items = list(entries)
        say_errors([one for one in items if isinstance(one, RowError)])
        return [subject_of(one) for one in items if not isinstance(one, RowError)], True
    try:
        births = parse_births(said["born"])
        papers = tuple(Document(DocumentKind(k), n, s) for k, s, n in (one.split(":", 2) for one in said["document"]))
    except (MatchingError, ValueError):
        raise click.UsageError("A date of birth or a document is not of the form that --help shows.") from None
    sex = Sex(said["sex"]) if said["sex"] else None
    names = (person, *said["alias"]) if person else tuple(said["alias"])
    return [Subject(Person(names, births, sex, tuple(said["nationality"])), papers)], False


def _attend(node: "LocalNode", check_: "Check", scheduler: str | None, wait: float) -> None:
    """Ask and conclude until the check is done, paused, or nothing has moved for ``wait`` seconds."""
    from comity.screening import asking, concluding
    from comity.screening.checks import BATCH_ROWS
    from comity.screening.engine import Inline, engine
    from comity.screening.models import Batch, CheckState

    show, pause, moved_at, looked_at = progress("rows"), FIRST_PAUSE_S, time.monotonic(), time.monotonic()
    batches = Batch.objects.using(node.using).filter(check_of=check_)
    # One question is not worth other processes, which take longer to start than it takes to answer.
    where = nullcontext(Inline()) if check_.rows <= BATCH_ROWS else engine(scheduler_of(scheduler))
    with where as opened:
        while True:
            moved = asking.ask_some(node, opened, check_) if check_.state == CheckState.RUNNING else 0
            if check_.attended:
                moved += concluding.conclude_some(node, opened, check=check_)
                show(sum(one.count for one in batches.filter(state="done").only("count")), check_.rows)
            check_.refresh_from_db(using=node.using)
            if check_.state == CheckState.DONE or not (moved or batches.filter(state="asked").exists()):
                break
            now = time.monotonic()
            moved_at = now if moved else moved_at
            if now - moved_at > wait:
                break
            if now - looked_at > 1:
                looked_at = now
                concluding.note_refused(node, check_)
            pause = FIRST_PAUSE_S if moved else min(pause * 1.3, LONGEST_PAUSE_S)
            if not moved:
                time.sleep(pause)
    end_line()


def _report(node: "LocalNode", uid: str) -> dict[str, Any]:
    from comity.matching import Rule
    from comity.screening import access, checks
    from comity.screening.models import Batch, Hit

    row = checks.find(node, uid)
    shown = access.show(node, [row])[0]
    hits = Hit.objects.using(node.using).filter(batch__check_of=row).order_by("row", "reference")
    notes = Batch.objects.using(node.using).filter(check_of=row).exclude(note="").values_list("note", flat=True)
    return {
        "check": uid,
        "partner": shown.holder,
        "list": shown.list_id,
        "state": shown.state.value,
        "note": shown.note,
        "rows": shown.rows,
        "done": shown.done,
        "asked": shown.asked,
        "failed": shown.failed,
        "notes": sorted(set(notes)),
        "hits": [
            {
                "row": one.row + 1,
                "reference": one.reference,
                "rules": [
                    {"rule": Rule(tag).title, "strength": Rule(tag).strength.name.lower()}
                    for tag in one.rules.split(",")
                ],
                "verified": False,
                "state": one.state,
            }
            for one in hits
        ],
    }


def _say(found: dict[str, Any]) -> None:
    click.echo(f"{found['list']} of {found['partner']}: {found['done']} of {found['rows']} rows looked up, "
               f"{found['failed']} failed; check {found['check']}")  # fmt: skip
    for note in filter(None, (found["note"], *found["notes"])):
        click.echo(f"  {note}")
    for hit in found["hits"]:
        rules = "; ".join(f"{one['rule']} ({one['strength']})" for one in hit["rules"])
        state = "cleared before" if hit["state"] == "cleared" else "for a person to compare"
        click.echo(f"  row {hit['row']}: hit, not verified; {rules}; reference {hit['reference']}; {state}")
    if not found["hits"] and found["state"] == "done" and not found["failed"]:
        click.echo("  no hit")
    if found["state"] not in ("done", "waiting"):
        click.echo(f"  Go on with: comity check --resume {found['check']}")
