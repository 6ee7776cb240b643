"""Take in the content of a record whose header had come without it."""

from django.db import DataError, connections, transaction

from comity.channel import blobs, sealed, store
from comity.channel.alarms import AlarmKind, raise_alarm
from comity.channel.control import Control, apply_control
from comity.channel.ingest import state
from comity.channel.journals import bump_epoch
from comity.channel.judge import Judge, Judged, No, act_lacks, is_act, refused_list
from comity.channel.models import Channel, ContentState, Record, RecordState
from comity.channel.runtime import AppliedRecord, LocalNode, apply_to_areas
from comity.protocol import types
from comity.protocol.errors import ComityError, MalformedError
from comity.protocol.message import LateContent, WireRecord
from comity.protocol.names import instant
from comity.protocol.records import parse_header


def take_late(node: LocalNode, channel: Channel, sender: str, late: LateContent) -> bool:
    """Judge a record again now that its content is here, and say so; return whether it was of use."""
    if late.node not in channel.members:
        return False
    with transaction.atomic(using=node.using):
        journal = store.load_journal(node.using, channel.id, late.node)
        stored = store.read_records(node.using, journal.id, late.index, late.index + 1)
        if not stored or stored[0].content_state != ContentState.LACKING:
            return False
        if late.node == node.name:
            return _take_own(node, channel, sender, journal, stored[0], late)
        if is_act(stored[0].header) and act_lacks(node, journal.id, late.index):
            return False
        wire = WireRecord(stored[0].header, late.content, late.wraps)
        judged = Judge(node, channel, late.node, set()).judge(wire, late.index)
        if judged.no and judged.no.alarm:
            # It is still not the content that the header announced: the record stays as it is.
            raise_alarm(node, judged.no.alarm, sender, judged.no.sentence, channel=channel.uuid)
            return False
        judged = _effect(node, channel, journal, late.index, judged)
        _fill(node, journal.id, late.index, judged)
        if judged.header and not judged.no:
            blobs.announce(node, journal.id, [(late.index, judged.header)])
        if judged.record.type.startswith("agreement."):
            bump_epoch(node, channel)
        if judged.disposed:
            body = types.Disposition(
                journal=late.node,
                start=late.index,
                end=late.index + 1,
                time=instant(node.clock()),
                refused=refused_list([judged], late.index),
            )
            state(node, channel, body)
    return True


def _take_own(
    node: LocalNode,
    channel: Channel,
    sender: str,
    journal: store.JournalRow,
    stored: store.StoredRecord,
    late: LateContent,
) -> bool:
    """Take back the content of an own record, from a partner that it was sent to."""
    try:
        body = sealed.read_own(node, stored.header, late.content, late.wraps)
    except ComityError as error:
        raise_alarm(node, AlarmKind.TAMPERED_CONTENT, sender, error.sentence, channel=channel.uuid)
        return False
    header = parse_header(stored.header).header
    Record.objects.using(node.using).filter(journal_id=journal.id, index=stored.index).update(
        content=late.content,
        wraps=store.encode_wraps(late.wraps),
        key_at_rest=next((wrap.wrapped for wrap in late.wraps if wrap.node == node.name), None),
        content_state=ContentState.PRESENT,
    )
    if node.catalogue[header.type].needs_clause:
        apply_to_areas(node, [AppliedRecord(header, body, node.name, stored.index, own=True)])
    elif body is not None:
        apply_control(node, channel, Control(header, body, journal, stored.index, settled=True))
        bump_epoch(node, channel)
    return True


def _fill(node: LocalNode, journal_id: int, index: int, judged: Judged) -> None:
    record = judged.record
    with connections[node.using].cursor() as cursor:
        cursor.execute(
            "UPDATE channel_record SET content = %s, wraps = %s, key_at_rest = %s, state = %s, content_state = %s,"
            ' erase_due_ms = %s WHERE journal_id = %s AND "index" = %s',
            [
                record.content,
                store.encode_wraps(record.wraps),
                record.key_at_rest,
                int(RecordState.REFUSED if judged.no else RecordState.ACCEPTED),
                int(ContentState.PRESENT),
                record.erase_due_ms,
                journal_id,
                index,
            ],
        )


def _effect(node: LocalNode, channel: Channel, journal: store.JournalRow, index: int, judged: Judged) -> Judged:
    """Apply the record, or return it refused after all."""
    if judged.no or judged.header is None or judged.body is None:
        return judged
    header, body = judged.header, judged.body
    if node.catalogue[header.type].needs_clause:
        apply_to_areas(node, [AppliedRecord(header, body, journal.node, index, own=False)])
        return judged
    try:
        with transaction.atomic(using=node.using):
            apply_control(node, channel, Control(header, body, journal, index))
    except ComityError as error:
        return judged.refused(No.of(error))
    except (DataError, OverflowError, ValueError):
        return judged.refused(No.of(MalformedError("The record states a value that no journal can hold.")))
    return judged
