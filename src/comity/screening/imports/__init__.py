"""Read lists of persons in the formats in which they are kept and published: `spec/list-formats.md`.

`sniff` tells the format; `read_list` yields entries and, in place of what cannot be read, faults that name the place
and the remedy and repeat nothing of the content. Pure but for the stream that is given: no clock, no file, no network.
"""

from comity.screening.imports.csv_columns import Column, write_csv
from comity.screening.imports.reading import Reading, read_list
from comity.screening.imports.sniffing import sniff
from comity.screening.imports.values import (
    Document,
    Entry,
    ImportFault,
    LeftOut,
    ListFormat,
    Loss,
    RowError,
    Skipped,
    Summary,
)

__all__ = [
    "Column",
    "Document",
    "Entry",
    "ImportFault",
    "LeftOut",
    "ListFormat",
    "Loss",
    "Reading",
    "RowError",
    "Skipped",
    "Summary",
    "read_list",
    "sniff",
    "write_csv",
]
