"""What a power cut leaves of the database, as LevelDB syncs it."""

from collections.abc import Iterator
from pathlib import Path
from random import Random

import plyvel
import pytest

from amanat.node.store import Store, StoreError
from tests.node.history import market_history
from tests.simulation.database import Changes, SimulatedDatabase

HISTORY = market_history()
DOCUMENT, CHAIN = HISTORY.document, HISTORY.chain_id
BLOCKS, ENTRIES = HISTORY.blocks, HISTORY.entries


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "db"


@pytest.fixture
def store(path: Path) -> Iterator[Store]:
    """A new database, open."""
    Store.create(path, DOCUMENT)
    store = Store.open(path, CHAIN)
    yield store
    store.close()


def grown_until_the_power_fails(seed: int) -> Store:
    """Append and apply block by block, in log files of some batches; then reopen what is left."""
    database = SimulatedDatabase(file_batches=1 + seed % 4)
    Store.found(database, DOCUMENT)
    store = Store.resume(database, CHAIN)
    store.append_synced(None, ENTRIES[:1])
    for entry, block in zip(ENTRIES[1:], BLOCKS, strict=False):
        store.apply([block], HISTORY.certificate(block.height))
        store.append_synced(None, [entry])
    database.lose(Random(seed))
    return Store.resume(database, CHAIN)


@pytest.mark.parametrize("seed", range(12))
def test_what_was_applied_outlives_a_power_cut_whole(seed: int) -> None:
    store = grown_until_the_power_fails(seed)
    assert store.applied().height == len(BLOCKS) - 1
    for block in BLOCKS[:-1]:
        assert store.header(block.height) == block.block.header
        assert store.receipts(block.height) == block.receipts
        assert all(store.contains(transaction) for transaction in block.ids)
        tree = store.tree(block.height)
        assert tree is not None
        assert dict(tree.items()) == dict(block.tree.items())


class LyingDisk(SimulatedDatabase):
    """Says that it has synced, and has not."""

    def _write(self, changes: Changes, sync: bool) -> None:
        del sync
        super()._write(changes, sync=False)


def test_a_database_that_lost_blocks_from_between_is_refused() -> None:
    refused = 0
    for seed in range(80):
        database = LyingDisk(file_batches=1 + seed % 6)
        Store.found(database, DOCUMENT)
        database.reopen()
        store = Store.resume(database, CHAIN)
        store.append_synced(None, ENTRIES)
        for block in BLOCKS:
            store.apply([block], HISTORY.certificate(block.height))
        database.lose(Random(seed))
        try:
            store = Store.resume(database, CHAIN)
        except StoreError as error:
            refused += "is missing, though" in str(error)
            continue
        for block in BLOCKS[: store.applied().height]:
            assert store.header(block.height) == block.block.header
            assert all(store.contains(transaction) for transaction in block.ids)
    assert refused > 10


@pytest.mark.parametrize("height", [1, 2, len(BLOCKS) - 1])
def test_a_block_that_is_missing_is_named(store: Store, path: Path, height: int) -> None:
    store.append_synced(None, ENTRIES)
    store.apply(BLOCKS, HISTORY.certificate(len(BLOCKS)))
    store.close()
    database = plyvel.DB(str(path))
    database.delete(b"h" + height.to_bytes(8, "big"))
    database.close()
    with pytest.raises(StoreError, match=f"block {height} is missing, though {len(BLOCKS)} is app"):
        Store.open(path, CHAIN)


def test_the_last_blocks_alone_are_looked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("amanat.node.stored_blocks.CHECKED_BLOCKS", 3)
    for height, is_found in ((len(BLOCKS) - 3, True), (len(BLOCKS) - 4, False)):
        database = SimulatedDatabase()
        Store.found(database, DOCUMENT)
        store = Store.resume(database, CHAIN)
        store.append_synced(None, ENTRIES)
        store.apply(BLOCKS, HISTORY.certificate(len(BLOCKS)))
        with database.write_batch(sync=True) as batch:
            batch.delete(b"h" + height.to_bytes(8, "big"))
        if is_found:
            with pytest.raises(StoreError, match=f"block {height} is missing"):
                Store.resume(database, CHAIN)
        else:
            Store.resume(database, CHAIN)
