"""Check persons against partners' lists, blind: ``comity check PERSON|FILE``."""

import json
import time
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
    scheduler_option,
    the_channel,
)

if TYPE_CHECKING:
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
    **said: Any,  # noqa: ANN401  # options by name
) -> None:
    """Ask partners whether they list PERSON, or any row of FILE, without showing about whom; the node must run.

    A hit is not verified and no finding: a person compares, and asks under the reference in a case.
    """
    if (person is None) == (resume is None):
        raise click.UsageError("Name a person or a file, or --resume and a check.")
    node = open_node(context.home)
    begun = [_resumed(node, resume)] if resume else _begin(node, person or "", said)
    for one in begun:
        _attend(node, one, said["scheduler"], wait)
    found = [_report(node, one.uid) for one in begun]
    if as_json:
        click.echo(json.dumps({"checks": found}))
    else:
        for each in found:
            _say(each)


def _begin(node: "LocalNode", person: str, said: dict[str, Any]) -> "list[Check]":
    from comity.screening import checks, indexes
    from comity.screening.checks import Wanted

    channel = the_channel(node, said["agreement"])
    subjects, attended = _subjects(person, said)
    known = [one for one in indexes.known(node, channel) if said["list_id"] in (None, one.list_id)]
    if not known:
        raise click.ClickException("No partner has published such a list, or its index has not arrived yet.")
    who = actor(said["officer"], said["released_by"])
    wanted = [
        Wanted(known=one, actor=who, purpose=said["purpose"], case=said["case"], attended=attended) for one in known
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


def _attend(node: "LocalNode", check_: "Check", scheduler: str, wait: float) -> None:
    """Ask and conclude until the check is done, paused, or nothing has moved for ``wait`` seconds."""
    from comity.screening import asking, concluding
    from comity.screening.engine import engine
    from comity.screening.models import Batch, CheckState

    show, pause, moved_at, looked_at = progress("rows"), FIRST_PAUSE_S, time.monotonic(), time.monotonic()
    batches = Batch.objects.using(node.using).filter(check_of=check_)
    with engine(scheduler) as opened:
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
