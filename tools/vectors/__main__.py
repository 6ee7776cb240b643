"""Write the vectors of all formats, or of those named."""

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Final

from tools.vectors import documents, files, sealed, trees
from tools.vectors.case import Case

FOLDER: Final = Path(__file__).resolve().parents[2] / "spec" / "vectors"
SOURCE: Final = "made by tools/vectors from fixed seeds"
FORMATS: Final[dict[str, Callable[[], list[Case]]]] = {
    "canonical": documents.canonical,
    "record": documents.record,
    "identity": documents.identity,
    "pairing": documents.pairing_words,
    "journal": trees.journal,
    "checkpoint": trees.checkpoint,
    "sealing": sealed.sealing_cases,
    "attachment": sealed.attachment,
    "message": sealed.message,
    "bundle": files.bundles,
    "pack": lambda: files.packs(FOLDER / "pack"),
}


def main(names: list[str]) -> None:
    """Write ``cases.json`` for each format."""
    for name in names or FORMATS:
        folder = FOLDER / name
        folder.mkdir(parents=True, exist_ok=True)
        cases = FORMATS[name]()
        text = json.dumps({"format": name, "source": SOURCE, "cases": cases}, indent=1, ensure_ascii=False)
        (folder / "cases.json").write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
