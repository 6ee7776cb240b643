"""Say what each kind of alarm means, and what an operator does first."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from comity.channel.alarms import AlarmKind


@dataclass(frozen=True, slots=True)
class AlarmWords:
    """Hold an alarm's title, what it means, and what to do first."""

    title: str | Promise
    meaning: str | Promise
    first: str | Promise


K = AlarmKind
WORDS: Mapping[AlarmKind, AlarmWords] = {
    K.FORK: AlarmWords(
        _("Two histories of one journal"),
        _("The partner signed two versions of its journal that exclude each other."),
        _("Keep the evidence. Call the partner on a number you know and compare both signed heads."),
    ),
    K.ROLLED_BACK: AlarmWords(
        _("A journal became shorter"),
        _("The partner's journal ends before records that it had signed."),
        _("Ask the partner whether its node was restored from a backup."),
    ),
    K.PARTNER_RESTORED: AlarmWords(
        _("The partner restored its node"),
        _("The partner says that its node came back from a backup and took its records back from this node."),
        _("Confirm by telephone that this was so, then close the alarm."),
    ),
    K.WITHHELD_RECORDS: AlarmWords(
        _("Records are withheld"),
        _("The partner signed more records than it has sent."),
        _("Ask the partner to look at its queue to this node."),
    ),
    K.WITHHELD_CONTENT: AlarmWords(
        _("A content is withheld"),
        _("A record arrived without its content; it is asked for with every message."),
        _("If it does not arrive within an hour, ask the partner why."),
    ),
    K.TAMPERED_MESSAGE: AlarmWords(
        _("A message was changed"),
        _("A message in the partner's name did not verify and was turned away."),
        _("If it repeats, compare key fingerprints by telephone."),
    ),
    K.TAMPERED_BATCH: AlarmWords(
        _("Records do not fit their proof"),
        _("Records arrived that do not lead to the signed head they came with; nothing of them was applied."),
        _("Keep the evidence and ask the partner to verify its journal."),
    ),
    K.TAMPERED_CONTENT: AlarmWords(
        _("A content was changed"),
        _("A content is not the one that its header announced; the record was refused."),
        _("Keep the evidence and ask the partner to send it again."),
    ),
    K.TAMPERED_ATTACHMENT: AlarmWords(
        _("An attachment was changed"),
        _("An attachment arrived complete but is not the one announced; it is fetched again."),
        _("If it repeats, ask the partner to check its store."),
    ),
    K.FORGED_SIGNATURE: AlarmWords(
        _("A signature does not verify"),
        _("A head came with a signature that is not the partner's."),
        _("Compare key fingerprints by telephone before anything else."),
    ),
    K.QUOTA_EXCEEDED: AlarmWords(
        _("The partner's room is used up"),
        _("What the partner sends waits at its own node until there is room here."),
        _("Raise the partner's quota, or ask why so much is sent."),
    ),
    K.CLOCK_SKEW: AlarmWords(
        _("Clocks differ"),
        _("The partner's clock and this node's differ by more than five minutes."),
        _("Check this node's clock first."),
    ),
    K.ERASURE_OVERDUE: AlarmWords(
        _("An erasure is overdue"),
        _("A record should have been erased and the confirmation is missing."),
        _("Ask the partner's operator to run the erasure, or look at this node's housekeeping."),
    ),
}


def alarm_words(kind: str) -> AlarmWords:
    """Return the words of a kind of alarm; an unknown one speaks for itself."""
    try:
        return WORDS[AlarmKind(kind)]
    except (ValueError, KeyError):
        return AlarmWords(kind, "", "")


def alarm_title(kind: str) -> str:
    """Return the title of a kind of alarm."""
    return str(alarm_words(kind).title)
