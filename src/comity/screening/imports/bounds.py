"""Bound what a list may make a node hold or do; each bound says why it stands where it does."""

from __future__ import annotations

from typing import Final

MOST_ENTRIES: Final = 2_000_000
"""Records of one list. Twice the largest list that the search is measured with; references seen cost 100 bytes each."""

MOST_ERRORS: Final = 10_000
"""Faults that are reported. More lost entries are the mark of a wrong format; more lost fields are only counted."""

MOST_LINE: Final = 65_536
"""Bytes of a line of CSV, text or MRZ. A row with two hundred names needs a tenth of it."""

MOST_JSON_LINE: Final = 4_194_304
"""Bytes of a line of FollowTheMoney. Nested records carry their relatives; the largest known are near one megabyte."""

MOST_ROW_LINES: Final = 20
"""Lines of one CSV row. Quoted cells may break; a quotation mark left open must not swallow the rest of the list."""

MOST_NAMES: Final = 200
"""Names of one entry. The longest entries of public lists have about a hundred and fifty, in all official languages."""

MOST_NAME: Final = 512
"""Characters of a name: what the keys are made from (`spec/names.md`, section 1)."""

MOST_BIRTHS: Final = 24
"""Dates of birth of one entry: two ranges of years of the greatest width."""

MOST_STATES: Final = 16
"""Nationalities of one entry; each makes a key with each name."""

MOST_DOCUMENTS: Final = 200
"""Documents of one entry; some published entries have dozens."""

MOST_NUMBER: Final = 64
"""Characters of a document number: what `comity.matching.document_key` takes."""

MOST_REFERENCE: Final = 128
"""Characters of a reference. The longest that public lists use are digests in hexadecimal with a prefix."""

MOST_LINKED: Final = 500_000
"""Documents and places that stand apart from their person and are held until it comes: about 200 bytes each."""

MOST_DEPTH: Final = 32
"""Levels of XML. The advanced OFAC format, the deepest, has eleven."""

MOST_TAGS: Final = 1_000
"""Different names of elements and attributes; the parser keeps each one. OFAC's advanced format has about 150."""

MOST_TOKEN: Final = 1_048_576
"""Bytes that XML may go on without an element, text or comment ending: one tag with all its attributes is shorter."""

MOST_ATTRIBUTE: Final = 8_192
"""Characters of an attribute. The longest known are addresses of regulations."""

MOST_RECORD_NODES: Final = 20_000
"""Elements of one XML record. The largest published ones have about two thousand."""

MOST_RECORD_TEXT: Final = 1_048_576
"""Characters of one XML record; reasons for listing are a few pages at most."""

CHUNK: Final = 65_536
"""Bytes read at a time."""
