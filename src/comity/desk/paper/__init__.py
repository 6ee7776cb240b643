"""Put what officers agree, ask and report onto paper: one typed value, as PDF and as DOCX.

An area makes a `Paper` and asks for ``paper.pdf(value)`` or ``paper.docx(value)``.  Handling code, reality, page
numbers and references stand on every page by themselves.
"""

from comity.desk.paper.values import Paper

__all__ = ["Paper", "docx", "pdf"]


def pdf(paper: Paper) -> bytes:
    """Return the paper as PDF; raises `PaperError` and `PaperTooLargeError`."""
    from comity.desk.paper import typeset  # the typesetter is loaded by the first paper, not by every node

    return typeset.pdf(paper)


def docx(paper: Paper) -> bytes:
    """Return the paper as DOCX; raises `PaperTooLargeError`."""
    from comity.desk.paper import editable  # the same

    return editable.docx(paper)
