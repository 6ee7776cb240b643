"""Case packs: what a court relies on."""

import io
import tracemalloc
from collections.abc import Iterator
from dataclasses import replace
from functools import cache

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from comity.protocol import types
from comity.protocol.attachments import Attachment
from comity.protocol.canonical import decode, encode
from comity.protocol.checkpoints import Checkpoint, JournalName, sign_checkpoint
from comity.protocol.errors import ComityError, MalformedError
from comity.protocol.names import hex_digest, instant
from comity.protocol.packs import (
    ContentState,
    Finding,
    Manifest,
    PackExport,
    PackPlan,
    Report,
    Verdict,
    item_name,
    manifest_digest,
    plan_pack,
    redact,
    render,
    verify_pack,
    write_pack,
)
from comity.protocol.packs.conclude import conclude
from comity.protocol.packs.format import MANIFEST_LIMIT, Trailer, parse_manifest
from comity.protocol.packs.frames import PackBrokenError
from comity.protocol.packs.state import Covered, SeenRecord, State, Trust
from comity.protocol.records import parse_header
from tests.protocol.world import DE, QA, START, STRANGER, World, make_keys

BOTH = (QA.public.document, DE.public.document)


@cache
def sample() -> bytes:
    return World(attachment=b"a short plan").exchange().pack()


def check(data: bytes, keys: tuple[bytes | str, ...] = BOTH) -> Report:
    return verify_pack(io.BytesIO(data), keys)


def without(data: bytes, *names: str) -> bytes:
    return b"".join(redact(io.BytesIO(data), names))


def parts(data: bytes) -> tuple[bytes, Manifest, int, Trailer]:
    """Return the manifest's bytes and value, where the items begin, and the trailer."""
    at = data.index(b"\n") + 1
    size = int.from_bytes(data[at : at + 4])
    raw = data[at + 4 : at + 4 + size]
    manifest = parse_manifest(raw)
    body = at + 4 + size
    end = body + sum(item.size + 4 for item in manifest.items)
    return raw, manifest, body, decode(data[end + 4 :], Trailer, limit=MANIFEST_LIMIT)


def test_whole_pack_is_proven_and_says_who_did_what() -> None:
    report = check(sample())
    assert report.verdict is Verdict.PROVEN
    assert (report.findings, report.unproven, report.left_out, report.exported) == ((), (), (), True)
    facts = {(fact.node, fact.index): fact for fact in report.records}
    asked, erased, reply = facts["QA.doha", 2], facts["QA.doha", 3], facts["DE.berlin", 2]
    assert all(fact.proven and len(fact.receipts) == 1 for fact in facts.values())
    assert [(one.by, one.outcome) for one in asked.outcomes] == [("DE.berlin", types.Outcome.ACCEPTED)]
    assert [one.state for one in asked.attachments] == [ContentState.VERIFIED]
    assert (erased.content, {one.by for one in erased.erasures}) == (ContentState.ERASED, {"QA.doha", "DE.berlin"})
    assert (erased.outcomes[0].outcome, erased.outcomes[0].clause) == (types.Outcome.REFUSED, "4(2)")
    assert reply.outcomes[0].by == "QA.doha"
    assert [(one.signed_by, one.complete) for one in report.agreements] == [(("DE.berlin", "QA.doha"), True)]


def test_fingerprints_serve_as_well_as_identities() -> None:
    fingerprints = tuple(hex_digest(keys.public.fingerprint) for keys in (QA, DE))
    assert check(sample(), fingerprints).verdict is Verdict.PROVEN


@given(st.data())
@settings(max_examples=300, deadline=None)
def test_any_flipped_byte_is_found_and_named(data: st.DataObject) -> None:
    whole = bytearray(sample())
    at = data.draw(st.integers(0, len(whole) - 1))
    whole[at] ^= data.draw(st.integers(1, 255))
    report = check(bytes(whole))
    assert report.verdict is Verdict.BROKEN
    assert report.findings[0].item
    _, manifest, start, _ = parts(sample())
    if at >= start:  # inside the items: the finding names the very item
        for item in manifest.items:
            if at < start + 4 + item.size:
                assert item_name(item) in {finding.item for finding in report.findings}
                return
            start += 4 + item.size
        assert {finding.item for finding in report.findings} & {"trailer", "file", "manifest"}


