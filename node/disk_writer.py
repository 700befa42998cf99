"""The one writer: log entries, promises and final blocks go to disk here, in order, off the loop.

Everything that queued up while the disk was busy shares one sync of the log and one of the promise,
in the order of `Persist.halves`. `Persisted` is reported after both.
Final blocks are synced too. Were they not, a later sync of the log would not cover them (see
`amanat.node.leveldb`), and a power cut could leave the last of them without those before it.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TypeVarTuple, Unpack

from amanat.consensus.evidence import Evidence
from amanat.consensus.interface import Persist, Promise, Staged
from amanat.consensus.log_entry import Entry
from amanat.consensus.statements import CommitCertificate
from amanat.ledger.executed_block import ExecutedBlock
from amanat.node import clock
from amanat.node.monitoring.observing import NOBODY, Observer, Write
from amanat.node.sign_guard import SignGuard
from amanat.node.store import Store

Arguments = TypeVarTuple("Arguments")


@dataclass(frozen=True, slots=True)
class Apply:
    """Final blocks and the certificate of the last of them."""

    blocks: Sequence[ExecutedBlock]
    certificate: CommitCertificate


@dataclass(frozen=True, slots=True)
class Keep:
    """Evidence to be kept."""

    evidence: Evidence


class DiskWriter:
    """Runs until cancelled or until a write fails; a failed write ends the node.

    After a failed sync nobody knows what is on disk (the kernel may have dropped the pages), so
    the only safe continuation is to end, and to recover from disk and peers.
    """

    def __init__(
        self,
        store: Store,
        guard: SignGuard,
        observer: Observer = NOBODY,
        *,
        persisted: Callable[[int], None],
        applied: Callable[[Apply], None],
    ) -> None:
        self._store = store
        self._guard = guard
        self._persisted = persisted
        self._applied = applied
        self._observer = observer
        self._jobs: deque[Persist | Apply | Keep] = deque()
        self._wake = asyncio.Event()
        self._threads = ThreadPoolExecutor(max_workers=1, thread_name_prefix="disk")

    def put(self, job: Persist | Apply | Keep) -> None:
        """Queue `job` behind all earlier ones."""
        self._jobs.append(job)
        self._wake.set()

    async def run(self) -> None:
        """Write what is queued, for ever."""
        try:
            while True:
                await self._wake.wait()
                self._wake.clear()
                while self._jobs:
                    await self._write_next()
        finally:
            self._threads.shutdown(wait=True)

    async def _write_next(self) -> None:
        first = self._jobs.popleft()
        if isinstance(first, Apply):
            await self._apply(first)
            return
        if isinstance(first, Keep):
            await self._timed(Write.LOG, self._store.keep, first.evidence)
            return
        batch = [first]
        while self._jobs and isinstance(self._jobs[0], Persist):
            batch.append(self._jobs.popleft())  # type: ignore[arg-type]  # seen one line above
        await self._persist(batch)

    async def _apply(self, job: Apply) -> None:
        await self._timed(Write.STATE, self._store.apply, job.blocks, job.certificate)
        self._applied(job)

    async def _persist(self, batch: list[Persist]) -> None:
        merged = merge(batch)
        for half in merged.halves:
            kind = Write.LOG if half.promise is None else Write.PROMISE
            await self._timed(kind, write, half, self._store, self._guard)
        self._persisted(merged.sequence)

    async def _timed(
        self, kind: Write, work: Callable[[Unpack[Arguments]], None], *arguments: *Arguments
    ) -> None:
        """Do `work` in the disk's thread, and report how long it took there."""

        def measured() -> None:
            started = clock.monotonic()
            work(*arguments)
            self._observer.written(kind, clock.monotonic() - started)

        await asyncio.get_running_loop().run_in_executor(self._threads, measured)


def write(half: Persist, store: Store, guard: SignGuard) -> None:
    """Put half of a write on disk: what concerns the database, or the promise."""
    if half.promise is not None:
        guard.write(half.promise)
    else:
        store.write(half)


def merge(batch: Sequence[Persist]) -> Persist:
    """Return one write that does what `batch`, which is not empty, does."""
    truncate_above: int | None = None
    entries: list[Entry] = []
    promise: Promise | None = None
    forget_below: int | None = None
    staged: list[Staged] = []
    for persist in batch:
        if persist.truncate_above is not None:
            height = persist.truncate_above
            entries = [entry for entry in entries if entry.block.height <= height]
            truncate_above = height if truncate_above is None else min(truncate_above, height)
        entries.extend(persist.entries)
        promise = persist.promise or promise
        forget_below = persist.forget_below or forget_below
        staged.extend(persist.staged)
    return Persist(
        batch[-1].sequence, promise, truncate_above, tuple(entries), forget_below, tuple(staged)
    )
