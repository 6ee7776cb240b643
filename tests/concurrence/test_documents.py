"""Documents change by edits that fit, and nothing else; what differs is shown field by field."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from comity.concurrence.differences import Change, differences
from comity.concurrence.documents import DocumentKind, Kinds, apply, edits_between
from comity.concurrence.errors import NotFittingError, UnknownKindError
from comity.concurrence.records import Edit
from comity.protocol.canonical import encode
from tests.concurrence.kinds import NOTE, Item, Note, note

NOTES = st.builds(
    Note,
    title=st.text(min_size=1, max_size=5),
    items=st.dictionaries(
        st.sampled_from(["a", "a-b", "ab", "b"]),
        st.builds(
            Item,
            title=st.dictionaries(st.sampled_from(["en", "de", "ar"]), st.text(max_size=3)),
            owner=st.sampled_from(["DE", "QA"]),
            done=st.integers(0, 100),
        ),
    ),
    tags=st.lists(st.text(max_size=2), max_size=2).map(tuple),
)


@settings(max_examples=150, deadline=None)
@given(before=NOTES, after=NOTES)
def test_edits_between_two_documents_lead_from_one_to_the_other(before: Note, after: Note) -> None:
    edits = edits_between(encode(before), encode(after))
    assert bool(edits) == (before != after)
    if edits:
        assert apply(NOTE, encode(before), edits) == encode(after)


@settings(max_examples=100, deadline=None)
@given(before=NOTES, after=NOTES)
def test_difference_is_empty_for_equal_documents_alone(before: Note, after: Note) -> None:
    assert bool(differences(NOTE, encode(before), encode(after))) == (before != after)


@pytest.mark.parametrize(
    ("why", "edits"),
    [
        ("unknown field", (Edit(path="/other", value="1"),)),
        ("wrong type", (Edit(path="/title", value="1"),)),
        ("no such place", (Edit(path="/items/zz/owner", value='"QA"'),)),
        ("removed though not there", (Edit(path="/items/zz"),)),
        ("required field removed", (Edit(path="/title"),)),
        ("whole document removed", (Edit(path=""),)),
        ("value spelt otherwise", (Edit(path="/items/book/done", value=" 5"),)),
        ("value of two fields twice", (Edit(path="/items/book", value='{"owner":"a","owner":"b","title":{}}'),)),
        ("value that is not JSON", (Edit(path="/title", value="title"),)),
        ("a float", (Edit(path="/items/book/done", value="5.0"),)),
        ("explicit default", (Edit(path="/items/book/done", value="0"),)),
        ("not in order", (Edit(path="/title", value='"x"'), Edit(path="/tags", value='["x"]'))),
        ("one place twice", (Edit(path="/title", value='"x"'), Edit(path="/title", value='"y"'))),
        (
            "one inside another",
            (
                Edit(path="/items", value="{}"),
                Edit(path="/items-x", value="1"),
                Edit(path="/items/book/owner", value='"QA"'),
            ),
        ),
    ],
)
def test_edits_that_do_not_fit_are_refused(why: str, edits: tuple[Edit, ...]) -> None:
    with pytest.raises(NotFittingError):
        apply(NOTE, encode(note(book=1)), edits)


def test_refusal_repeats_nothing_of_the_document() -> None:
    with pytest.raises(NotFittingError) as caught:
        apply(NOTE, encode(note(book=1)), (Edit(path="/title", value='{"secret":1}'),))
    assert "secret" not in caught.value.sentence


def test_difference_shows_labels_in_the_reader_s_language_and_texts_per_language() -> None:
    before = Note(title="Plan", items={"book": Item(title={"en": "Book", "de": "Buch"}, owner="DE")})
    after = Note(
        title="Plan",
        items={
            "book": Item(title={"en": "Book", "de": "Handbuch\nneu"}, owner="QA"),
            "visit": Item(title={"en": "Visit"}, owner="QA"),
        },
    )
    found = {one.path: one for one in differences(NOTE, encode(before), encode(after))}
    assert found["/items/book/owner"].title("de") == "Punkte / book / Zuständig"
    assert found["/items/book/owner"].title("fr") == "Items / book / Owner"
    text = found["/items/book/title/de"]
    assert (text.language, text.change, text.before, text.after) == (
        "de",
        Change.CHANGED,
        ("Buch",),
        ("Handbuch", "neu"),
    )
    assert found["/items/visit/owner"].change is Change.ADDED
    assert {one.change for one in differences(NOTE, encode(after), encode(before))} == {Change.CHANGED, Change.REMOVED}


def test_first_version_differs_from_nothing_in_every_field() -> None:
    assert {one.path for one in differences(NOTE, None, encode(note(book=1)))} == {
        "/title",
        "/items/book/done",
        "/items/book/owner",
        "/items/book/title/en",
    }


@pytest.mark.parametrize(
    ("path", "technical"),
    [("/items/book/done", True), ("/tags", True), ("/items/book", False), ("/items/book/owner", False), ("", False)],
)
def test_kind_says_which_places_a_technical_update_may_touch(path: str, technical: bool) -> None:
    assert NOTE.is_technical(path) is technical


def test_place_of_a_side_is_technical_for_that_side_alone() -> None:
    kind = replace(NOTE, technical=("/lines/@",))
    assert kind.is_technical("/lines/DE/one", "DE.berlin")
    assert kind.is_technical("/lines/DE", "DE.berlin")
    assert not kind.is_technical("/lines/QA/one", "DE.berlin")
    assert not kind.is_technical("/lines/DE/one")
    assert not kind.is_technical("/lines/@", "DE.berlin")
    assert not kind.is_technical("/lines", "DE.berlin")


def test_unknown_kind_is_an_error_and_a_kind_registered_twice_stops_the_start() -> None:
    with pytest.raises(UnknownKindError):
        Kinds([NOTE])["other"]
    with pytest.raises(ValueError, match="twice"):
        Kinds([NOTE, DocumentKind("note", Note, {})])