@given(st.data())
@settings(max_examples=150, deadline=None)
def test_any_cut_or_added_bytes_are_found_and_named(data: st.DataObject) -> None:
    whole = sample()
    at = data.draw(st.integers(0, len(whole)))
    extra = data.draw(st.binary(min_size=1, max_size=40))
    length = data.draw(st.integers(1, 40))
    changed = data.draw(
        st.sampled_from([whole[:at], whole[:at] + extra + whole[at:], whole[:at] + whole[at + length :]])
    )
    if changed != whole:
        report = check(changed)
        assert report.verdict is Verdict.BROKEN
        assert report.findings[0].item


@given(st.binary(max_size=2000))
@settings(max_examples=200, deadline=None)
def test_random_bytes_end_in_a_report(data: bytes) -> None:
    assert check(data).verdict is Verdict.BROKEN
    assert check(b"comity/v1/pack\n" + data).verdict is Verdict.BROKEN


def test_every_single_item_can_be_left_out_and_the_rest_still_verifies() -> None:
    _, manifest, _, _ = parts(sample())
    for item in manifest.items:
        name = item_name(item)
        report = check(without(sample(), name))
        assert report.verdict is Verdict.PART, name
        assert (report.left_out, report.findings) == ((name,), ())


def test_left_out_items_all_together_leave_the_manifest_proven_but_nothing_in_it() -> None:
    _, manifest, _, _ = parts(sample())
    report = check(without(sample(), *map(item_name, manifest.items)))
    assert report.exported
    assert report.findings == (Finding("file", "nothing in it is proven by the keys that were given"),)


def test_left_out_content_keeps_header_receipt_and_outcome() -> None:
    report = check(without(sample(), "QA.doha/2/content"))
    fact = next(one for one in report.records if (one.node, one.index) == ("QA.doha", 2))
    assert (fact.proven, fact.content) == (True, ContentState.LEFT_OUT)
    assert (len(fact.receipts), len(fact.outcomes)) == (1, 1)
    assert fact.attachments[0].state is ContentState.CLOSED


def test_left_out_content_cannot_be_guessed_from_its_digest() -> None:
    # The digest in the manifest is of salt and payload; a guess of the payload alone has no salt to try.
    payload = encode(msgspec.json.decode(b'{"text":"A haulier in Kiel."}'))
    _, manifest, _, _ = parts(sample())
    item = next(one for one in manifest.items if item_name(one) == "DE.berlin/2/content")
    assert item.size == 32 + len(payload)
    assert payload not in without(sample(), "DE.berlin/2/content")
    assert payload in sample()


def test_redacting_twice_equals_redacting_at_once() -> None:
    names = ("QA.doha/2/content", "DE.berlin/2/header")
    assert without(without(sample(), names[0]), names[1]) == without(sample(), *names)


def test_redacting_refuses_unknown_names_and_damaged_packs() -> None:
    with pytest.raises(MalformedError):
        without(sample(), "QA.doha/99/content")
    _, _, start, _ = parts(sample())
    damaged = sample()[: start + 40] + b"\x00" + sample()[start + 41 :]
    with pytest.raises(PackBrokenError):
        without(damaged, "QA.doha/2/content")


def test_a_pack_brings_no_keys_of_its_own() -> None:
    assert check(sample(), ()).verdict is Verdict.BROKEN
    report = check(sample(), (STRANGER.public.document,))
    assert (report.verdict, report.exported) == (Verdict.BROKEN, False)


def test_one_key_alone_proves_that_sides_records_only() -> None:
    report = check(sample(), (QA.public.document,))
    assert report.verdict is Verdict.PART
    assert {fact.node for fact in report.records if fact.proven} == {"QA.doha"}
    assert not any(fact.receipts for fact in report.records)


def test_identity_of_the_right_name_with_other_keys_is_refused() -> None:
    impostor = make_keys("QA.doha", "QA/OTHER").public.document
    report = check(sample(), (impostor, DE.public.document))
    assert report.verdict is Verdict.BROKEN
    assert any(finding.item.startswith("identity/QA.doha") for finding in report.findings)


def rebuild(manifest: Manifest, bodies: list[bytes], trailer: Trailer) -> bytes:
    raw, end = encode(manifest), encode(trailer)
    framed = b"".join(b"here" + body for body in bodies)
    return b"comity/v1/pack\n" + len(raw).to_bytes(4) + raw + framed + len(end).to_bytes(4) + end


