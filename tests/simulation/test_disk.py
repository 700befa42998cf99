"""The simulated disk does to the store and the sign guard what real disks do."""

from random import Random
from typing import Final

import plyvel
import pytest

from amanat.consensus.interface import Promise
from amanat.node.records import StorageFailed
from amanat.node.sign_guard import SignGuard
from amanat.node.store import StoreError
from tests.ledger.world import genesis
from tests.simulation.database import SimulatedDatabase
from tests.simulation.disk import SimulatedDisk, first_content
from tests.simulation.guard_file import SimulatedGuardFile

DOCUMENT: Final = genesis()
CHAIN: Final = DOCUMENT.chain_id()
PROMISES: Final = [Promise(term, None, None) for term in range(1, 5)]
SEEDS: Final = range(60)


@pytest.fixture
def disk() -> SimulatedDisk:
    return SimulatedDisk(CHAIN, first_content(DOCUMENT))


def put(database: SimulatedDatabase, *keys: bytes, sync: bool = False) -> None:
    with database.write_batch(sync=sync) as batch:
        for key in keys:
            batch.put(key, b"value of " + key)


def held(database: SimulatedDatabase) -> bytes:
    """Return the keys that are there, each one byte after the table's."""
    return b"".join(key[1:] for key, _ in database.iterator(prefix=b"z"))


# The database.


def test_a_power_cut_loses_any_of_the_last_unsynced_batches_and_each_as_a_whole() -> None:
    found = set()
    for seed in SEEDS:
        database = SimulatedDatabase()
        put(database, b"za", sync=True)
        put(database, b"zb", b"zc")
        put(database, b"zd", b"ze")
        database.lose(Random(seed))
        found.add(held(database))
    assert found == {b"a", b"abc", b"abcde"}


def test_a_sync_covers_what_was_written_before_it_to_the_same_log_file() -> None:
    for seed in SEEDS:
        database = SimulatedDatabase()
        put(database, b"za")
        put(database, b"zb", sync=True)
        database.lose(Random(seed))
        assert held(database) == b"ab"


def test_a_sync_does_not_cover_the_log_file_before() -> None:
    found = set()
    for seed in SEEDS:
        database = SimulatedDatabase(file_batches=3)
        put(database, b"za", sync=True)
        put(database, b"zb")
        put(database, b"zc")
        put(database, b"zd")
        put(database, b"ze", sync=True)
        put(database, b"zf")
        database.lose(Random(seed))
        found.add(held(database))
    before, after = (b"a", b"ab", b"abc"), (b"de", b"def")
    assert found == {first + second for first in before for second in after}


def test_a_log_file_is_on_disk_once_the_one_after_it_is_full() -> None:
    for seed in SEEDS:
        database = SimulatedDatabase(file_batches=1)
        put(database, b"za")
        put(database, b"zb", sync=True)
        put(database, b"zc", sync=True)
        database.lose(Random(seed))
        assert held(database) == b"abc"


def test_what_is_synced_each_time_is_there_in_every_log_file() -> None:
    for seed in SEEDS:
        database = SimulatedDatabase(file_batches=2)
        for key in (b"za", b"zb", b"zc", b"zd", b"ze"):
            put(database, key, sync=True)
        assert database.unsynced == 0
        assert database.lose(Random(seed)) == 0
        assert held(database) == b"abcde"


def test_what_is_lost_gives_way_to_what_was_there_before() -> None:
    values = set()
    for seed in SEEDS:
        database = SimulatedDatabase()
        database.put(b"za", b"old", sync=True)
        database.put(b"za", b"new")
        with database.write_batch() as batch:
            batch.delete(b"za")
        database.lose(Random(seed))
        values.add(database.get(b"za"))
    assert values == {b"old", b"new", None}


def test_of_a_failed_sync_nobody_knows_the_outcome(disk: SimulatedDisk) -> None:
    outcomes = set()
    for seed in SEEDS:
        disk.restore(anew=True)
        disk.database.failing = True
        with pytest.raises(plyvel.IOError):
            put(disk.database, b"za", sync=True)
        disk.lose_process(Random(seed))
        disk.open()
        outcomes.add(held(disk.database))
    assert outcomes == {b"", b"a"}


def test_after_a_failed_sync_nothing_is_written_until_the_database_is_opened_anew() -> None:
    database = SimulatedDatabase()
    database.failing = True
    with pytest.raises(plyvel.Error):
        put(database, b"za", sync=True)
    database.failing = False
    with pytest.raises(plyvel.Error):
        put(database, b"zb", sync=True)
    database.reopen()
    put(database, b"zc", sync=True)
    assert held(database) == b"ac"


