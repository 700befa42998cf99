"""The one writer: what is synced before what, what is reported when, and what a failure ends."""

import asyncio
import errno
import threading
from collections.abc import Callable, Iterator, Sequence
from hashlib import pbkdf2_hmac, sha256
from pathlib import Path
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from amanat.consensus.interface import Persist, Promise
from amanat.consensus.log_entry import Entry
from amanat.consensus.statements import BlockId
from amanat.node.disk_writer import Apply, DiskWriter, merge
from amanat.node.records import StorageFailed
from amanat.node.sign_guard import PromiseBroken, SignGuard
from amanat.node.store import Store
from tests.node.full_disk import fill_up
from tests.node.history import market_history
from tests.simulation.database import SimulatedDatabase

HISTORY: Final = market_history()
ENTRIES, BLOCKS = HISTORY.entries, HISTORY.blocks
SECONDS: Final = 10
"""Longest that a test waits for what happens within milliseconds."""


def promise(height: int) -> Promise:
    """Return the promise to ack the block at `height`."""
    return Promise(1, None, ENTRIES[height - 1].block)


def persist(sequence: int, *, bound: bool = True) -> Persist:
    """Return the write that puts entry number `sequence` on disk, with its promise if `bound`."""
    entry = ENTRIES[sequence - 1]
    return Persist(sequence, promise(sequence) if bound else None, None, (entry,))


def apply(first: int, last: int) -> Apply:
    return Apply(BLOCKS[first - 1 : last], HISTORY.certificate(last))


class Disk:
    """A real database and a real sign guard, and what the writer reports of them, in order."""

    def __init__(self, path: Path) -> None:
        self.path = path
        Store.create(path / "db", HISTORY.document)
        SignGuard.create(path / "sign-guard")
        self.store = Store.open(path / "db", HISTORY.chain_id)
        self.synced: Callable[[], None] = lambda: None
        """What is done when the promise has been written and is about to be synced."""
        self.guard = SignGuard.open(path / "sign-guard", sync=lambda _: self.synced())
        self.reports: list[str] = []
        self.writer = DiskWriter(
            self.store, self.guard, persisted=self._persisted, applied=self._applied
        )
        self._awaited = ""
        self._reached = asyncio.Event()

    def _persisted(self, sequence: int) -> None:
        self._report(f"persisted {sequence}")

    def _applied(self, job: Apply) -> None:
        self._report(f"applied {job.blocks[-1].height}")

    def _report(self, report: str) -> None:
        last, bound, applied = self.store.last(), self.guard.promise.acked, self.store.applied()
        on_disk = f"log {last.height}, ack {bound.height if bound else 0}, state {applied.height}"
        self.reports.append(f"{report}: {on_disk}")
        if report == self._awaited:
            self._reached.set()

    async def write(self, *jobs: Persist | Apply, until: str) -> None:
        """Queue these jobs at once, and run the writer until it makes the report `until`."""
        self._awaited = until
        self._reached.clear()
        for job in jobs:
            self.writer.put(job)
        running = asyncio.create_task(self.writer.run())
        reached = asyncio.create_task(self._reached.wait())
        async with asyncio.timeout(SECONDS):
            await asyncio.wait({running, reached}, return_when=asyncio.FIRST_COMPLETED)
        for task in (running, reached):
            task.cancel()
        await asyncio.gather(running, reached, return_exceptions=True)
        assert reached.done()

    async def fail(self, *jobs: Persist | Apply) -> BaseException | None:
        """Run the writer on these jobs until it ends by itself; return with what."""
        for job in jobs:
            self.writer.put(job)
        running = asyncio.create_task(self.writer.run())
        async with asyncio.timeout(SECONDS):
            await asyncio.wait({running})
        return running.exception()

    def close(self) -> None:
        self.store.close()
        self.guard.close()


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Disk]:
    disk = Disk(tmp_path)
    yield disk
    disk.close()


# Order.


async def test_a_write_is_reported_when_its_entry_and_its_promise_are_on_disk(disk: Disk) -> None:
    await disk.write(persist(1), until="persisted 1")
    assert disk.reports == ["persisted 1: log 1, ack 1, state 0"]


async def test_the_log_is_synced_before_the_promise_to_ack_what_is_added(disk: Disk) -> None:
    seen: list[tuple[int, list[str]]] = []
    disk.synced = lambda: seen.append((disk.store.last().height, list(disk.reports)))
    await disk.write(persist(1), until="persisted 1")
    assert seen == [(1, [])]


async def test_a_promise_is_let_go_before_the_block_that_it_was_about(disk: Disk) -> None:
    disk.store.append_synced(None, ENTRIES[:2])
    disk.guard.write(promise(2))
    seen: list[int] = []
    disk.synced = lambda: seen.append(disk.store.last().height)
    released = Promise(2, None, ENTRIES[0].block)
    await disk.write(Persist(3, released, 1, ()), until="persisted 3")
    assert seen == [2]
    assert disk.reports == ["persisted 3: log 1, ack 1, state 0"]


async def test_what_queued_up_shares_one_sync_and_one_report(disk: Disk) -> None:
    syncs: list[None] = []
    disk.synced = lambda: syncs.append(None)
    await disk.write(*(persist(number) for number in (1, 2, 3)), until="persisted 3")
    assert disk.reports == ["persisted 3: log 3, ack 3, state 0"]
    assert len(syncs) == 1


async def test_what_arrives_while_the_disk_is_busy_is_written_next(disk: Disk) -> None:
    loop = asyncio.get_running_loop()

    def arrives() -> None:
        disk.synced = lambda: None
        for number in (2, 3):
            loop.call_soon_threadsafe(disk.writer.put, persist(number))

    disk.synced = arrives
    await disk.write(persist(1), until="persisted 3")
    assert disk.reports == [
        "persisted 1: log 1, ack 1, state 0",
        "persisted 3: log 3, ack 3, state 0",
    ]


