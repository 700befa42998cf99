"""The database: what was written is read, and what does not belong together is not opened.

What becomes of damaged files is in `test_store_damage`.
"""

from collections.abc import Iterator
from pathlib import Path

import msgspec
import plyvel
import pytest

from amanat.consensus.statements import genesis_id
from amanat.ledger.authentication import VerifiedTransactions
from amanat.ledger.chain import Chain
from amanat.ledger.encoding import encode
from amanat.ledger.executed_block import Tip
from amanat.ledger.operations import Transfer
from amanat.ledger.state import HOLDINGS, PARTICIPANTS
from amanat.ledger.tree.state_tree import MissingNode, StateTree
from amanat.node.migration import OLDEST
from amanat.node.records import StorageFailed
from amanat.node.store import FORMAT, Store, StoreError
from tests.ledger.desk import NEVER, anything
from tests.ledger.world import BILL, RUPEE, genesis
from tests.node.full_disk import fill_up
from tests.node.history import History, market_history

HISTORY = market_history()
DOCUMENT, CHAIN = HISTORY.document, HISTORY.chain_id
BLOCKS, ENTRIES = HISTORY.blocks, HISTORY.entries
FIVE = 5


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


def reopened(store: Store, path: Path) -> Store:
    store.close()
    return Store.open(path, CHAIN)


def with_five_applied(store: Store) -> Store:
    """Blocks 1 and 2 became final with one certificate, 3 to 5 with another."""
    store.append_synced(None, ENTRIES)
    store.apply(BLOCKS[:2], HISTORY.certificate(2))
    store.apply(BLOCKS[2:FIVE], HISTORY.certificate(FIVE))
    return store


# Creating and opening.


def test_a_new_database_holds_the_genesis_state(store: Store) -> None:
    update, changes = DOCUMENT.initial_state(store)
    applied = store.applied()
    assert (applied.height, applied.digest, applied.time) == (0, CHAIN, DOCUMENT.created)
    assert (applied.root, applied.certificate) == (update.tree.ref, None)
    assert store.last() == genesis_id(CHAIN)
    tree = store.tree(0)
    assert tree is not None
    assert dict(tree.items()) == dict(store.scan(b"")) == changes
    assert (store.entry(1), store.block_id(1), store.header(0)) == (None,) * 3


def test_creating_never_overwrites(store: Store, path: Path) -> None:
    store.append_synced(None, ENTRIES[:1])
    with pytest.raises(StoreError, match="is not empty: init never overwrites"):
        Store.create(path, DOCUMENT)
    assert reopened(store, path).last() == ENTRIES[0].block


def test_creating_keeps_away_from_other_files(path: Path) -> None:
    path.mkdir()
    (path / "letter").write_text("dear")
    with pytest.raises(StoreError, match="is not empty"):
        Store.create(path, DOCUMENT)
    assert [file.name for file in path.iterdir()] == ["letter"]


@pytest.mark.parametrize("exists", [False, True])
def test_opening_never_creates(path: Path, exists: bool) -> None:
    if exists:
        path.mkdir()
    with pytest.raises(StoreError, match="holds no database: run `amanat init`"):
        Store.open(path, CHAIN)
    assert not exists or list(path.iterdir()) == []


def test_another_chains_database_is_refused(store: Store, path: Path) -> None:
    store.close()
    other = msgspec.structs.replace(genesis(), network="another-network").chain_id()
    with pytest.raises(StoreError) as refused:
        Store.open(path, other)
    for shown in (CHAIN.hex()[:16], other.hex()[:16], "another genesis document"):
        assert shown in str(refused.value)


def test_another_format_is_refused(store: Store, path: Path) -> None:
    store.close()
    database = plyvel.DB(str(path))
    database.put(b"i", encode((FORMAT + 1, CHAIN)))
    database.close()
    with pytest.raises(
        StoreError,
        match=f"has format {FORMAT + 1}; this program reads formats {OLDEST} to {FORMAT}",
    ):
        Store.open(path, CHAIN)


def test_a_foreign_database_is_refused(path: Path) -> None:
    database = plyvel.DB(str(path), create_if_missing=True)
    database.put(b"something", b"else")
    database.close()
    with pytest.raises(StoreError, match="it is not an Amanat database"):
        Store.open(path, CHAIN)


def test_a_database_in_use_is_refused_and_free_again_afterwards(store: Store, path: Path) -> None:
    with pytest.raises(StoreError, match="is in use by another process"):
        Store.open(path, CHAIN)
    reopened(store, path).close()


def test_a_refused_database_is_let_go(store: Store, path: Path) -> None:
    store.close()
    with pytest.raises(StoreError, match="it belongs to the chain") as refused:
        Store.open(path, bytes(32))
    Store.open(path, CHAIN).close()
    del refused  # until here it kept alive what `open` had made


# The log.


