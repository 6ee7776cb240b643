"""Read the agreement and ask what it permits: ``comity agreement show|explain``."""

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from comity.node.cli import EXIT_REFUSED, Context

if TYPE_CHECKING:
    from comity.protocol.agreement.preflight import Trial
    from comity.protocol.agreement.terms import Terms

_file = click.option(
    "--file",
    type=click.Path(dir_okay=False, exists=True, path_type=Path),
    help="Read the agreement from this file instead of the node.",
)
_example = click.option("--example", is_flag=True, help="Read the invented example that ships with Comity.")
_channel = click.option("--channel", metavar="UUID", help="Which agreement, when the node holds several.")


@click.group()
def agreement() -> None:
    """Read, negotiate and end the agreement under which records travel."""


@agreement.command()
@_file
@_example
@_channel
@click.option("--lang", default="en", show_default=True, metavar="en|de|ar", help="Language to read it in.")
@click.option("--matrix", "as_matrix", is_flag=True, help="Show a table: who may send what to whom, on what terms.")
@click.option("--width", type=click.IntRange(40, 400), help="Columns to use; default: as wide as the terminal.")
@click.pass_obj
def show(
    context: Context,
    file: Path | None,
    channel: str | None,
    lang: str,
    width: int | None,
    *,
    example: bool,
    as_matrix: bool,
) -> None:
    """Show the agreement in force as a text that people read, or as a matrix."""
    from comity.protocol.agreement.matrix import matrix
    from comity.protocol.agreement.plain import document_text, matrix_text
    from comity.protocol.agreement.reading import read_out

    terms = load_terms(context, file, channel, example=example)
    columns = width or _terminal_width(wide=as_matrix)
    text = matrix_text(matrix(terms, lang), columns) if as_matrix else document_text(read_out(terms, lang), columns)
    click.echo(text, nl=False)


@agreement.command()
@click.argument("type_", metavar="TYPE")
@click.option("--purpose", required=True, help="What for: one of the purposes that the agreement names.")
@click.option("--party", default=None, help="The party that sends; default: the first one of the agreement.")
@click.option("--clause", "clause_id", help="Ask about this clause only.")
@click.option("--handling", help="Handling code; default: the clause's.")
@click.option("--urgency", help="How urgent; default: the least urgent that the clause knows.")
@click.option("--reality", type=click.Choice(["actual", "exercise", "test"]), default="actual", show_default=True)
@click.option(
    "--field",
    "fields",
    multiple=True,
    metavar="body.NAME=VALUE",
    help="A field of the record; repeatable. A list is written as in JSON.",
)
@_file
@_example
@_channel
@click.pass_context
def explain(
    ctx: click.Context,
    type_: str,
    purpose: str,
    party: str | None,
    clause_id: str | None,
    handling: str | None,
    urgency: str | None,
    reality: str,
    fields: tuple[str, ...],
    file: Path | None,
    channel: str | None,
    *,
    example: bool,
) -> None:
    """Say whether a record of TYPE (such as cases.request/1) may be sent, under which clause, and why not.

    Without --field the content is not checked. Ends with 0 if it may be sent, with 1 if not.
    """
    from comity.protocol.agreement.preflight import Trial
    from comity.protocol.records import Reality

    terms = load_terms(ctx.obj, file, channel, example=example)
    sender = party or terms.agreement.parties[0].id
    trial = Trial(type_, purpose, sender, handling, urgency, Reality(reality), _body(type_, fields))
    if not _explain(terms, trial, clause_id):
        ctx.exit(EXIT_REFUSED)


