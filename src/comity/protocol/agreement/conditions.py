"""Compile and evaluate conditions: a subset of CEL in which every expression ends soon and means the same everywhere.

As in ``spec/agreement.md``, part "Conditions".  Source: Common Expression Language, github.com/google/cel-spec.  Left
out are arithmetic, floats, time, conversions, messages and string escapes: what two implementations might do
differently, and what could make a short text run long.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache
from typing import Final

import msgspec
from cel_expr_python import cel

from comity.protocol.agreement.model import MAX_EXPRESSION
from comity.protocol.errors import MalformedError
from comity.protocol.names import party_of
from comity.protocol.records import Header

MAX_PATTERN: Final = 200
FUNCTIONS: Final = frozenset(
    {"has", "size", "startsWith", "endsWith", "contains", "matches", "all", "exists", "exists_one"}
)
"""Every function a condition may call."""
_LOOPS: Final = frozenset({"all", "exists", "exists_one"})
_WORDS: Final = frozenset({"true", "false", "null", "in"})

_TOKEN = re.compile(
    r"""(?P<space>[ ]+)|(?P<string>"[^"\\\n]*")|(?P<number>[0-9]{1,15}(?![0-9A-Za-z_.]))"""
    r"""|(?P<name>[a-zA-Z_][a-zA-Z0-9_]{0,39}(?![a-zA-Z0-9_"']))|(?P<sign>==|!=|<=|>=|&&|\|\||[<>!?:.,()\[\]])"""
)
_HAS = re.compile(r"has\( *body(\.[a-z][a-z0-9_]*)+ *\)")
_LOOP_OVER_BODY = re.compile(r"body(\.[a-z][a-z0-9_]*)+\.(all|exists|exists_one)\(")


@dataclass(frozen=True, slots=True)
class Facts:
    """Hold what a condition may look at.  ``body`` is None on a node that cannot open the record."""

    header: Mapping[str, object]
    body: Mapping[str, object] | None
    author: str
    to: tuple[str, ...]

    @classmethod
    def of(cls, header: Header, body: msgspec.Struct | Mapping[str, object] | None) -> "Facts":
        """Lay out a record for conditions: fields that are not given are absent, defaults are present."""
        to = tuple(sorted({party_of(node) for node in header.to}))
        if isinstance(body, Mapping):
            content: Mapping[str, object] | None = {name: _plain(one) for name, one in body.items() if one is not None}
        else:
            content = None if body is None else _laid_out(body)
        return cls(_laid_out(header), content, party_of(header.author), to)


class Truth(Enum):
    """Say what came of a condition."""

    YES = "yes"
    NO = "no"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True)
class Answer:
    """Hold what came of a condition; ``fault`` says why it could not be answered, without any value of the record."""

    truth: Truth
    fault: str = ""


class CompiledCondition:
    """Hold one expression, ready to be asked.  Made by `compile_condition`."""

    __slots__ = ("_expression", "needs_body")

    def __init__(self, expression: cel.Expression, *, needs_body: bool) -> None:
        """Keep the compiled form."""
        self._expression = expression
        self.needs_body = needs_body

    def ask(self, facts: Facts) -> Answer:
        """Return whether the condition holds; skipped when it needs a body that this node cannot open."""
        if facts.body is None and self.needs_body:
            return Answer(Truth.SKIPPED)
        data = {"header": facts.header, "body": facts.body or {}, "author": facts.author, "to": list(facts.to)}
        try:
            value = self._expression.eval(data=data)
        except RuntimeError:
            return Answer(Truth.NO, "it goes through too long a list")
        # SECURITY: a condition that cannot be answered refuses. Holds because only the value true says yes.
        # Breaks if a caller treats a fault as if the condition were not there.
        if value.type() != cel.Type.BOOL:
            return Answer(Truth.NO, _fault(str(value.value())))
        return Answer(Truth.YES if value.value() is True else Truth.NO)


@lru_cache(maxsize=1)
def _environment() -> cel.Env:
    open_map = cel.Type.Map(cel.Type.STRING, cel.Type.DYN)
    variables = {
        "header": open_map,
        "body": open_map,
        "author": cel.Type.STRING,
        "to": cel.Type.List(cel.Type.STRING),
    }
    return cel.NewEnv(variables=variables)


def compile_condition(expression: str) -> CompiledCondition:
    """Return ``expression`` compiled.

    Raises `MalformedError` when it is outside the subset or not a question with the answer yes or no.
    """
    names = _check_subset(expression)
    try:
        compiled = _environment().compile(expression)
    except RuntimeError as error:
        raise MalformedError(f"The condition does not compile: {_first_line(str(error))}.", _REMEDY) from None
    if compiled.return_type() != cel.Type.BOOL:
        raise MalformedError("The condition is not a question with the answer yes or no.", _REMEDY)
    return CompiledCondition(compiled, needs_body="body" in names)