def test_a_full_disk_takes_nothing_and_lets_no_node_start(disk: SimulatedDisk) -> None:
    store, _ = disk.open()
    disk.database.full = True
    with pytest.raises(StorageFailed, match="No space left"):
        store.append_synced(None, [])
    assert disk.trouble == "a full disk"
    with pytest.raises(plyvel.IOError):
        disk.open()
    disk.heal()
    disk.open()


def test_rot_is_noticed_where_checksums_are_verified_and_only_there(disk: SimulatedDisk) -> None:
    sound = dict(disk.database.iterator(prefix=b"n"))
    for seed in SEEDS:
        disk.restore(anew=True)
        key = disk.database.rot(Random(seed))
        with pytest.raises(plyvel.CorruptionError):
            disk.database.get(key, verify_checksums=True)
        value = disk.database.get(key)
        assert value is not None
        if key in sound:
            flipped = int.from_bytes(value, "big") ^ int.from_bytes(sound[key], "big")
            assert flipped.bit_count() == 1
        disk.database.put(key, b"written over")
        assert not disk.database.is_damaged


def test_a_power_cut_heals_no_rot() -> None:
    for seed in SEEDS:
        database = SimulatedDatabase(file_batches=1)
        database.put(b"za", b"old", sync=True)
        database.put(b"xb", b"kept", sync=True)
        database.put(b"zc", b"unsynced")
        assert database.rot(Random(seed)) == b"xb"
        database.lose(Random(seed))
        assert database.is_damaged


def test_a_node_does_not_start_from_a_rotten_record_that_it_must_read(disk: SimulatedDisk) -> None:
    refused = 0
    for seed in SEEDS:
        disk.restore(anew=True)
        if disk.database.rot(Random(seed))[:1] in b"ai":
            refused += 1
            with pytest.raises(StoreError, match="checksum mismatch"):
                disk.open()
    assert refused > 0


def test_a_copy_is_kept_of_a_sound_database_alone(disk: SimulatedDisk) -> None:
    put(disk.database, b"za")
    disk.back_up()
    put(disk.database, b"zb")
    disk.database.rot(Random(1))
    disk.back_up()
    disk.restore(anew=False)
    assert held(disk.database) == b"a"
    disk.restore(anew=True)
    assert held(disk.database) == b""
    assert not disk.database.is_damaged


# The sign guard.


def promised(file: SimulatedGuardFile) -> Promise:
    return SignGuard.resume(file).promise


def test_a_power_cut_during_a_promise_leaves_it_or_the_one_before() -> None:
    found, torn = set(), 0
    for seed in range(400):
        file = SimulatedGuardFile()
        guard = SignGuard.resume(file)
        guard.write(PROMISES[0])
        file.interrupted = True
        guard.write(PROMISES[1])
        torn += file.cut_power(Random(seed))
        found.add(promised(file))
    assert found == set(PROMISES[:2])
    assert torn > 100


def test_a_process_that_ends_during_a_promise_leaves_it_where_the_next_one_finds_it() -> None:
    file = SimulatedGuardFile()
    guard = SignGuard.resume(file)
    file.interrupted = True
    guard.write(PROMISES[0])
    assert promised(file) == PROMISES[0]


def after_a_failed_sync() -> SimulatedGuardFile:
    file = SimulatedGuardFile()
    guard = SignGuard.resume(file)
    guard.write(PROMISES[0])
    file.failing = True
    with pytest.raises(OSError, match="Input/output error"):
        guard.write(PROMISES[1])
    file.forget()
    file.failing = False
    return file


def test_after_a_failed_sync_the_next_process_sees_what_a_power_cut_takes_away() -> None:
    file = after_a_failed_sync()
    assert promised(file) == PROMISES[1]
    file.sync()
    file.cut_power(Random(1))
    assert promised(file) == PROMISES[0]


def test_a_promise_that_was_renewed_outlives_the_power_cut() -> None:
    file = after_a_failed_sync()
    SignGuard.resume(file).renew()
    file.cut_power(Random(1))
    assert promised(file) == PROMISES[1]


def test_no_rotten_bit_and_no_torn_write_after_it_costs_a_promise() -> None:
    rotten = 0
    for seed in range(400):
        random = Random(seed)
        file = SimulatedGuardFile()
        guard = SignGuard.resume(file)
        for promise in PROMISES[: 1 + seed % 3]:
            guard.write(promise)
        rotten += file.rot(random)
        assert not file.rot(random)
        assert promised(file) == guard.promise
        file.interrupted = True
        guard.write(PROMISES[3])
        file.cut_power(random)
        assert promised(file) in (PROMISES[seed % 3], PROMISES[3])
    assert rotten == 400
