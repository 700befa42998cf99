"""A database is copied while another thread writes to it without pause."""

import threading
from pathlib import Path

import plyvel
import pytest

from amanat.node.backup.frozen import freeze
from amanat.node.backup.manifest import BackupError

COPIES = 25


def key(number: int) -> bytes:
    return number.to_bytes(8, "big")


def opened(path: Path) -> plyvel.DB:
    """Open a database with small tables."""
    return plyvel.DB(
        str(path), create_if_missing=True, write_buffer_size=64 * 1024, compression=None
    )


class Writer:
    """Writes one number after the other, each synced, into a database with small tables."""

    def __init__(self, path: Path) -> None:
        self._database = opened(path)
        self.written = 0
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._write)

    def __enter__(self) -> "Writer":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()
        self._database.close()

    def _write(self) -> None:
        while not self._over.is_set():
            with self._database.write_batch(sync=True) as batch:
                batch.put(key(self.written), bytes(600))
                batch.put(b"last", key(self.written))
            self.written += 1


def held(path: Path) -> int:
    """Return how many numbers a copy holds, which must be all up to the last."""
    database = plyvel.DB(str(path), paranoid_checks=True)
    found = [name for name, _ in database.iterator(verify_checksums=True) if name != b"last"]
    assert found == [key(number) for number in range(len(found))]
    if found:
        assert database.get(b"last") == found[-1]
    database.close()
    return len(found)


def test_each_copy_is_all_that_was_written_up_to_some_moment_after_it_began(
    tmp_path: Path,
) -> None:
    with Writer(tmp_path / "db") as writer:
        for turn in range(COPIES):
            before = writer.written
            freeze(tmp_path / "db", tmp_path / f"copy {turn}")
            assert held(tmp_path / f"copy {turn}") >= before
        total = writer.written
    assert total > 0


def test_opening_a_copy_writes_over_no_table_that_the_original_is_about_to_enter(
    tmp_path: Path,
) -> None:
    database = opened(tmp_path / "db")
    for number in range(300):
        with database.write_batch(sync=True) as batch:
            batch.put(key(number), bytes(600))
            batch.put(b"last", key(number))
    database.close()
    made = sorted((tmp_path / "db").glob("*.ldb"))
    highest = max(int(file.stem) for file in (tmp_path / "db").iterdir() if file.stem.isdigit())
    # Finished, and not in the MANIFEST yet: LevelDB takes the next number for each new table.
    entering = [tmp_path / "db" / f"{highest + turn:06}.ldb" for turn in range(1, 5)]
    for file in entering:
        file.write_bytes(made[0].read_bytes())
    freeze(tmp_path / "db", tmp_path / "copy")
    assert held(tmp_path / "copy") > 0
    assert [file.read_bytes() for file in entering] == [made[0].read_bytes()] * len(entering)


def test_a_folder_without_a_database_is_refused(tmp_path: Path) -> None:
    (tmp_path / "db").mkdir()
    with pytest.raises(BackupError, match="holds no database"):
        freeze(tmp_path / "db", tmp_path / "copy")
