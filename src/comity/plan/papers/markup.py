"""Write XML that any reader takes: letters that XML 1.0 forbids become visible instead of breaking the file."""

import re
from typing import Final
from xml.etree.ElementTree import Element, SubElement, indent, tostring

_FORBIDDEN: Final = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def text(value: object) -> str:
    """Return a value as text that XML can hold."""
    return _FORBIDDEN.sub("\ufffd", str(value))


def add(parent: Element, name: str, value: object = None, /, **attributes: object) -> Element:
    """Add an element with text and attributes."""
    made = SubElement(parent, name, {key.rstrip("_"): text(each) for key, each in attributes.items()})
    if value is not None:
        made.text = text(value)
    return made


def written(root: Element) -> bytes:
    """Return the document as UTF-8."""
    indent(root)
    body: bytes = tostring(root, encoding="utf-8")
    return b'<?xml version="1.0" encoding="UTF-8"?>\n' + body + b"\n"
