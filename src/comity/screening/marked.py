"""Mark the sentences for translation that are raised in English elsewhere; a test looks for each where it is raised."""

from typing import Final

from django.utils.translation import gettext_noop as _

ERRORS: Final = (
    _("There is nobody to ask about."),
    _("Give a name or a document."),
    _("There is no such check."),
    _("There is no such hit."),
    _("There is no such entry."),
    _("Nobody releases what they asked for themselves."),
    _("The list belongs to another reality."),
    _("Choose its reality at the top of the page."),
    _("Say why."),
    _("Write a sentence: what was compared, and with what."),
    _("What was found about this hit was told to the partner already."),
    _("The hit was reviewed already."),
    _("Open it again first."),
    _("The row was erased."),
    _("Check the person again."),
    _("Nothing was asked in this check yet."),
    _("The secrets of the check were erased."),
    _("Nobody can open its commitments any more."),
    _("A list has a title, an owner and a legal basis."),
    _("Entries are reviewed after 1 to 3660 days."),
    _("A list stays in the reality it was begun in."),
    _("Begin another list for the other reality."),
    _("Wait until it is done."),
    _("Look at it again."),
    _("The file is empty."),
    _("Ask the list's owner for a copy."),
    _("The XML is of no known list."),
    _("Known are the lists of the UN, the EU and OFAC."),
    _("The file is neither a list of names nor CSV with a known header."),
    _("Put the column names of spec/list-formats.md in the first line."),
)

NOTES: Final = (
    _("The clause allows no more questions this day (UTC). The check goes on when the next has begun."),
    _("The clause allows no more questions this month (UTC). The check goes on when the next has begun."),
    _("The list has a new key. Resume the check once the new index has arrived."),
    _("No row has a name or a document that makes a key."),
    _("The row has more names than one question holds."),
)