def _explain(terms: "Terms", trial: "Trial", clause_id: str | None) -> bool:
    """Print what the clauses say; return whether one of them permits the record."""
    from comity.node.local import now_ms
    from comity.protocol.agreement.advice import explain as advise
    from comity.protocol.agreement.permits import Permission
    from comity.protocol.agreement.preflight import preflight

    explanation = advise(terms, trial.type, trial.purpose, trial.author_party)
    clauses = explanation.permitted_by
    if clause_id is not None:
        if clause_id not in terms.clauses:
            raise click.BadParameter(f"the agreement has no clause {clause_id}", param_hint="--clause")
        clauses = (terms.clauses[clause_id].clause,) if trial.author_party in terms.parties else ()
    if not clauses:
        click.echo(explanation.sentence)
        return False
    permitted = False
    now = now_ms()
    for clause in clauses:
        result = preflight(terms, clause, trial, now=now)
        title = terms.words(clause.title)
        if isinstance(result.verdict, Permission):
            permitted = True
            click.echo(f"Clause {clause.id} ({title}): may be sent.")
            _say_what_follows(terms, trial, clause.id)
        else:
            click.echo(f"Clause {clause.id} ({title}): will be refused.")
            for finding in result.verdict.findings:
                click.echo(f"  - {finding.sentence} {finding.remedy}")
    return permitted


def _say_what_follows(terms: "Terms", trial: "Trial", clause_id: str) -> None:
    compiled = terms.clauses[clause_id]
    if trial.body is None:
        labels = [terms.words(one.label) for one in compiled.required_for(trial.type)]
        if labels:
            click.echo(f"  - Must be filled in: {', '.join(labels)}.")
    if compiled.clause.release > 1:
        click.echo("  - A second person must release it.")


def _body(type_: str, fields: tuple[str, ...]) -> dict[str, object] | None:
    """Return fields as a content, over the defaults of its type; none given: the content is not to be checked."""
    if not fields:
        return None
    body = _defaults(type_)
    for one in fields:
        path, equals, value = one.partition("=")
        name = path.removeprefix("body.")
        if not equals or not name.isidentifier():
            raise click.BadParameter(f"write it as body.NAME=VALUE, not {path}", param_hint="--field")
        try:
            body[name] = json.loads(value) if value.startswith("[") else value
        except json.JSONDecodeError:
            raise click.BadParameter(f'write a list as {path}=["one", "two"]', param_hint="--field") from None
    return body


def _defaults(type_: str) -> dict[str, object]:
    """Return what the fields of a type that this node knows hold when nobody fills them in."""
    import msgspec

    from comity.cases.records import TYPES

    known = {kind.tag: kind.body for kind in TYPES}
    if type_ not in known:
        return {}
    fields = msgspec.structs.fields(known[type_])
    return {one.encode_name: one.default for one in fields if one.default is not msgspec.NODEFAULT}


def load_terms(context: Context, file: Path | None, channel: str | None, *, example: bool) -> "Terms":
    """Return the agreement to read: the example, a file's, or the one in force on this node.

    Raises the documented errors of reading an agreement, and `NoAgreementError`.
    """
    from comity.protocol.agreement.terms import compile_terms

    if example:
        return compile_terms(_example_text())
    if file is not None:
        from comity.protocol.agreement.model import AGREEMENT_LIMIT
        from comity.protocol.agreement.template import text_of_draft

        with file.open("rb") as handle:
            return compile_terms(text_of_draft(handle.read(2 * AGREEMENT_LIMIT + 1)))
    return _terms_of_node(context, channel)


def _terms_of_node(context: Context, channel: str | None) -> "Terms":
    from comity.node.bring_up import open_node

    node = open_node(context.home)  # starts the framework, without which the channel cannot be imported
    from comity.channel import agreements
    from comity.channel.models import Channel

    channels = Channel.objects.using(node.using).order_by("created_ms")
    found = list(channels.filter(uuid=channel) if channel else channels)
    if not found:
        raise click.ClickException("This node holds no such agreement. Try: comity agreement show --example")
    if len(found) > 1:
        names = "\n".join(f"  --channel {one.uuid}" for one in found)
        raise click.ClickException(f"This node holds several agreements; say which:\n{names}")
    return agreements.terms_in_force(node, found[0])


def _example_text() -> bytes:
    from comity.node.example import sample
    from comity.protocol.agreement.reader import write_agreement

    return write_agreement(sample())


def _terminal_width(*, wide: bool) -> int:
    import shutil

    columns = shutil.get_terminal_size().columns
    return columns if wide else min(columns, 100)