def test_what_was_appended_is_read_at_once_and_after_reopening(store: Store, path: Path) -> None:
    store.append_synced(None, ENTRIES[:2])
    store.append_synced(None, ENTRIES[2:4])

    def is_read(store: Store) -> bool:
        assert [store.entry(height) for height in range(1, 6)] == [*ENTRIES[:4], None]
        assert [store.block_id(height) for height in range(1, 4)] == [e.block for e in ENTRIES[:3]]
        return store.last() == ENTRIES[3].block

    assert is_read(store)
    again = reopened(store, path)
    assert is_read(again)
    again.close()


def test_a_truncation_drops_what_is_above_and_adds_what_replaces_it(
    store: Store, path: Path
) -> None:
    other = History(DOCUMENT)
    for _ in range(2):
        other.grow()
    replacing = other.grow(term=2)
    store.append_synced(None, ENTRIES[:5])
    store.append_synced(2, [replacing])
    assert [store.entry(height) for height in (2, 3, 4, 5)] == [ENTRIES[1], replacing, None, None]
    assert store.last() == replacing.block
    store.append_synced(0, [])
    assert store.last() == genesis_id(CHAIN)
    again = reopened(store, path)
    assert (again.last(), again.entry(1)) == (genesis_id(CHAIN), None)
    again.close()


def test_entries_are_read_up_to_a_number_of_bytes_and_at_least_one(store: Store) -> None:
    store.append_synced(None, ENTRIES)
    sizes = [entry.size for entry in ENTRIES]
    assert store.entries(2, 4, NEVER) == ENTRIES[1:4]
    assert store.entries(2, 4, sum(sizes[1:4])) == ENTRIES[1:4]
    assert store.entries(2, 4, sum(sizes[1:4]) - 1) == ENTRIES[1:3]
    assert store.entries(2, 4, sizes[1]) == store.entries(2, 4, 0) == ENTRIES[1:2]


def test_an_entry_that_should_be_there_and_is_not_is_a_failure(store: Store) -> None:
    store.append_synced(None, ENTRIES[:2])
    with pytest.raises(StorageFailed, match="the log entry at height 3 is missing"):
        store.entries(1, 3, NEVER)


