"""Put what officers agree, ask and report onto paper: one typed value, as PDF and as DOCX.

An area makes a `Paper` and asks for ``paper.pdf(value)`` or ``paper.docx(value)``.  Handling code, reality, page
numbers and references stand on every page by themselves.
"""

from comity.desk.paper.editable import docx
from comity.desk.paper.typeset import pdf
from comity.desk.paper.values import Paper

__all__ = ["Paper", "docx", "pdf"]
