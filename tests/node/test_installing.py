"""A snapshot goes from one database to another, and takes the place of what is there at a restart.

Whatever is cut off in between: the node has its old state or the new one, never a mixture.
"""

from collections.abc import Iterator
from random import Random

import pytest

from amanat.consensus.interface import Persist, StagedPiece
from amanat.consensus.log_entry import Snapshot
from amanat.ledger.encoding import encode
from amanat.ledger.invariants import violations
from amanat.ledger.operations import Transfer
from amanat.ledger.tree.state_tree import StateTree
from amanat.node import provable
from amanat.node.records import StorageFailed
from amanat.node.snapshots import Snapshots
from amanat.node.store import Store, StoreError
from amanat.verifier import verify
from amanat.verifier.contents import Balance
from tests.ledger.world import RUPEE
from tests.node.history import History, market_history
from tests.simulation.database import SimulatedBatch, SimulatedDatabase

HISTORY = market_history()
for number in range(1, 9):
    HISTORY.grow([HISTORY.writer.sign(["alpha"], Transfer("alpha", "beta", RUPEE, number))])
HEIGHT = len(HISTORY.blocks)
AUTHORITIES = HISTORY.document.authorities
OLD = 3
"""What the node had applied before it took the snapshot; its log went to one more."""


def stored(history: History, applied: int, held: int) -> SimulatedDatabase:
    """Return a database with so many of the history's blocks applied and in the log."""
    database = SimulatedDatabase()
    Store.found(database, history.document)
    store = Store.resume(database, history.chain_id)
    store.append_synced(None, history.entries[:held])
    for height in range(1, applied + 1):
        store.apply([history.blocks[height - 1]], history.certificate(height))
    return database


@pytest.fixture(scope="module")
def source() -> Snapshots:
    """A node that has everything."""
    store = Store.resume(stored(HISTORY, HEIGHT, HEIGHT), HISTORY.chain_id)
    return Snapshots(store, AUTHORITIES, piece_bytes=1_500)


def head(source: Snapshots, height: int = HEIGHT) -> Snapshot:
    lineage = source.lineage(height)
    assert lineage is not None
    return Snapshot(HISTORY.entries[height - 1], HISTORY.certificate(height), lineage)


def taking(source: Snapshots, store: Store, height: int = HEIGHT) -> Iterator[None]:
    """Take the snapshot in, piece by piece, staged as the core asks for it; yield after each."""
    snapshots = Snapshots(store, AUTHORITIES, piece_bytes=700)
    if store.staging.snapshot is None:
        assert snapshots.begin(HISTORY.entries[height - 1])
        store.write(Persist(1, None, None, (), None, (head(source, height),)))
        yield
    while (cursor := snapshots.cursor) is not None:
        content = source.piece(height, cursor)
        assert content is not None
        number = snapshots.count
        assert snapshots.take(content) is None
        staged = StagedPiece(number, content, snapshots.cursor is None)
        store.write(Persist(1, None, None, (), None, (staged,)))
        yield


def taken(source: Snapshots, applied: int = OLD) -> SimulatedDatabase:
    """Return a node's database with the whole snapshot beside its own data."""
    database = stored(HISTORY, applied, applied + 1)
    for _ in taking(source, Store.resume(database, HISTORY.chain_id)):
        pass
    return database


def check_new(store: Store) -> None:
    """The database holds the state of the snapshot's block, and no more of the log than that."""
    applied, block = store.applied(), HISTORY.blocks[-1]
    assert (applied.height, applied.digest) == (HEIGHT, block.digest)
    assert applied.certificate == HISTORY.certificate(HEIGHT)
    assert store.base == HEIGHT
    assert store.last() == HISTORY.entries[-1].block
    tree = store.tree(HEIGHT)
    assert tree is not None
    assert tree.root == block.block.header.state_root
    assert dict(tree.items()) == dict(store.scan(b"")) == dict(block.tree.items())
    assert violations(tree.items()) == []
    for each in HISTORY.blocks:
        assert all(store.contains(transaction) for transaction in each.ids)
    assert store.staging.snapshot is None


def check_old(store: Store) -> None:
    """The database holds what it held before."""
    assert store.applied().height == OLD
    assert store.base == 0
    assert store.last() == HISTORY.entries[OLD].block
    tree = store.tree(OLD)
    assert tree is not None
    assert dict(tree.items()) == dict(store.scan(b""))


