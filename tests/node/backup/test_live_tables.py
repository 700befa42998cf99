"""Which tables a MANIFEST names, held against what LevelDB leaves in the folder."""

from pathlib import Path

import plyvel
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from amanat.node.backup.live_tables import tables_of
from amanat.node.backup.manifest import NotValid


def opened(path: Path) -> plyvel.DB:
    return plyvel.DB(
        str(path), create_if_missing=True, write_buffer_size=64 * 1024, compression=None
    )


def tables_in(path: Path) -> list[Path]:
    return sorted(path.glob("*.ldb"))


@settings(max_examples=15, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 40), st.integers(1, 150)), max_size=6))
def test_they_are_those_that_leveldb_keeps(
    tmp_path_factory: pytest.TempPathFactory, written: list[tuple[int, int]]
) -> None:
    path = tmp_path_factory.mktemp("database") / "db"
    for first, many in written:
        database = opened(path)
        for number in range(first, first + many):
            database.put(number.to_bytes(2, "big"), bytes(2_000))
        database.compact_range()
        database.close()
    opened(path).close()  # whoever opens it removes the tables that are not named any more
    assert tables_of(path, within=path) == tables_in(path)


def test_a_long_manifest_is_read_across_its_blocks(tmp_path: Path) -> None:
    path = tmp_path / "db"
    database = opened(path)
    for number in range(60):
        # Each table's ends are in the MANIFEST: keys of 2 KiB fill its blocks of 32 KiB soon.
        key = number.to_bytes(2, "big") * 1_024
        database.put(key, bytes(70_000))
    database.close()
    (manifest,) = path.glob("MANIFEST-*")
    assert manifest.stat().st_size > 2 * 32 * 1024
    named = set(tables_of(path, within=path))
    opened(path).close()
    assert set(tables_in(path)) <= named | set(tables_of(path, within=path))
    assert tables_of(path, within=path) == tables_in(path)


def test_what_is_no_manifest_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "db"
    opened(path).close()
    (manifest,) = path.glob("MANIFEST-*")
    manifest.write_bytes(b"\x00" * 4 + b"\x01\x00\x01\x72")  # a record of the tag 114
    with pytest.raises(NotValid, match="is no MANIFEST of LevelDB: it has the unknown tag 114"):
        tables_of(path, within=path)
    (path / "CURRENT").unlink()
    with pytest.raises(FileNotFoundError):
        tables_of(path, within=path)


def test_a_record_that_was_not_written_to_its_end_is_none(tmp_path: Path) -> None:
    path = tmp_path / "db"
    database = opened(path)
    database.put(b"key", bytes(70_000))
    database.close()
    opened(path).close()
    whole = tables_of(path, within=path)
    (manifest,) = path.glob("MANIFEST-*")
    manifest.write_bytes(manifest.read_bytes() + b"\x00" * 4 + b"\xff\x00\x01begun")
    assert tables_of(path, within=path) == whole
