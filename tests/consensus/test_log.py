"""The log: what is on disk, and behind it what is on its way there."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from amanat.consensus.log import Log
from amanat.consensus.log_entry import Entry
from amanat.consensus.statements import (
    SIGNATURES_MAX,
    AuthoritySignature,
    BlockId,
    CommitCertificate,
    LeaderCertificate,
)
from amanat.ledger.encoding import encode
from tests.consensus.register import Disk
from tests.consensus.signing import CHAIN, GENESIS, LEADER, extended, log_of


def log_on(disk: Disk) -> Log:
    return Log(CHAIN, disk, disk.last)


def payloads(log: Log, first: int, bytes_max: int = 10**6) -> list[bytes]:
    return [entry.payload for entry in log.entries(first, bytes_max)]


def test_an_empty_log_ends_with_genesis() -> None:
    log = log_on(Disk())
    assert log.last == GENESIS
    assert log.block_id(0) == GENESIS
    assert log.block_id(1) is None
    assert log.entry(0) is None
    assert log.entry(1) is None
    assert payloads(log, 1) == []


def test_entries_on_disk_and_on_their_way_there_read_as_one_log() -> None:
    entries = log_of([1, 1, 1, 2])
    log = log_on(Disk(entries[:2]))
    for entry in entries[2:]:
        log.append(entry, 1)
    assert log.last == entries[3].block
    assert [log.block_id(height) for height in range(1, 6)] == [*[e.block for e in entries], None]
    assert [log.entry(height) for height in range(1, 5)] == entries
    for first in range(1, 6):
        assert list(log.entries(first, 10**6)) == entries[first - 1 :]


@pytest.mark.parametrize("on_disk", range(5))
def test_a_read_is_bounded_in_bytes_but_gives_one_entry_at_least(on_disk: int) -> None:
    entries = log_of([1, 1, 1, 1])
    log = log_on(Disk(entries[:on_disk]))
    for entry in entries[on_disk:]:
        log.append(entry, 1)
    sizes = [entry.size for entry in entries]
    assert list(log.entries(1, 0)) == entries[:1]
    assert list(log.entries(1, sizes[0])) == entries[:1]
    assert list(log.entries(1, sum(sizes[:2]))) == entries[:2]
    assert list(log.entries(2, sum(sizes[1:]) - 1)) == entries[1:3]
    assert list(log.entries(1, sum(sizes))) == entries


def test_a_bounded_read_never_skips_what_does_not_fit() -> None:
    entries = extended(GENESIS, LEADER, b"small", bytes(1000), b"small too")
    log = log_on(Disk(entries[:2]))
    log.append(entries[2], 1)
    assert list(log.entries(1, entries[0].size + entries[2].size)) == entries[:1]


def test_the_size_of_an_entry_covers_all_that_a_message_carries_of_it() -> None:
    """Not its payload alone: by two thirds even an empty block carries a certificate."""
    name, signature = "a" * 64, bytes(64)
    signed = (AuthoritySignature(name, signature),) * SIGNATURES_MAX
    block = BlockId(2**63 - 1, 2**63 - 1, bytes(32))
    election = LeaderCertificate(block.term, name, block, signed)
    commit = CommitCertificate(block, block, signed)
    for payload in (b"", bytes(1000)):
        bare = Entry(block, bytes(32), name, None, None, None, signature, payload)
        full = Entry(block, bytes(32), name, election, commit, commit, signature, payload)
        for entry in (bare, full):
            assert len(encode(entry)) + len(encode(signature)) <= entry.size


def test_entries_that_a_truncation_left_on_disk_are_never_seen() -> None:
    disk = Disk(log_of([1, 1, 1, 1]))
    log = log_on(disk)
    log.truncate(2)
    assert len(disk.log) == 4
    assert log.last == disk.log[1].block
    assert log.block_id(3) is None
    assert list(log.entries(1, 10**6)) == disk.log[:2]


def test_truncating_to_the_end_or_beyond_genesis_is_a_mistake_only_where_nothing_is() -> None:
    log = log_on(Disk(log_of([1])))
    log.truncate(1)
    assert log.last.height == 1
    log.truncate(0)
    assert log.last == GENESIS
    with pytest.raises(ValueError, match="no entry at height 1"):
        log.truncate(1)


def test_a_completion_from_before_a_truncation_vouches_for_nothing_written_after() -> None:
    # etcd-io/raft, async_storage_writes_append_aba_race: same heights, other entries.
    old, new = log_of([1, 1, 1]), log_of([1, 2, 2])
    disk = Disk(old[:1])
    log = log_on(disk)
    log.append(old[1], 1)
    log.append(old[2], 1)
    log.truncate(1)
    log.append(new[1], 2)
    log.append(new[2], 2)
    disk.log[1:] = old[1:]
    log.persisted(1)
    assert log.block_id(2) == new[1].block
    assert list(log.entries(1, 10**6)) == new
    disk.log[1:] = new[1:]
    log.persisted(2)
    assert list(log.entries(1, 10**6)) == new


terms = st.lists(st.integers(1, 5), max_size=12).map(sorted)


@given(terms, st.integers(0, 6), st.integers(0, 15), st.integers(0, 12))
def test_the_last_entry_not_after_a_term_is_found(
    of_entries: list[int], term: int, height: int, on_disk: int
) -> None:
    entries = log_of(of_entries)
    log = log_on(Disk(entries[:on_disk]))
    for entry in entries[on_disk:]:
        log.append(entry, 1)
    held = [e.block.height for e in entries if e.block.term <= term and e.block.height <= height]
    assert log.last_not_after(term, height) == max(held, default=0)


def test_finding_it_in_a_long_log_takes_few_reads() -> None:
    # A message names any term and height: the work it costs must not grow with the log.
    disk = Disk(log_of([1] * 300 + [2] * 300))
    log = log_on(disk)
    disk.reads = 0
    assert log.last_not_after(0, 600) == 0
    assert log.last_not_after(1, 600) == 300
    assert disk.reads <= 2 * 10


@given(st.data())
def test_a_log_reads_like_a_list_whatever_the_disk_has_finished(data: st.DataObject) -> None:
    disk = Disk()
    log = log_on(disk)
    model: list[Entry] = []
    writing: list[tuple[int, int | None, list[Entry]]] = []
    for sequence in range(1, data.draw(st.integers(1, 15)) + 1):
        keep = data.draw(st.integers(0, len(model)))
        truncate = keep if keep < len(model) else None
        if truncate is not None:
            log.truncate(keep)
        added = log_of([*[e.block.term for e in model[:keep]], *[sequence] * 2])[keep:]
        for entry in added:
            log.append(entry, sequence)
        model = model[:keep] + added
        writing.append((sequence, truncate, added))
        for _ in range(data.draw(st.integers(0, len(writing)))):
            number, above, entries = writing.pop(0)
            if above is not None:
                del disk.log[above:]
            disk.log += entries
            if data.draw(st.booleans()):  # a completion may also be reported with a later one
                log.persisted(number)
        assert log.last == model[-1].block
        assert list(log.entries(1, 10**6)) == model
        assert [log.block_id(height) for height in range(1, len(model) + 1)] == [
            entry.block for entry in model
        ]


def test_what_is_forgotten_is_gone_and_the_log_begins_with_its_base() -> None:
    entries = log_of([1, 1, 2, 2, 4])
    log = log_on(Disk(entries))
    assert log.forget(3)
    assert log.base == 3
    assert [log.block_id(height) for height in range(6)] == [
        GENESIS,
        None,
        None,
        *(entry.block for entry in entries[2:]),
    ]
    assert log.entry(2) is None
    assert list(log.entries(3, 10**6)) == entries[2:]
    assert not log.forget(3)
    assert not log.forget(2)


def test_nothing_is_forgotten_that_is_not_on_disk() -> None:
    entries = log_of([1, 1, 1])
    log = log_on(Disk(entries[:1]))
    for entry in entries[1:]:
        log.append(entry, 1)
    assert not log.forget(2)
    log.persisted(1)
    assert log.forget(2)


def test_of_what_is_gone_it_is_known_that_its_terms_were_not_later() -> None:
    entries = log_of([1, 1, 2, 2])
    log = log_on(Disk(entries))
    log.forget(3)
    other = log_of([1, 3])[1].block
    assert log.lacks(other), "a block of term 3 cannot lie before one of term 2"
    assert not log.lacks(entries[0].block)
    assert log.lacks(log_of([1, 1, 3])[2].block)
    assert not log.lacks(log_of([1, 1, 2, 2, 2])[4].block), "it is beyond the end"


def test_what_lies_before_the_base_is_told_by_its_hash_alone() -> None:
    entries = log_of([1, 1, 2, 2])
    log = log_on(Disk(entries))
    log.forget(3)
    third, second = entries[2].block, entries[1].block
    assert log.follows(third, second)
    assert log.follows(entries[3].block, third)
    assert not log.follows(third, entries[0].block)
    assert not log.follows(entries[3].block, second)
    assert not log.follows(second, entries[0].block), "it is gone"


def test_a_search_by_term_does_not_go_below_the_base() -> None:
    log = log_on(Disk(log_of([1, 1, 2, 2, 4])))
    log.forget(3)
    assert [log.last_not_after(term, 5) for term in range(6)] == [2, 2, 4, 4, 5, 5]
    assert log.last_not_after(9, 1) == 2
