"""Say the words that every paper carries, in each of its languages."""

from collections.abc import Mapping
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext, gettext_lazy, override

from comity.desk.paper.values import Text, Words
from comity.protocol.records import Reality

PAGE: Final = gettext_lazy("Page {page} of {pages}")
MADE: Final = gettext_lazy("Drawn up")
SIGNED: Final = gettext_lazy("Signature given")
NOT_SIGNED: Final = gettext_lazy("Signature missing")
RECORD: Final = gettext_lazy("Record")
_NAMES: Final[Mapping[Reality, Promise]] = {
    Reality.EXERCISE: gettext_lazy("exercise"),
    Reality.TEST: gettext_lazy("test"),
}
_BANDS: Final[Mapping[Reality, Promise]] = {
    Reality.EXERCISE: gettext_lazy("Nothing on this page is about the real world."),
    Reality.TEST: gettext_lazy("Test data. Nothing on this page is real."),
}


def in_each(languages: tuple[str, ...], message: str | Promise) -> Words:
    """Return one of our own sentences in each language."""
    said = []
    for language in languages:
        with override(language):
            said.append(Text(language, str(message) if isinstance(message, Promise) else gettext(message)))
    return tuple(said)


def band(languages: tuple[str, ...], reality: Reality) -> Words:
    """Return the band of exercise and test; nothing on a paper about the real world."""
    if reality is Reality.ACTUAL:
        return ()
    names, sentences = in_each(languages, _NAMES[reality]), in_each(languages, _BANDS[reality])
    return tuple(
        Text(name.language, f"{name.words.upper()} \u2013 {sentence.words}")
        for name, sentence in zip(names, sentences, strict=True)
    )
