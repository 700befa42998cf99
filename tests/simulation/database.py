"""A LevelDB in memory that a power cut, a failing sync or a rotten bit can meet.

It has the methods of `plyvel.DB` that the node's store uses, so the store itself runs on it. A
batch is on disk whole or not at all, and what follows it in its log file is not there without it.

A sync covers its own log file alone. LevelDB begins a new log file whenever its table in memory is
full, and closes the old one without a sync (`MakeRoomForWrite` in db_impl.cc); what the old one
holds is safe only when the table that is made of it in the background has been synced (section
"Compactions" of doc/impl.md, and `WriteLevel0Table`). Until then a power cut can take the end of
the old file and leave all of the new one, and recovery takes that end for the last write of a
process that was killed: no error. Two files can be in that state, never three: a table in memory
has to wait until the one before it is a table on disk.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from random import Random
from typing import Any, Final

import plyvel

from amanat.ledger.encoding import decode, encode

Content = dict[int, dict[bytes, bytes]]
"""Values by key, by the key's first byte: the store's tables."""

Changes = list[tuple[bytes, bytes | None]]
"""Values to be put under keys; None for what is to be deleted."""

FILE_BATCHES: Final = 5
"""A log file is full after so many batches. A node's takes 32 MiB, more than a whole run writes."""


@dataclass(slots=True)
class _LogFile:
    """The batches of one log file, oldest first."""

    written: list[tuple[Changes, Changes]] = field(default_factory=list)
    """For each batch what it changed, and what was there before."""
    synced: int = 0
    """How many of them are on disk for certain."""


