"""The data directory of a stopped node is audited, and nothing in it is changed by that."""

import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from amanat.ledger.encoding import encode
from amanat.node.audit.auditor import Auditor
from amanat.node.audit.directory_source import DirectorySource
from amanat.node.audit.findings import Finding
from amanat.node.audit.sources import Unusable
from amanat.node.audit.workplace import Workplace
from amanat.node.data_directory import create, open_directory
from amanat.node.leveldb import open_database
from amanat.node.records import u64
from tests.node.audit.chains import story

CHAIN = story()


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """The directory of a node that has applied the whole chain."""
    path = tmp_path / "data"
    create(path, "mof", CHAIN.document)
    directory = open_directory(path, CHAIN.document)
    directory.store.append_synced(None, CHAIN.entries)
    for first in range(0, CHAIN.last, 4):
        blocks = CHAIN.blocks[first : first + 4]
        directory.store.apply(blocks, CHAIN.certificate(blocks[-1].height))
    directory.close()
    return path


@pytest.fixture
def work(tmp_path: Path) -> Iterator[Workplace]:
    work = Workplace(tmp_path / "work")
    yield work
    work.close()


def audited(data: Path, work: Workplace) -> Finding | None:
    source = DirectorySource(data, work.path)
    try:
        return Auditor(CHAIN.document, source, work).run()
    finally:
        source.close()


def files(data: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(data)): hashlib.sha256(path.read_bytes()).digest()
        for path in sorted(data.rglob("*"))
        if path.is_file()
    }


def spoil(data: Path, key: bytes, value: bytes | None) -> None:
    database = open_database(data / "db", create=False)
    with database.write_batch(sync=True) as batch:
        batch.delete(key) if value is None else batch.put(key, value)
    database.close()


def test_it_is_in_order_and_stays_as_it_was(data: Path, work: Workplace) -> None:
    before = files(data)
    assert audited(data, work) is None
    assert files(data) == before
    assert not (work.path / "source").exists(), "the copy is gone"


def test_one_that_is_read_only_is_audited(data: Path, work: Workplace) -> None:
    for path in (*data.rglob("*"), data):
        path.chmod(0o500 if path.is_dir() else 0o400)
    try:
        assert audited(data, work) is None
    finally:
        for path in (data, *data.rglob("*")):
            path.chmod(0o700 if path.is_dir() else 0o600)


def test_that_of_a_running_node_is_refused_with_what_to_do(data: Path, work: Workplace) -> None:
    running = open_directory(data, CHAIN.document)
    with pytest.raises(Unusable, match=r"in use by process \d+: stop that node for a moment, or"):
        DirectorySource(data, work.path)
    running.close()
    assert audited(data, work) is None


def test_a_node_may_start_again_while_it_is_audited(data: Path, work: Workplace) -> None:
    source = DirectorySource(data, work.path)
    running = open_directory(data, CHAIN.document)
    assert Auditor(CHAIN.document, source, work).run() is None
    running.close()
    source.close()


def test_one_whose_old_blocks_are_gone_is_refused_with_what_to_do(
    data: Path, work: Workplace
) -> None:
    spoil(data, b"b", u64(5))
    with pytest.raises(Unusable, match=r"only from 5 on \(keep_blocks\).*ask a node that keeps"):
        DirectorySource(data, work.path)


def test_what_is_no_data_directory_is_refused(tmp_path: Path, work: Workplace) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(Unusable, match="is not the data directory of a node"):
        DirectorySource(tmp_path / "empty", work.path)


def test_another_format_is_refused(data: Path, work: Workplace) -> None:
    spoil(data, b"i", encode([9, CHAIN.chain_id]))
    with pytest.raises(Unusable, match="has format 9; this program reads 2 to"):
        DirectorySource(data, work.path)


@pytest.mark.parametrize(
    ("key", "value", "height", "check"),
    [
        (b"l" + u64(7), None, 7, "whole"),
        (b"l" + u64(CHAIN.last), None, CHAIN.last, "whole"),
        (b"l" + u64(7), encode(CHAIN.entries[7]), 7, "order"),
        (b"r" + u64(7), encode(CHAIN.blocks[7].receipts), 7, "receipts"),
        (b"r" + u64(7), None, 7, "whole"),
        (b"c" + u64(8), encode(CHAIN.certificate(7)), 8, "certificate"),
        (b"c" + u64(CHAIN.last), None, CHAIN.last, "certificate"),
    ],
)
def test_what_was_changed_behind_its_back_is_found(
    data: Path, work: Workplace, key: bytes, value: bytes | None, height: int, check: str
) -> None:
    spoil(data, key, value)
    found = audited(data, work)
    assert found is not None
    assert (found.height, found.check) == (height, check)
    assert files(data), "it is as it was"


def test_a_table_with_a_rotten_byte_is_told(data: Path, work: Workplace) -> None:
    open_directory(data, CHAIN.document).close()  # puts the log into a table
    payload = CHAIN.entries[6].payload
    for table in (data / "db").glob("*.ldb"):
        content = bytearray(table.read_bytes())
        if payload in content:
            content[content.index(payload)] ^= 1
            table.write_bytes(content)
    found = audited(data, work)
    assert found is not None
    assert (found.check, found.height <= 7) == ("whole", True)
    assert found.expected == "a block that can be read"
