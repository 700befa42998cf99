"""The Raft log: what is on disk, followed by what is on its way there.

    genesis | 1 ... p | p+1 ... last
              on disk   in memory until the disk has it

    base ... p | p+1 ... last        once entries before `base` are gone: they are final, and a
                                     snapshot stands for them

Everything from `p + 1` on is read from memory, so entries that a truncation left on disk for a
moment are never seen. An entry in memory remembers the number of the `Persist` that carries it:
a completion that is late, from before a truncation, cannot vouch for the entries that came after.
"""

from bisect import bisect_right
from collections import deque
from collections.abc import Iterator
from itertools import islice
from typing import Final

from amanat.consensus.interface import LogReader
from amanat.consensus.log_entry import Entry
from amanat.consensus.statements import BlockId, CommitCertificate, genesis_id
from amanat.ledger.identifiers import Digest

ENTRIES_MAX: Final = 256
"""Entries of one message."""


class Log:
    """The entries of one node, in order, without gaps."""

    def __init__(self, chain: Digest, disk: LogReader, last: BlockId) -> None:
        """`last` is the id of the last entry on disk, or the genesis id."""
        self._genesis = genesis_id(chain)
        self._disk = disk
        self._disk_height = last.height
        self.base = disk.base
        """The height of the first entry, if any before it are gone; else 0, which is genesis."""
        self._memory: deque[tuple[int, Entry]] = deque()
        self.last = last

    def block_id(self, height: int) -> BlockId | None:
        """Return the id at `height`, or None beyond the end and below `base`."""
        if height == 0:
            return self._genesis
        if not self.base <= height <= self.last.height:
            return None
        if height > self._disk_height:
            return self._memory[height - self._disk_height - 1][1].block
        return self._disk.block_id(height)

    def entry(self, height: int) -> Entry | None:
        """Return the entry at `height`; None for genesis, below `base` and beyond the end."""
        is_held = height > 0 and self.base <= height <= self.last.height
        return next(self.entries(height, 1), None) if is_held else None

    def follows(self, block: BlockId, parent: BlockId) -> bool:
        """Return whether the log holds `block`, and `parent` before it."""
        entry = self.entry(block.height)
        if entry is None or (entry.block, entry.parent) != (block, parent.digest):
            return False
        # Below the base there is only the hash to go by; it fixes the rest.
        return self.block_id(block.height - 1) in (parent, None)

    def lacks(self, block: BlockId) -> bool:
        """Return whether the log is known to hold another block at the height of `block`."""
        if block.height < self.base:
            # Terms never fall along a log, so what is gone was of no later term than the base.
            return block.term > self._term_at(self.base)
        return self.block_id(block.height) not in (block, None)

    def entries(self, first: int, bytes_max: int) -> Iterator[Entry]:
        """Yield entries from `first` on, at least one if there is one: what a message may hold.

        They take `bytes_max` on a wire at most, and are `ENTRIES_MAX` at most, so that whoever
        catches up soon hears what of them is final. `first` is at least 1 and at least `base`.
        """
        total = 0
        for entry in islice(self._from(first, bytes_max), ENTRIES_MAX):
            total += entry.size
            if total > bytes_max and total != entry.size:
                return
            yield entry

    def certificate(self, first: int, last: int) -> CommitCertificate | None:
        """Return the highest certificate on disk that makes a block `first` to `last` final."""
        return self._disk.certificate(first, last)

    def append(self, entry: Entry, sequence: int) -> None:
        """Add `entry` at the end; the `Persist` numbered `sequence` puts it on disk."""
        self._memory.append((sequence, entry))
        self.last = entry.block

    def truncate(self, height: int) -> None:
        """Drop every entry above `height`."""
        while self._memory and self._memory[-1][1].block.height > height:
            self._memory.pop()
        self._disk_height = min(self._disk_height, height)
        last = self.block_id(height)
        if last is None:
            raise ValueError(f"no entry at height {height} to truncate to")
        self.last = last

    def forget(self, height: int) -> bool:
        """Drop every entry below `height`, if it is on disk. Return whether there was any."""
        if not max(self.base, 1) < height <= self._disk_height:
            return False
        self.base = height
        return True

    def persisted(self, sequence: int) -> None:
        """Note that everything up to the `Persist` numbered `sequence` is on disk."""
        while self._memory and self._memory[0][0] <= sequence:
            self._memory.popleft()
            self._disk_height += 1

    def last_not_after(self, term: int, height: int) -> int:
        """Return the greatest height, at most `height`, whose entry's term is at most `term`.

        Less than `base` if it is not among the entries that are held.
        """
        # Terms never fall along a log, so a few reads find it, whatever a message asks for.
        first = max(self.base, 1)
        heights = range(first, min(height, self.last.height) + 1)
        return first - 1 + bisect_right(heights, term, key=self._term_at)

    def _term_at(self, height: int) -> int:
        block = self.block_id(height)
        if block is None:
            raise ValueError(f"no entry at height {height}")
        return block.term

    def _from(self, first: int, bytes_max: int) -> Iterator[Entry]:
        if first <= self._disk_height:
            last = min(self._disk_height, first + ENTRIES_MAX - 1)
            on_disk = self._disk.entries(first, last, bytes_max)
            yield from on_disk
            if first + len(on_disk) <= self._disk_height:
                return
        start = max(first - self._disk_height - 1, 0)
        for index in range(start, len(self._memory)):
            yield self._memory[index][1]