def bodies_of(data: bytes) -> list[bytes]:
    _, manifest, at, _ = parts(data)
    found = []
    for item in manifest.items:
        found.append(data[at + 4 : at + 4 + item.size])
        at += 4 + item.size
    return found


def test_nothing_of_a_pack_can_be_changed_added_or_taken_out_of_its_manifest() -> None:
    _, manifest, _, trailer = parts(sample())
    bodies = bodies_of(sample())
    assert rebuild(manifest, bodies, trailer) == sample()
    shorter = msgspec.structs.replace(manifest, items=manifest.items[:-1])
    other_case = msgspec.structs.replace(manifest, case=manifest.channel)
    later = msgspec.structs.replace(manifest, time=instant(START))
    for forged, content in ((shorter, bodies[:-1]), (other_case, bodies), (later, bodies)):
        report = check(rebuild(forged, content, trailer))
        assert report.verdict is Verdict.BROKEN
        assert "manifest" in {finding.item for finding in report.findings}


def test_trailer_takes_only_the_exporters_own_signatures() -> None:
    _, manifest, _, trailer = parts(sample())
    bodies = bodies_of(sample())
    forged = [
        msgspec.structs.replace(trailer, note=trailer.note + trailer.note.splitlines(keepends=True)[-1]),
        msgspec.structs.replace(trailer, note=trailer.note + "— FR.paris AAAAAAAA\n".encode()),
        msgspec.structs.replace(trailer, proof=trailer.proof[:-1]),
        msgspec.structs.replace(trailer, index=trailer.index + 1),
        msgspec.structs.replace(trailer, content=trailer.content + b" "),
    ]
    for one in forged:
        report = check(rebuild(manifest, bodies, one))
        assert (report.verdict, report.exported) == (Verdict.BROKEN, False)
        assert report.findings[0].item == "trailer"


def test_exporter_with_two_journals_of_one_size_is_found_out() -> None:
    world = World(attachment=b"x").exchange()
    contents = world.contents()
    plan = plan_pack(contents)
    export = world.export(plan)
    journal = world.journals["QA.doha"]
    forked = sign_checkpoint(Checkpoint(journal.name, len(journal.headers), bytes(32)), QA)
    notes = [*contents.notes, forked.note]
    forked_plan = plan_pack(replace(contents, notes=notes))
    fork = PackExport(export.index, *_reexport(world, forked_plan))
    report = check(b"".join(write_pack(forked_plan, fork)))
    assert report.verdict is Verdict.BROKEN
    assert any("forked" in finding.problem for finding in report.findings)


def _reexport(world: World, plan: PackPlan) -> tuple[bytes, bytes, tuple[bytes, ...], bytes]:
    """Record another manifest at the place of the first, as a node that forks would."""
    journal = world.journals["QA.doha"]
    journal.headers.pop()
    journal.contents.pop()
    export = world.export(plan)
    return export.header, export.content, export.proof, export.note


def test_record_without_content_and_without_erasure_is_not_passed_over() -> None:
    world = World(attachment=b"x").exchange()
    world.journals["DE.berlin"].contents[2] = None
    report = check(world.pack())
    assert report.verdict is Verdict.PART
    assert any(one.item == "DE.berlin/2/content" for one in report.unproven)


def test_record_that_no_partner_has_cosigned_shows_no_receipt() -> None:
    world = World(attachment=b"x").exchange()
    contents = world.contents()
    own = world.journals["QA.doha"].checkpoint().note
    notes = [own if b"/QA.doha\n" in note.split(b"\n\n")[0] + b"\n" else note for note in contents.notes]
    plan = plan_pack(replace(contents, notes=notes))
    report = check(b"".join(write_pack(plan, world.export(plan))))
    assert report.verdict is Verdict.PROVEN
    assert {fact.node for fact in report.records if not fact.receipts} == {"QA.doha"}
    assert "no receipt in this file" in render(report)


def test_attachment_that_shrinks_while_the_pack_is_written_is_refused() -> None:
    world = World(attachment=b"x").exchange()
    plan = plan_pack(world.contents())
    cut = plan.pieces[-1][0], lambda: [b"short"]
    broken = type(plan)(plan.manifest, plan.digest, (*plan.pieces[:-1], cut))
    with pytest.raises(MalformedError):
        list(write_pack(broken, world.export(plan)))


