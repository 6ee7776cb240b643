"""Turn a paper into plain data for the template: strings in lists and maps, nothing that could be markup."""

from typing import Final

from comity.desk.paper import labels
from comity.desk.paper.drawings import checked
from comity.desk.paper.errors import PaperTooLargeError
from comity.desk.paper.letters import fit
from comity.desk.paper.values import (
    NEUTRAL,
    Block,
    Facts,
    Figure,
    Heading,
    Paper,
    Prose,
    Signature,
    Signatures,
    Table,
    Words,
)

MAX_LETTERS: Final = 2_000_000
"""Characters of one paper: some seven hundred pages, set in about ten seconds."""

Plain = str | int | bool | list["Plain"] | dict[str, "Plain"]


def plain(paper: Paper) -> dict[str, Plain]:
    """Return the paper as plain data; raises `PaperTooLargeError`, and `PaperError` for an unfit drawing."""
    data: dict[str, Plain] = {
        "languages": list(paper.languages),
        "title": words(paper.title),
        "subtitle": words(paper.subtitle),
        "handling": words(paper.handling),
        "band": words(labels.band(paper.languages, paper.reality)),
        "reality": paper.reality.value,
        "page": words(labels.in_each(paper.languages, labels.PAGE)),
        "made": words(labels.in_each(paper.languages, labels.MADE)),
        "at": paper.made.strftime("%Y-%m-%d %H:%M UTC"),
        "date": [paper.made.year, paper.made.month, paper.made.day],
        "references": [{"label": words(one.label), "value": fit(one.value)} for one in paper.references],
        "blocks": [block(one, paper.languages) for one in paper.blocks],
    }
    if _letters(data) > MAX_LETTERS:
        raise PaperTooLargeError("The paper would have too much text.")
    return data


def words(said: Words) -> list[Plain]:
    """Return words as plain data, fit to be set."""
    return [
        {
            "lang": one.language or NEUTRAL,
            "rtl": one.right_to_left,
            "side": "start" if one.language in {"", NEUTRAL} else "right" if one.right_to_left else "left",
            "text": list(fit(one.words).split("\n")),
        }
        for one in said
    ]


def block(one: Block, languages: tuple[str, ...]) -> Plain:
    """Return a block as plain data."""
    match one:
        case Heading():
            return {"kind": "heading", "words": words(one.words), "level": one.level}
        case Prose():
            return {"kind": "prose", "words": words(one.words), "quiet": one.quiet}
        case Facts():
            return {
                "kind": "facts",
                "facts": [{"label": words(fact.label), "value": words(fact.value)} for fact in one.facts],
            }
        case Table():
            return {
                "kind": "table",
                "caption": words(one.caption),
                "columns": [
                    {"words": words(column.words), "share": column.share, "number": column.number}
                    for column in one.columns
                ],
                "rows": [[words(cell) for cell in row] for row in one.rows],
            }
        case Figure():
            return {
                "kind": "figure",
                "svg": checked(one.svg),
                "alternative": words((one.alternative,)),
                "caption": words(one.caption),
            }
        case Signatures():
            return {"kind": "signatures", "signatures": [signature(each, languages) for each in one.signatures]}


def signature(one: Signature, languages: tuple[str, ...]) -> Plain:
    """Return a signature as plain data."""
    state = labels.SIGNED if one.at else labels.NOT_SIGNED
    return {
        "party": words(one.party),
        "state": words(labels.in_each(languages, state)),
        "signer": fit(one.signer),
        "at": fit(one.at),
        "record_label": words(labels.in_each(languages, labels.RECORD)),
        "record": fit(one.record),
    }


def _letters(data: Plain) -> int:
    if isinstance(data, str):
        return len(data)
    if isinstance(data, list):
        return sum(_letters(one) for one in data)
    if isinstance(data, dict):
        return sum(_letters(one) for key, one in data.items() if key != "svg")
    return 0