async def test_blocks_are_applied_after_all_that_was_queued_before_them(disk: Disk) -> None:
    await disk.write(
        persist(1), persist(2), apply(1, 2), persist(3), apply(3, 3), until="applied 3"
    )
    assert disk.reports == [
        "persisted 2: log 2, ack 2, state 0",
        "applied 2: log 2, ack 2, state 2",
        "persisted 3: log 3, ack 3, state 2",
        "applied 3: log 3, ack 3, state 3",
    ]


async def test_an_entry_a_promise_or_a_truncation_may_be_a_write_by_itself(disk: Disk) -> None:
    await disk.write(
        persist(1, bound=False),
        apply(1, 1),
        Persist(2, promise(1), None, ()),
        apply(2, 2),
        Persist(3, None, 0, ()),
        until="persisted 3",
    )
    assert [report for report in disk.reports if report.startswith("persisted")] == [
        "persisted 1: log 1, ack 0, state 0",
        "persisted 2: log 1, ack 1, state 1",
        "persisted 3: log 0, ack 1, state 2",
    ]


async def test_a_writer_that_is_told_to_end_finishes_the_write_under_way(disk: Disk) -> None:
    running = asyncio.create_task(disk.writer.run())
    loop, told = asyncio.get_running_loop(), threading.Event()

    def tell() -> None:
        running.cancel()
        told.set()

    def is_told_meanwhile() -> None:
        loop.call_soon_threadsafe(tell)
        assert told.wait(SECONDS)
        pbkdf2_hmac("sha256", b"a disk", b"that takes its time", 50_000)

    disk.synced = is_told_meanwhile
    disk.writer.put(persist(1))
    disk.writer.put(persist(2))
    async with asyncio.timeout(SECONDS):
        await asyncio.wait({running})
    assert running.cancelled()
    # Whoever ended it may close the files now: nothing is being written any more.
    assert (disk.guard.promise, disk.reports) == (promise(2), [])


# Failures.


async def test_a_log_that_cannot_be_written_ends_the_writer_before_any_promise(
    disk: Disk,
) -> None:
    fill_up(*(disk.path / "db").glob("*.log"))
    assert isinstance(await disk.fail(persist(1), apply(1, 1)), StorageFailed)
    assert disk.reports == []
    assert disk.guard.promise == Promise(0, None, None)


async def test_a_promise_that_cannot_be_synced_ends_the_writer_and_is_not_reported(
    disk: Disk,
) -> None:
    failure = OSError(errno.EIO, "the disk is gone")

    def fails() -> None:
        raise failure

    disk.synced = fails
    assert await disk.fail(persist(1), apply(1, 1), persist(2)) is failure
    assert disk.reports == []
    assert disk.store.applied().height == 0


async def test_a_promise_that_contradicts_an_earlier_one_ends_the_writer(disk: Disk) -> None:
    backwards = Persist(1, Promise(1, None, None), None, ())
    disk.guard.write(Promise(2, None, None))
    assert isinstance(await disk.fail(backwards), PromiseBroken)
    assert disk.reports == []


async def test_blocks_that_cannot_be_applied_end_the_writer_and_are_not_reported(
    disk: Disk,
) -> None:
    disk.store.append_synced(None, ENTRIES[:1])
    fill_up(*(disk.path / "db").glob("*.log"))
    assert isinstance(await disk.fail(apply(1, 1)), StorageFailed)
    assert disk.reports == []


# Merging.


def made_up(term: int, height: int) -> Entry:
    """Return an entry that differs from every other term's and height's."""
    digest = sha256(f"{term} {height}".encode()).digest()
    return Entry(BlockId(term, height, digest), bytes(32), "mof", None, None, None, bytes(64), b"")


@st.composite
def logs_and_writes(draw: st.DrawFn) -> tuple[list[Entry], list[Persist]]:
    """A log on disk, and writes that follow each other and it: each term replaces some of it."""
    height = draw(st.integers(0, 4))
    log = [made_up(1, each) for each in range(1, height + 1)]
    writes = []
    for sequence in range(1, draw(st.integers(1, 6)) + 1):
        truncate_above = draw(st.none() | st.integers(0, height))
        height = height if truncate_above is None else truncate_above
        count = draw(st.integers(0, 3))
        entries = tuple(made_up(1 + sequence, height + each + 1) for each in range(count))
        height += count
        promised = Promise(sequence, None, None) if draw(st.booleans()) else None
        writes.append(Persist(sequence, promised, truncate_above, entries))
    return log, writes


def carried_out(log: Sequence[Entry], writes: Sequence[Persist]) -> tuple[list[Entry], Promise]:
    """Return the log and the promise after these writes, one after the other."""
    store = Store(SimulatedDatabase(), bytes(32))
    store.append_synced(None, log)
    promise = Promise(0, None, None)
    for write in writes:
        store.append_synced(write.truncate_above, write.entries)
        promise = write.promise or promise
    return list(store.entries(1, store.last().height, 2**63)), promise


@given(logs_and_writes())
def test_merged_writes_do_what_they_would_have_done_one_by_one(
    given_: tuple[list[Entry], list[Persist]],
) -> None:
    log, writes = given_
    assert carried_out(log, [merge(writes)]) == carried_out(log, writes)


def test_a_merged_write_holds_nothing_that_a_later_one_drops() -> None:
    writes = [
        Persist(1, None, None, (made_up(1, 1), made_up(1, 2))),
        Persist(2, None, 1, (made_up(2, 2),)),
    ]
    assert merge(writes) == Persist(2, None, 1, (made_up(1, 1), made_up(2, 2)))