_REMEDY: Final = "Write it in the subset of CEL that spec/agreement.md describes."


def _check_subset(expression: str) -> list[str]:
    """Return the names in ``expression`` after refusing everything outside the subset."""
    if len(expression) > MAX_EXPRESSION:
        raise MalformedError(f"The condition has more than {MAX_EXPRESSION} characters.", _REMEDY)
    tokens = _tokens(expression)
    names = [text for kind, text in tokens if kind == "name"]
    for (kind, text), (_, following) in zip(tokens, [*tokens[1:], ("", "")], strict=True):
        if kind == "name" and following == "(" and text not in FUNCTIONS | _WORDS:
            raise MalformedError(f"The condition calls {text}(), which is not part of the subset.", _REMEDY)
    _check_patterns(tokens)
    loops = sum(name in _LOOPS for name in names)
    if loops > 1:
        raise MalformedError("The condition goes through lists more than once.", "Make two conditions of it.")
    # SECURITY: no condition takes longer than a constant times the record's size. Holds because at most one loop
    # runs, and where it runs nothing else in the record's content is looked at. Breaks if CEL gets a function whose
    # cost is not linear in its operands and FUNCTIONS names it.
    bare = _HAS.sub("", re.sub(r'"[^"]*"', '""', expression))
    if loops and len(re.findall(r"\bbody\b", bare)) > 1:
        raise MalformedError(
            "The condition goes through a list and looks at the content besides.", "Make two conditions of it."
        )
    if loops and re.search(r"\bbody\b", bare) and not _LOOP_OVER_BODY.search(bare):
        raise MalformedError(
            "The condition looks at the content once per element of another list.", "Make two conditions of it."
        )
    return names


def _tokens(expression: str) -> list[tuple[str, str]]:
    tokens: list[tuple[str, str]] = []
    place = 0
    while place < len(expression):
        match = _TOKEN.match(expression, place)
        if match is None:
            raise MalformedError(f"The condition has something outside the subset at character {place + 1}.", _REMEDY)
        if match.lastgroup != "space":
            tokens.append((str(match.lastgroup), match.group()))
        place = match.end()
    if not tokens:
        raise MalformedError("The condition is empty.", _REMEDY)
    return tokens


def _check_patterns(tokens: list[tuple[str, str]]) -> None:
    """Require that ``matches`` gets a short literal, so that it can be compiled when the text is read."""
    for number, (kind, text) in enumerate(tokens):
        if (kind, text) != ("name", "matches"):
            continue
        call = tokens[number + 1 : number + 4]
        if [text for _, text in call[::2]] != ["(", ")"] or call[1][0] != "string" or len(call[1][1]) > MAX_PATTERN:
            raise MalformedError(
                f"matches() takes one literal pattern of at most {MAX_PATTERN - 2} characters.", _REMEDY
            )
        trial = _environment().compile(f'"".matches({call[1][1]})').eval(data={})
        if trial.type() != cel.Type.BOOL:
            raise MalformedError("The condition has a pattern that is not valid (RE2).", _REMEDY)


def _laid_out(value: msgspec.Struct) -> dict[str, object]:
    """Return a struct as JSON has it, except that defaults are present and None is absent."""
    config = value.__struct_config__
    fields: dict[str, object] = {} if config.tag is None else {str(config.tag_field): config.tag}
    for name, encoded in zip(value.__struct_fields__, value.__struct_encode_fields__, strict=True):
        one = getattr(value, name)
        if one is not None:
            fields[encoded] = _plain(one)
    return fields


def _plain(value: object) -> object:
    if type(value) is str or type(value) is int:
        return value  # most fields are; this is on the way of every record
    if isinstance(value, msgspec.Struct):
        return _laid_out(value)
    if isinstance(value, tuple | list):
        return [_plain(one) for one in value]
    if isinstance(value, Mapping):
        return {str(key): _plain(one) for key, one in value.items()}
    return msgspec.to_builtins(value)


def _fault(message: str) -> str:
    """Return why an evaluation failed in words of our own: CEL's may quote the record."""
    if "not found" in message.lower():
        return "it asks for a field that the record does not have"
    if "overload" in message.lower():
        return "it compares or reads a field of another kind than it expects"
    return "it has no answer for this record"


def _first_line(message: str) -> str:
    line = message.split("\n", 1)[0]
    return line.split("ERROR: <input>:", 1)[-1].removesuffix(" [INVALID_ARGUMENT]")[:200]