def test_a_snapshot_takes_the_place_of_log_and_state_at_the_next_start(source: Snapshots) -> None:
    database = taken(source)
    check_new(Store.resume(database, HISTORY.chain_id))
    check_new(Store.resume(database, HISTORY.chain_id))


def test_an_empty_node_begins_with_one(source: Snapshots) -> None:
    database = taken(source, applied=0)
    check_new(Store.resume(database, HISTORY.chain_id))


def test_until_it_is_whole_nothing_of_it_is_used(source: Snapshots) -> None:
    database = stored(HISTORY, OLD, OLD + 1)
    steps = taking(source, Store.resume(database, HISTORY.chain_id))
    pieces = 0
    for _ in steps:
        store = Store.resume(database, HISTORY.chain_id)
        if store.staging.snapshot is None:
            break
        check_old(store)
        pieces += 1
    assert pieces > 5
    check_new(Store.resume(database, HISTORY.chain_id))


def test_a_node_that_was_interrupted_goes_on_with_the_next_piece(source: Snapshots) -> None:
    database = stored(HISTORY, OLD, OLD + 1)
    lives = 0
    while True:
        store = Store.resume(database, HISTORY.chain_id)
        if store.applied().height == HEIGHT:
            break
        steps = taking(source, store)
        for _ in range(2):
            next(steps, None)
        lives += 1
    assert lives > 3
    check_new(store)


class PowerCut(Exception):  # noqa: N818 - what happens
    """The process is gone."""


class FailingDatabase(SimulatedDatabase):
    """Cuts the power at the nth batch, before or after it is written."""

    left = 10**9
    written = False

    def _write(self, changes: list[tuple[bytes, bytes | None]], sync: bool) -> None:
        if self.left == 0 and not self.written:
            raise PowerCut
        super()._write(changes, sync)
        if self.left == 0:
            raise PowerCut
        self.left -= 1


