"""Mark what concurrence says when something cannot be done, so that it has words in the languages of the screens."""

from typing import Final

from django.utils.translation import gettext_noop

MARKED: Final = (
    gettext_noop("An objection needs a reason."),
    gettext_noop("Say why."),
    gettext_noop("Only its author reminds of a proposal."),
    gettext_noop("There is no such document."),
    gettext_noop("This node is no signer of the document."),
    gettext_noop("Ask a signer to propose it."),
    gettext_noop("The document is only proposed yet."),
    gettext_noop("Answer that proposal, or open another document."),
    gettext_noop("This changes nothing."),
    gettext_noop("Nothing more is needed."),
    gettext_noop("An own proposal to change this version is open."),
    gettext_noop("Withdraw it first, or replace it."),
    gettext_noop("There is nothing to update."),
    gettext_noop("This changes more than a technical update may."),
    gettext_noop("Propose an amendment."),
    gettext_noop("Only its author withdraws a proposal."),
    gettext_noop("Object to it."),
    gettext_noop("The proposal has come into force."),
    gettext_noop("The proposal has been withdrawn already."),
    gettext_noop("Its author has signed a proposal by making it."),
    gettext_noop("Withdraw it, or wait."),
    gettext_noop("The proposal no longer waits for an answer of this node."),
    gettext_noop("The time to answer has passed."),
    gettext_noop("Propose a change of your own."),
    gettext_noop("This node has signed another proposal to change the same version, and it is still open."),
    gettext_noop("Withdraw it if it is yours, or ask its author to."),
    gettext_noop("There is no such proposal."),
    gettext_noop("Look at the document again: it has changed meanwhile."),
    gettext_noop("Propose the change again, against the version in force."),
    gettext_noop("An edit names a place that the document does not have."),
    gettext_noop("An edit removes what is not there."),
    gettext_noop("Correct it and try again."),
    gettext_noop("Go back to the list."),
)
"""The sentences and remedies of `comity.concurrence.services` and `comity.plan.meeting_joint`."""