class SimulatedDatabase:
    """One node's database, and what of it is on disk."""

    def __init__(self, *, file_batches: int = FILE_BATCHES) -> None:
        self._file_batches = file_batches
        self._tables: Content = defaultdict(dict)
        self._files = [_LogFile()]
        """The log files that are not tables on disk yet: the last one, and perhaps one before."""
        self._rotten: dict[bytes, bytes] = {}
        self.full = False
        """Whether no further write finds space."""
        self.failing = False
        """Whether the next sync fails; nobody knows what is on disk then."""
        self._has_failed = False
        """Whether a sync has failed: LevelDB takes no write any more until it is opened anew."""
        self.interrupted = False
        """Whether a sync no longer comes to its end."""
        self.before_write: Callable[[], None] = lambda: None
        """What happens before each write; if it raises, nothing is written."""

    # --- what the store calls ---------------------------------------------------------------------

    def get(self, key: bytes, *, verify_checksums: bool = False) -> bytes | None:
        """Return the value under `key`, or None; damaged bytes unless checksums are verified."""
        if self._rotten and key in self._rotten:
            return self._read_rotten(key, verify_checksums)
        return self._tables[key[0]].get(key)

    def put(self, key: bytes, value: bytes, *, sync: bool = False) -> None:
        """Put `value` under `key`."""
        self._write([(key, value)], sync)

    def write_batch(self, *, sync: bool = False) -> "SimulatedBatch":
        """Return a batch."""
        return SimulatedBatch(self, sync)

    def iterator(
        self,
        *,
        prefix: bytes | None = None,
        start: bytes | None = None,
        stop: bytes | None = None,
        reverse: bool = False,
        verify_checksums: bool = False,
    ) -> Iterator[tuple[bytes, bytes]]:
        """Yield keys and values in order, of one of the store's tables."""
        first = prefix or start
        if not first:
            raise NotImplementedError("the store never reads across its tables")
        table = self._tables[first[0]]
        for key in sorted(table, reverse=reverse):
            if prefix is not None and not key.startswith(prefix):
                continue
            if (start is not None and key < start) or (stop is not None and key >= stop):
                continue
            rotten = key in self._rotten
            yield key, self._read_rotten(key, verify_checksums) if rotten else table[key]

    def close(self) -> None:
        """Nothing is held."""

    # --- what becomes of it -----------------------------------------------------------------------

    @property
    def is_damaged(self) -> bool:
        """Whether a record is rotten."""
        return bool(self._rotten)

    @property
    def unsynced(self) -> int:
        """How many batches a power cut may lose."""
        return sum(len(file.written) - file.synced for file in self._files)

    def content(self) -> Content:
        """Return a copy of everything, rot and all."""
        copy: Content = defaultdict(dict)
        copy.update({table: dict(records) for table, records in self._tables.items()})
        for key, value in self._rotten.items():
            copy[key[0]][key] = value
        return copy

    def replace(self, content: Content) -> None:
        """Hold a copy of `content` and nothing else, all of it on disk."""
        self._tables = defaultdict(dict)
        self._tables.update({table: dict(records) for table, records in content.items()})
        self._settle()
        self._rotten.clear()

    def write_as_before(self) -> bool:
        """Hold what the version before (format 2) would have written, if it could have come to it.

        It knew neither snapshots nor logs that begin late. What it lacked follows from the log.
        """
        if self._rotten or self.full or any(self._tables[table] for table in b"bqpy"):
            return False
        chain = decode(self._tables[ord("i")][b"i"], tuple[int, bytes])[1]
        self._tables[ord("i")][b"i"] = encode((2, chain))
        for table in b"dk":
            self._tables[table].clear()
        self._settle()
        return True

    def reopen(self) -> None:
        """A process opens it: LevelDB writes its log anew, synced, before it answers."""
        if self.full:
            raise plyvel.IOError("No space left on device")
        self._settle()
        self.interrupted = self._has_failed = False

    def lose(self, random: Random) -> int:
        """Lose some of the last unsynced batches of each log file, or none; return how many."""
        lost = 0
        after: dict[bytes, bytes | None] = {}
        for file in reversed(self._files):
            for _, before in reversed(file.written):
                after.update(before)
        for file in self._files:
            kept = random.randint(file.synced, len(file.written))
            lost += len(file.written) - kept
            for changes, _ in file.written[:kept]:
                after.update(changes)
        for key, value in after.items():
            if value != self._tables[key[0]].get(key):
                self._set(key, value)
        self._settle()
        return lost

    def rot(self, random: Random) -> bytes:
        """Flip a bit of a record that is read again sooner or later; return its key."""
        tables = [table for table in b"ailnx" if self._tables[table]]
        key = random.choice(sorted(self._tables[random.choice(tables)]))
        value = bytearray(self._rotten.get(key) or self._tables[key[0]][key])
        value[random.randrange(len(value))] ^= 1 << random.randrange(8)
        self._rotten[key] = bytes(value)
        return key

    def _read_rotten(self, key: bytes, verify_checksums: bool) -> bytes:
        if verify_checksums:
            raise plyvel.CorruptionError(f"checksum mismatch at {key[:1].decode()} {key[1:].hex()}")
        return self._rotten[key]

    def _write(self, changes: Changes, sync: bool) -> None:
        self.before_write()
        if self.full:
            raise plyvel.IOError("No space left on device")
        if self._has_failed:
            raise plyvel.IOError("Input/output error")
        if len(self._files[-1].written) >= self._file_batches:
            self._files = [self._files[-1], _LogFile()]
        file, tables = self._files[-1], self._tables
        file.written.append((changes, [(key, tables[key[0]].get(key)) for key, _ in changes]))
        for key, value in changes:
            self._set(key, value)
        if not sync:
            return
        if self.failing:
            self._has_failed = True
            raise plyvel.IOError("Input/output error")
        if not self.interrupted:
            file.synced = len(file.written)

    def _settle(self) -> None:
        """All that is there is on disk."""
        self._files = [_LogFile()]

    def _set(self, key: bytes, value: bytes | None) -> None:
        if self._rotten:
            self._rotten.pop(key, None)
        if value is None:
            self._tables[key[0]].pop(key, None)
        else:
            self._tables[key[0]][key] = value


class SimulatedBatch:
    """Changes that are written together, or not at all."""

    def __init__(self, database: SimulatedDatabase, sync: bool) -> None:
        self._database = database
        self._sync = sync
        self._changes: Changes = []

    def put(self, key: bytes, value: bytes) -> None:
        """Put `value` under `key`."""
        self._changes.append((key, value))

    def delete(self, key: bytes) -> None:
        """Delete what is under `key`."""
        self._changes.append((key, None))

    def __enter__(self) -> "SimulatedBatch":
        return self

    def __exit__(self, kind: object, *details: Any) -> None:
        del details
        if kind is None:
            self._database._write(self._changes, self._sync)