@pytest.mark.parametrize("written", [False, True])
def test_a_power_cut_at_any_write_leaves_the_old_state_or_the_new_one(
    source: Snapshots, written: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("amanat.node.bulk_writer.BATCH_KEYS", 40)
    whole = taken(source).content()
    cuts = 0
    while True:
        database = FailingDatabase()
        database.replace(whole)
        database.left, database.written = cuts, written
        try:
            Store.resume(database, HISTORY.chain_id)
        except PowerCut:
            database.left = 10**9
            database.lose(Random(cuts))
            check_new(Store.resume(database, HISTORY.chain_id))
            cuts += 1
        else:
            break
    assert cuts > 5


def test_a_power_cut_after_it_takes_nothing_away(
    source: Snapshots, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("amanat.node.bulk_writer.BATCH_KEYS", 40)
    whole = taken(source).content()
    for seed in range(20):
        database = SimulatedDatabase()
        database.replace(whole)
        check_new(Store.resume(database, HISTORY.chain_id))
        database.lose(Random(seed))
        check_new(Store.resume(database, HISTORY.chain_id))


def test_blocks_after_a_snapshot_are_missed(source: Snapshots) -> None:
    database = stored(HISTORY, OLD, OLD + 1)
    for _ in taking(source, Store.resume(database, HISTORY.chain_id), HEIGHT - 3):
        pass
    store = Store.resume(database, HISTORY.chain_id)
    store.append_synced(None, HISTORY.entries[HEIGHT - 3 :])
    store.apply(HISTORY.blocks[HEIGHT - 3 :], HISTORY.certificate(HEIGHT))
    store.write(Persist(1, None, None, (), HEIGHT - 1))
    Store.resume(database, HISTORY.chain_id)
    with database.write_batch(sync=True) as batch:
        batch.delete(b"h" + (HEIGHT - 2).to_bytes(8, "big"))
    with pytest.raises(StoreError, match=f"block {HEIGHT - 2} is missing"):
        Store.resume(database, HISTORY.chain_id)


def test_one_that_this_node_has_come_past_is_dropped(source: Snapshots) -> None:
    database = stored(HISTORY, OLD, HEIGHT)
    store = Store.resume(database, HISTORY.chain_id)
    for _ in taking(source, store, HEIGHT - 2):
        pass
    store.apply(HISTORY.blocks[OLD:], HISTORY.certificate(HEIGHT))
    store = Store.resume(database, HISTORY.chain_id)
    assert store.applied().height == HEIGHT
    assert store.base == 0
    assert store.staging.snapshot is None


def test_a_new_offer_takes_the_place_of_one_that_was_begun(source: Snapshots) -> None:
    database = stored(HISTORY, OLD, OLD + 1)
    store = Store.resume(database, HISTORY.chain_id)
    steps = taking(source, store, HEIGHT - 1)
    for _ in range(3):
        next(steps)
    store.write(Persist(1, None, None, (), None, (head(source),)))
    assert list(store.staging.pieces()) == []
    for _ in taking(source, store):
        pass
    check_new(Store.resume(database, HISTORY.chain_id))


def test_a_node_goes_on_from_a_snapshot_and_proves_what_is_there(source: Snapshots) -> None:
    store = Store.resume(taken(source), HISTORY.chain_id)
    applied = store.applied()
    tree = StateTree.open(applied.root, store)
    bundle = provable.balance(store, HEIGHT, tree, "beta", RUPEE)
    found = verify(encode(HISTORY.document), bundle)
    assert found.proved == Balance("beta", RUPEE, 1_000_000_000 + sum(range(1, 9)))


def test_what_is_damaged_between_is_told(source: Snapshots) -> None:
    database = taken(source)
    raw = database.get(b"p" + bytes(8))
    assert raw is not None
    database.put(b"p" + bytes(8), raw[:-1] + bytes([raw[-1] ^ 1]))
    with pytest.raises(StoreError, match=f"the snapshot of block {HEIGHT}: "):
        Store.resume(database, HISTORY.chain_id)


def test_an_archive_that_has_blocks_takes_no_snapshot(source: Snapshots) -> None:
    for applied, begins in ((OLD, False), (0, True)):
        store = Store.resume(stored(HISTORY, applied, applied + 1), HISTORY.chain_id)
        archive = Snapshots(store, AUTHORITIES, keeps_all=True)
        assert archive.begin(HISTORY.entries[-1]) is begins
    del source


def test_a_state_that_is_not_kept_is_not_served(source: Snapshots) -> None:
    store = Store.resume(taken(source), HISTORY.chain_id)
    other = Snapshots(store, AUTHORITIES)
    cursor = Snapshots(Store.resume(stored(HISTORY, 0, 0), HISTORY.chain_id), AUTHORITIES)
    assert cursor.begin(HISTORY.entries[OLD])
    assert cursor.cursor is not None
    assert other.piece(OLD, cursor.cursor) is None
    assert other.piece(HEIGHT, b"nonsense") is None
    assert other.lineage(HEIGHT + 1) is None


def test_no_lineage_is_shown_that_is_too_long_for_a_message(
    source: Snapshots, monkeypatch: pytest.MonkeyPatch
) -> None:
    lineage = source.lineage(HEIGHT)
    assert lineage is not None
    monkeypatch.setattr("amanat.node.snapshots.LINEAGE_BYTES_MAX", len(lineage) - 1)
    assert source.lineage(HEIGHT) is None


def test_a_log_that_begins_later_than_it_is_known_to_is_refused(source: Snapshots) -> None:
    del source
    database = stored(HISTORY, HEIGHT, HEIGHT)
    store = Store.resume(database, HISTORY.chain_id)
    store.write(Persist(1, None, None, (), 5))
    store = Store.resume(database, HISTORY.chain_id)
    assert store.base == 5
    assert store.block_id(4) is None
    assert store.block_id(5) == HISTORY.entries[4].block
    with database.write_batch(sync=True) as batch:
        assert isinstance(batch, SimulatedBatch)
        batch.delete(b"l" + (5).to_bytes(8, "big"))
    with pytest.raises(StoreError, match="the log is broken after height 4"):
        Store.resume(database, HISTORY.chain_id)


def test_a_snapshot_of_a_pruned_node_is_as_good(source: Snapshots) -> None:
    del source
    database = stored(HISTORY, HEIGHT, HEIGHT)
    store = Store.resume(database, HISTORY.chain_id)
    store.write(Persist(1, None, None, (), HEIGHT - 1))
    pruned = Snapshots(Store.resume(database, HISTORY.chain_id), AUTHORITIES, piece_bytes=700)
    check_new(Store.resume(taken(pruned), HISTORY.chain_id))


def test_a_read_that_fails_is_told(source: Snapshots) -> None:
    database = taken(source)
    database._rotten[b"q"] = b""
    with pytest.raises((StorageFailed, StoreError)):
        Store.resume(database, HISTORY.chain_id)
