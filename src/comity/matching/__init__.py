"""Match names, persons and documents across scripts, and search a partner's list without showing whom one asks about.

Usable alone. Names to keys: `name_keys`, `person_keys`, `document_key`, `read_mrz`. Search: `ask`, `answer`, `finish`,
`look_up` over a `ListIndex` that `make_change` builds. Pages: `spec/names.md`, `spec/blind-search.md`.
"""

from comity.matching.documents import DocumentKind, document_key, key_of_mrz
from comity.matching.errors import LabelError, MalformedError, MatchingError, ProofError
from comity.matching.labels import Label
from comity.matching.list_index import Change, ListIndex, ListName, list_key, make_change
from comity.matching.mrz import Mrz, MrzFormat, check_digit, read_mrz
from comity.matching.names.keys import name_keys
from comity.matching.names.rules import EXPLANATIONS, Key, Rule, Strength
from comity.matching.names.sounding import is_particle, sounds_of
from comity.matching.oprf import KeyPair, Mode, evaluate_plain
from comity.matching.person import BirthDate, Person, Sex, parse_births, person_keys
from comity.matching.query import (
    Hit,
    Opening,
    Question,
    answer,
    ask,
    finish,
    look_up,
    open_commitment,
    opening_of,
    parse_answer,
    parse_elements,
)

__all__ = [
    "EXPLANATIONS",
    "BirthDate",
    "Change",
    "DocumentKind",
    "Hit",
    "Key",
    "KeyPair",
    "Label",
    "LabelError",
    "ListIndex",
    "ListName",
    "MalformedError",
    "MatchingError",
    "Mode",
    "Mrz",
    "MrzFormat",
    "Opening",
    "Person",
    "ProofError",
    "Question",
    "Rule",
    "Sex",
    "Strength",
    "answer",
    "ask",
    "check_digit",
    "document_key",
    "evaluate_plain",
    "finish",
    "is_particle",
    "key_of_mrz",
    "list_key",
    "look_up",
    "make_change",
    "name_keys",
    "open_commitment",
    "opening_of",
    "parse_answer",
    "parse_births",
    "parse_elements",
    "person_keys",
    "read_mrz",
    "sounds_of",
]