def test_only_the_latest_entries_stay_in_memory_and_all_are_read(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("amanat.node.store.RECENT_ENTRIES", 2)
    for entry in ENTRIES:
        store.append_synced(None, [entry])
    assert sorted(store._recent) == [len(ENTRIES) - 1, len(ENTRIES)]
    assert store.entries(1, len(ENTRIES), NEVER) == ENTRIES


# What must fit together.


@pytest.mark.parametrize("missing", [1, 2, 3])
def test_a_log_with_a_hole_is_refused(store: Store, path: Path, missing: int) -> None:
    store.append_synced(None, [e for e in ENTRIES[:4] if e.block.height != missing])
    with pytest.raises(StoreError, match=f"the log is broken after height {missing - 1}"):
        reopened(store, path)


def test_a_log_whose_entries_do_not_follow_each_other_is_refused(store: Store, path: Path) -> None:
    other = History(DOCUMENT)
    other.grow([other.writer.sign(["mof"], Transfer("mof-house", "alpha", BILL, 1))])
    store.append_synced(None, [other.entries[0], *ENTRIES[1:3]])
    with pytest.raises(StoreError, match="the log is broken after height 1"):
        reopened(store, path)


def test_a_log_that_ends_before_the_applied_block_is_refused(store: Store, path: Path) -> None:
    with_five_applied(store).append_synced(3, [])
    with pytest.raises(StoreError, match="the log ends at 3, before 5"):
        reopened(store, path)


def test_an_applied_block_that_is_not_the_logs_is_refused(store: Store, path: Path) -> None:
    other = History(DOCUMENT)
    other.grow([other.writer.sign(["mof"], Transfer("mof-house", "alpha", BILL, 1))])
    store.append_synced(None, ENTRIES[:1])
    store.apply(other.blocks, other.certificate(1))
    with pytest.raises(StoreError, match="the applied block 1 is not the log's"):
        reopened(store, path)


def test_a_database_without_its_applied_state_is_refused(store: Store, path: Path) -> None:
    store.close()
    database = plyvel.DB(str(path))
    database.delete(b"a")
    database.close()
    with pytest.raises(StoreError, match="is missing"):
        Store.open(path, CHAIN)


# The applied state.


def test_what_was_applied_is_read_by_height_after_reopening(store: Store, path: Path) -> None:
    again = reopened(with_five_applied(store), path)
    last = BLOCKS[FIVE - 1]
    applied = again.applied()
    assert (applied.height, applied.digest, applied.time) == (5, last.digest, last.tip.time)
    assert (applied.root, applied.certificate) == (last.tree.ref, HISTORY.certificate(FIVE))
    for block in BLOCKS[:FIVE]:
        assert again.header(block.height) == block.block.header
        assert again.receipts(block.height) == block.receipts
        tree = again.tree(block.height)
        assert tree is not None
        assert tree.root == block.block.header.state_root
        assert dict(tree.items()) == dict(block.tree.items())
    assert again.last() == ENTRIES[-1].block
    again.close()


def test_what_is_in_the_log_and_not_final_is_not_answered_as_final(store: Store) -> None:
    with_five_applied(store)
    assert store.entry(6) == ENTRIES[5]
    assert (store.header(6), store.tree(6)) == (None, None)
    assert store.transaction(BLOCKS[5].ids[0]) is None
    assert not store.contains(BLOCKS[5].ids[0])
    with pytest.raises(StorageFailed, match="is missing"):
        store.receipts(6)


def test_a_block_is_certified_by_the_first_certificate_at_or_after_it(store: Store) -> None:
    with_five_applied(store)
    two, five = HISTORY.certificate(2), HISTORY.certificate(FIVE)
    found = [store.certificate_from(height) for height in range(1, 7)]
    assert found == [two, two, five, five, five, None]


def test_the_highest_certificate_of_a_range_is_found_also_where_the_range_is_one_block(
    store: Store,
) -> None:
    with_five_applied(store)
    two, five = HISTORY.certificate(2), HISTORY.certificate(FIVE)
    ranges = {(1, 1): None, (2, 2): two, (1, 4): two, (3, 4): None, (5, 5): five, (2, 5): five}
    assert {each: store.certificate(*each) for each in ranges} == ranges


def test_a_transaction_is_found_by_its_block_and_its_place_in_it(store: Store) -> None:
    history = market_history(DOCUMENT)
    payments = [
        history.writer.sign(["alpha"], Transfer("alpha", "beta", RUPEE, paisa))
        for paisa in (1, 2, 3)
    ]
    height = history.grow(payments).block.height
    store.append_synced(None, history.entries)
    store.apply(history.blocks, history.certificate(height))
    for index, transaction in enumerate(history.blocks[-1].ids):
        assert store.transaction(transaction) == (height, index)
        assert store.contains(transaction)
    assert store.transaction(bytes(32)) is None
    assert not store.contains(bytes(32))


def test_the_state_is_listed_by_prefix_and_forgets_what_was_deleted(store: Store) -> None:
    history = market_history(DOCUMENT)
    sold = Transfer("mof-house", "alpha", BILL, 5_000_000_000)
    history.grow([history.writer.sign(["mof"], sold)])
    store.append_synced(None, history.entries)
    store.apply(history.blocks, history.certificate(len(history.blocks)))
    whole = dict(store.scan(b""))
    assert whole == dict(history.blocks[-1].tree.items())
    assert HOLDINGS.key("mof-house", BILL) not in dict(store.scan(b""))
    held = HOLDINGS.key("alpha", BILL)
    assert dict(store.scan(b""))[held] == whole[held]
    prefix = PARTICIPANTS.key("mof")[:-4]  # all but the name, and the byte that gives its length
    listed = list(store.scan(prefix))
    assert listed == sorted((key, value) for key, value in whole.items() if key.startswith(prefix))
    assert 0 < len(listed) < len(whole)


def test_a_node_of_the_tree_that_is_not_there_is_said_to_be_missing(store: Store) -> None:
    with pytest.raises(MissingNode):
        store.load(bytes(11))


def test_a_chain_opened_on_it_goes_on_as_the_network_did(store: Store, path: Path) -> None:
    again = reopened(with_five_applied(store), path)
    applied = again.applied()
    tree = StateTree.open(applied.root, again)
    chain = Chain(
        CHAIN,
        final=Tip(applied.height, applied.digest, applied.time, tree),
        executed=again,
        verified=VerifiedTransactions(),
    )
    for entry in ENTRIES[FIVE:]:
        chain.extend(entry.payload, latest=NEVER, accept=anything)
    assert chain.tip.digest == ENTRIES[-1].block.digest
    again.close()


# Writes that fail.


def test_a_log_that_cannot_be_written_is_a_failure(store: Store, path: Path) -> None:
    store.append_synced(None, ENTRIES[:1])
    fill_up(*path.glob("*.log"))
    with pytest.raises(StorageFailed, match="the log could not be written"):
        store.append_synced(None, ENTRIES[1:2])
    assert store.entry(2) is None
    again = reopened(store, path)
    assert again.last() == ENTRIES[0].block
    again.close()


def test_blocks_that_cannot_be_applied_are_a_failure(store: Store, path: Path) -> None:
    store.append_synced(None, ENTRIES[:1])
    fill_up(*path.glob("*.log"))
    with pytest.raises(StorageFailed, match="blocks could not be applied"):
        store.apply(BLOCKS[:1], HISTORY.certificate(1))
    assert store.applied().height == 0
