"""An archive is whole or it is none: however it was interrupted, cut off or changed."""

import fcntl
import hashlib
from dataclasses import replace
from pathlib import Path

import pytest

from amanat.consensus.log_entry import Entry
from amanat.ledger.encoding import decode, encode
from amanat.node.audit.archive import MAGIC, BadArchive, framed
from amanat.node.audit.archive_source import ArchiveSource
from amanat.node.audit.auditor import Auditor
from amanat.node.audit.export import Export
from amanat.node.audit.findings import Finding
from amanat.node.audit.sources import Damaged, Unusable
from amanat.node.audit.workplace import Workplace
from tests.node.audit.chains import Shown, pays, story
from tests.node.history import History
from tests.node.stored_data import double_proposal

CHAIN = story()
SHOWN = CHAIN.shown()


def exported(source: Shown, target: Path) -> bytes:
    Export(target, source.document, source).run()
    return target.read_bytes()


def audited(archive: Path, place: Path) -> Finding | None:
    source = ArchiveSource(archive)
    work = Workplace(place)
    try:
        return Auditor(CHAIN.document, source, work).run()
    finally:
        work.close()


@pytest.fixture
def target(tmp_path: Path) -> Path:
    return tmp_path / "chain.amanat"


@pytest.fixture
def content(target: Path) -> bytes:
    return exported(SHOWN, target)


def test_it_holds_the_chain_and_nothing_else(target: Path, content: bytes) -> None:
    """Byte by byte as docs/audit.md describes it."""
    written = [MAGIC, framed(b"G", encode(CHAIN.document))]
    written += [framed(b"B", encode([each.entry, each.certificate])) for each in SHOWN.found]
    before = b"".join(written)
    end = [CHAIN.last, CHAIN.id(CHAIN.last).digest, hashlib.sha256(before).digest()]
    assert content == before + framed(b"Z", encode(end))
    source = ArchiveSource(target)
    assert (source.chain, source.last) == (CHAIN.chain_id, CHAIN.last)
    assert list(source.blocks(1)) == [replace(each, receipts=None) for each in SHOWN.found]
    assert [each.height for each in source.blocks(15)] == [15, 16, 17]
    assert not target.with_name("chain.amanat.part").exists()


def test_an_archive_is_in_order(target: Path, content: bytes, tmp_path: Path) -> None:
    assert content
    assert audited(target, tmp_path / "work") is None


def test_an_archive_of_an_archive_is_the_same(target: Path, content: bytes, tmp_path: Path) -> None:
    Export(tmp_path / "copy", CHAIN.document, ArchiveSource(target)).run()
    assert (tmp_path / "copy").read_bytes() == content


def test_evidence_goes_with_it(target: Path) -> None:
    found = double_proposal(History(CHAIN.document))
    exported(CHAIN.shown(), target.with_name("without"))
    CHAIN.evidence.append(found)
    try:
        exported(CHAIN.shown(), target)
    finally:
        CHAIN.evidence.clear()
    source = ArchiveSource(target)
    assert list(source.evidence()) == [found]
    assert len(list(source.blocks(1))) == CHAIN.last


@pytest.mark.parametrize("stop", range(1, CHAIN.last + 1))
def test_wherever_it_is_interrupted_it_goes_on(stop: int, target: Path, content: bytes) -> None:
    target.unlink()
    with pytest.raises(KeyboardInterrupt):
        exported(replace(SHOWN, stops_at=stop, given=[]), target)
    assert not target.exists(), "a half archive has no archive's name"
    source = replace(SHOWN, given=[])
    assert exported(source, target) == content
    assert source.given[:1] == [max(stop - 1, 1)], "what was written is not asked for again"


def test_a_half_written_frame_is_written_anew(target: Path, content: bytes) -> None:
    part = target.with_name("chain.amanat.part")
    start = len(MAGIC) + len(framed(b"G", encode(CHAIN.document)))
    for cut in range(start, len(content) + 1, 97):
        target.unlink()
        part.write_bytes(content[:cut])
        assert exported(replace(SHOWN), target) == content