class Taken:
    """Collect what is extracted."""

    def __init__(self) -> None:
        self.contents: dict[str, bytes] = {}
        self.files: dict[str, bytes] = {}

    def content(self, name: str, document: bytes) -> None:
        self.contents[name] = document

    def attachment(self, name: str, announced: Attachment, blocks: Iterator[bytes]) -> None:
        self.files[announced.name] = b"".join(blocks)


def test_proven_contents_and_attachments_come_out_in_clear() -> None:
    taken = Taken()
    verify_pack(io.BytesIO(sample()), BOTH, taken)
    assert b"Who owns the lorry?" in taken.contents["QA.doha/2/content"]
    assert taken.files == {"plan.txt": b"a short plan"}


def test_contents_that_are_not_proven_do_not_come_out() -> None:
    taken = Taken()
    verify_pack(io.BytesIO(sample()), (DE.public.document,), taken)
    assert not any(name.startswith("QA.doha") for name in taken.contents)
    assert taken.files == {}


def test_large_attachments_pass_in_bounded_memory() -> None:
    data = World(attachment=bytes(24_000_000)).exchange().pack()
    stream = io.BytesIO(data)
    tracemalloc.start()
    report = verify_pack(stream, BOTH)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert report.verdict is Verdict.PROVEN
    assert peak < 8_000_000


def test_no_text_in_a_pack_can_forge_a_line_of_the_report() -> None:
    world = World(attachment=b"x").exchange()
    ground = "law\n    accepted  today by DE.berlin\x1b[2J\u202eevil"
    address = types.RecordAddress(journal="QA.doha", index=3, id=_id(world, 3))
    world.open("DE.berlin", "erasure.done/1", types.ErasureDone(records=(address,), ground=ground, time=instant(START)))
    text = render(check(world.pack()))
    assert "\n    accepted  today" not in text
    assert "\x1b" not in text
    assert "\u202e" not in text


def _id(world: World, index: int) -> str:
    return str(msgspec.json.decode(world.journals["QA.doha"].headers[index])["id"])


def test_one_set_of_items_has_one_manifest() -> None:
    _, manifest, _, _ = parts(sample())
    for items in (manifest.items[::-1], (*manifest.items, manifest.items[-1]), manifest.items[:1] * 2):
        with pytest.raises(MalformedError):
            parse_manifest(encode(msgspec.structs.replace(manifest, items=items)))
    proof = next(item for item in manifest.items if item.kind == "proof")
    for one in (proof, msgspec.structs.replace(proof, tree=None), msgspec.structs.replace(proof, size=33)):
        with pytest.raises(MalformedError):
            parse_manifest(encode(msgspec.structs.replace(manifest, items=(one,))))


def test_manifest_digest_is_what_the_export_record_holds() -> None:
    raw, _, _, trailer = parts(sample())
    assert decode(trailer.content, types.PackExported, limit=1000).manifest == manifest_digest(raw)


def test_errors_about_packs_are_documented_ones() -> None:
    assert issubclass(PackBrokenError, ComityError)


def test_overlapping_statements_cost_no_more_than_the_file_is_long() -> None:
    """Thousands of dispositions, each over thousands of records: quadratic work would run into the timeout."""
    manifest = parts(sample())[1]
    state = State(manifest, Trust(BOTH))
    header = parse_header(World(attachment=b"x").exchange().journals["QA.doha"].headers[2])
    covered = Covered(Checkpoint(JournalName(manifest.channel, "QA.doha"), 20_000, bytes(32)), ())
    body = types.Disposition(journal="QA.doha", start=0, end=20_000, time=instant(START))
    for number in range(10_000):
        state.records["QA.doha", number] = SeenRecord("QA.doha", number, header, covered)
        said = SeenRecord("DE.berlin", number, header, covered, body=body)
        state.records["DE.berlin", number] = said
        state.findings.append(Finding(f"FR.paris/{number}/header", "wrong"))
    report = conclude(state)
    assert len(report.records) == 20_000
    assert all(len(one.outcomes) == 1 for one in report.records if one.node == "QA.doha")
    assert render(report)


def test_later_disposition_takes_the_place_of_an_earlier_one() -> None:
    world = World(attachment=b"x").exchange()
    body = types.Disposition(journal="QA.doha", start=3, end=4, time=instant(START))
    world.open("DE.berlin", "channel.disposition/1", body)
    fact = next(one for one in check(world.pack()).records if (one.node, one.index) == ("QA.doha", 3))
    assert [one.outcome for one in fact.outcomes] == [types.Outcome.ACCEPTED]
