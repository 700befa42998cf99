"""A damaged database is refused, or answers as it did: never wrongly.

One thing no checksum can tell: a write-ahead log whose end is cut off looks like that of a process
that was killed while it wrote. Such a database answers as it did at an earlier moment, whole write
by whole write; what this authority had acked by then is known to its sign guard.
"""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

import plyvel
import pytest

from amanat.ledger.encoding import EncodingError
from amanat.ledger.tree.state_tree import CorruptNode, MissingNode
from amanat.node.records import StorageFailed
from amanat.node.store import Store, StoreError
from tests.node.history import market_history

SEED = 20_260_101
FLIPS = 40
HISTORY = market_history()
HEIGHTS = len(HISTORY.entries)

Answers = list[Any]


@dataclass(frozen=True)
class Sample:
    """A small database, and all that it answered after each write."""

    path: Path
    moments: list[Answers]

    @property
    def now(self) -> Answers:
        return self.moments[-1]


def all_answers(store: Store) -> Answers:
    """Return everything that can be read."""
    trees = [store.tree(height) for height in range(HEIGHTS + 1)]
    return [
        store.last(),
        store.applied(),
        [store.entry(height) for height in range(HEIGHTS + 2)],
        [store.certificate_from(height) for height in range(HEIGHTS + 2)],
        [store.receipts(height) for height in range(HEIGHTS + 2) if store.header(height)],
        [None if tree is None else list(tree.items()) for tree in trees],
        [store.transaction(each) for block in HISTORY.blocks for each in block.ids],
        list(store.scan(b"")),
    ]


def answers_of(path: Path) -> Answers | None:
    """Return everything that can be read, or None if the damage is noticed, however late."""
    try:
        store = Store.open(path, HISTORY.chain_id)
    except StoreError:
        return None
    try:
        return all_answers(store)
    except (StorageFailed, MissingNode, CorruptNode, EncodingError, plyvel.Error):
        return None
    finally:
        store.close()


def written(path: Path, first: int, last: int) -> Iterator[Path]:
    """Open the database, add these blocks one by one, and yield a copy after each write.

    What it answers is asked of the copies: reads may make LevelDB rearrange its files.
    """
    store = Store.open(path, HISTORY.chain_id)
    yield copied(path)
    for height in range(first, last + 1):
        store.append_synced(None, HISTORY.entries[height - 1 : height])
        yield copied(path)
        store.apply(HISTORY.blocks[height - 1 : height], HISTORY.certificate(height))
        yield copied(path)
    store.close()


def copied(path: Path) -> Path:
    """Return a copy of a database, in place of any earlier copy."""
    copy = path.with_name("copy")
    shutil.rmtree(copy, ignore_errors=True)
    return Path(shutil.copytree(path, copy))


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Sample:
    """A closed database with tables from two earlier runs and the log of the last one."""
    path = tmp_path_factory.mktemp("sample") / "db"
    Store.create(path, HISTORY.document)
    moments = []
    for first, last in ((1, 5), (6, HEIGHTS)):
        for copy in written(path, first, last):
            answers = answers_of(copy)
            assert answers is not None
            moments.append(answers)
    return Sample(path, moments)


def test_what_is_not_damaged_answers_as_before(sample: Sample) -> None:
    assert answers_of(copied(sample.path)) == sample.now


@pytest.mark.parametrize("pattern", ["*.ldb", "MANIFEST-*", "CURRENT", "*.log", "LOG"])
def test_a_flipped_byte_is_noticed_or_changes_no_answer(sample: Sample, pattern: str) -> None:
    random = Random(f"{SEED} {pattern}")
    may_answer = sample.moments if pattern == "*.log" else [sample.now]
    noticed = 0
    for _ in range(FLIPS):
        damaged = copied(sample.path)
        file = random.choice(sorted(damaged.glob(pattern)))
        content = bytearray(file.read_bytes())
        position = random.randrange(len(content))
        content[position] ^= random.randint(1, 255)
        file.write_bytes(content)
        answers = answers_of(damaged)
        assert answers is None or answers in may_answer, (SEED, file.name, position)
        noticed += answers is None
    # Nothing is read from LOG, which tells people what LevelDB did.
    assert (noticed > FLIPS // 2) == (pattern != "LOG")


def test_a_missing_file_is_noticed_or_loses_the_latest_writes_alone(sample: Sample) -> None:
    for name in sorted(file.name for file in sample.path.iterdir()):
        damaged = copied(sample.path)
        (damaged / name).unlink()
        answers = answers_of(damaged)
        if name.startswith(("CURRENT", "MANIFEST")) or name.endswith(".ldb"):
            assert answers is None, name
        else:
            assert answers in sample.moments, name


def test_a_database_that_lost_its_beginning_is_not_begun_anew(sample: Sample) -> None:
    copy = copied(sample.path)
    (copy / "CURRENT").unlink()
    before = sorted(file.name for file in copy.iterdir())
    with pytest.raises(StoreError, match="restore it, do not start it anew"):
        Store.open(copy, HISTORY.chain_id)
    assert sorted(file.name for file in copy.iterdir()) == before


def test_a_write_that_was_cut_short_never_happened(sample: Sample) -> None:
    random = Random(SEED)
    (file,) = sample.path.glob("*.log")
    found = set()
    for cut in [0, *(random.randrange(file.stat().st_size) for _ in range(FLIPS))]:
        damaged = copied(sample.path)
        with (damaged / file.name).open("r+b") as log:
            log.truncate(cut)
        answers = answers_of(damaged)
        assert answers in sample.moments, (SEED, cut)
        found.add(sample.moments.index(answers))
    assert len(found) > 3  # the cuts fell into several writes


def test_what_was_synced_is_there_though_the_database_was_never_closed(tmp_path: Path) -> None:
    path = tmp_path / "db"
    Store.create(path, HISTORY.document)
    for writes, killed in enumerate(written(path, 1, HEIGHTS)):
        store = Store.open(killed, HISTORY.chain_id)
        assert store.last().height == (writes + 1) // 2  # a log entry, then its application, ...
        assert store.applied().height == writes // 2
        store.close()


def test_blocks_applied_in_one_write_are_there_together_or_not_at_all(tmp_path: Path) -> None:
    path = tmp_path / "db"
    Store.create(path, HISTORY.document)
    store = Store.open(path, HISTORY.chain_id)
    store.append_synced(None, HISTORY.entries)
    (file,) = path.glob("*.log")
    begin = file.stat().st_size
    store.apply(HISTORY.blocks, HISTORY.certificate(HEIGHTS))
    end = file.stat().st_size
    store.close()
    random = Random(SEED)
    for cut in [begin, end - 1, *(random.randrange(begin, end) for _ in range(FLIPS))]:
        damaged = copied(path)
        with (damaged / file.name).open("r+b") as log:
            log.truncate(cut)
        again = Store.open(damaged, HISTORY.chain_id)
        assert again.applied().height == 0, (SEED, cut)
        assert [again.header(height) for height in range(1, HEIGHTS + 1)] == [None] * HEIGHTS
        assert not any(again.contains(each) for block in HISTORY.blocks for each in block.ids)
        assert again.last().height == HEIGHTS
        again.close()