def test_what_another_network_or_program_left_is_not_gone_on_with(target: Path) -> None:
    part = target.with_name("chain.amanat.part")
    for left in (b"garbage", MAGIC[:5], MAGIC, MAGIC + framed(b"G", b"\xc0")):
        part.write_bytes(left)
        with pytest.raises(Unusable, match="is not what an export of this network has left"):
            exported(SHOWN, target)
        assert part.read_bytes() == left
    other = pays(story(), 1)
    part.unlink()
    with pytest.raises(KeyboardInterrupt):
        exported(replace(SHOWN, stops_at=9, given=[]), target)
    other_shown = other.shown()
    other_shown.found[7] = other_shown.found[6]
    with pytest.raises(Unusable, match="has another block 8 than"):
        exported(replace(other_shown, found=[*other_shown.found[8:]]), target)


def test_nothing_is_overwritten_and_two_do_not_write_one(target: Path, content: bytes) -> None:
    with pytest.raises(Unusable, match="exists: an archive is never overwritten"):
        exported(SHOWN, target)
    assert target.read_bytes() == content
    with target.with_name("other.part").open("wb") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        with pytest.raises(Unusable, match="is being written by another export"):
            exported(SHOWN, target.with_name("other"))


def test_a_chain_with_a_hole_is_not_exported(target: Path) -> None:
    holed = CHAIN.shown()
    del holed.found[4]
    with pytest.raises(Damaged, match="block 5"):
        exported(holed, target)
    cut = CHAIN.shown(last=CHAIN.last)
    del cut.found[-1]
    with pytest.raises(Damaged, match=f"all blocks up to {CHAIN.last}"):
        exported(cut, target.with_name("cut"))
    assert not target.exists()


def test_an_archive_that_is_cut_off_anywhere_is_told(
    target: Path, content: bytes, tmp_path: Path
) -> None:
    start = len(MAGIC) + len(framed(b"G", encode(CHAIN.document)))
    for number, cut in enumerate(range(start, len(content), 331)):
        target.write_bytes(content[:cut])
        found = audited(target, tmp_path / str(number))
        assert found is not None
        assert found.check == "whole"
        assert "it is cut off" in found.found
    for cut in (0, 5, len(MAGIC), start - 1):
        target.write_bytes(content[:cut])
        with pytest.raises(Unusable, match=r"chain\.amanat: it "):
            ArchiveSource(target)


def test_an_archive_of_which_one_bit_has_changed_is_told(
    target: Path, content: bytes, tmp_path: Path
) -> None:
    for number, at in enumerate(range(0, len(content), len(content) // 60)):
        changed = bytearray(content)
        changed[at] ^= 4
        target.write_bytes(changed)
        try:
            found = audited(target, tmp_path / str(number))
        except Unusable:
            continue  # the beginning: another magic, another genesis document
        assert found is not None, f"byte {at}"


def test_an_end_that_names_another_last_block_is_told(
    target: Path, content: bytes, tmp_path: Path
) -> None:
    last = CHAIN.shown().found[-1].entry
    at = content.rindex(decode(last, Entry, bytes_max=len(last)).block.digest)
    target.write_bytes(content[:at] + bytes(32) + content[at + 32 :])
    found = audited(target, tmp_path / "other")
    assert found is not None
    assert found.found == "it says that it ends with another block than it does"


def test_what_follows_the_end_and_frames_of_other_kinds_are_told(
    target: Path, content: bytes, tmp_path: Path
) -> None:
    target.write_bytes(content + framed(b"B", b""))
    found = audited(target, tmp_path / "more")
    assert found is not None
    assert found.found == "something follows its end"
    start = len(MAGIC) + len(framed(b"G", encode(CHAIN.document)))
    target.write_bytes(content[:start] + framed(b"X", b"") + content[start:])
    found = audited(target, tmp_path / "kind")
    assert found is not None
    assert "unknown kind" in found.found


def test_a_frame_that_could_not_be_read_is_not_written() -> None:
    with pytest.raises(BadArchive, match="do not fit into a frame"):
        framed(b"B", bytes(16 * 1024 * 1024 + 1))
