"""A LevelDB in memory that a power cut, a failing sync or a rotten bit can meet.

It has the methods of `plyvel.DB` that the node's store uses, so the store itself runs on it. As in
LevelDB, writes reach the disk in the order in which they were made, a batch whole or not at all,
and a sync covers all before it.
"""

from collections import defaultdict
from collections.abc import Iterator
from random import Random
from typing import Any

import plyvel

from amanat.ledger.encoding import decode, encode

Content = dict[int, dict[bytes, bytes]]
"""Values by key, by the key's first byte: the store's tables."""


class SimulatedDatabase:
    """One node's database, and what of it is on disk."""

    def __init__(self) -> None:
        self._tables: Content = defaultdict(dict)
        self._unsynced: list[list[tuple[bytes, bytes | None]]] = []
        """For each batch that is not known to be on disk, what it replaced; oldest first."""
        self._rotten: dict[bytes, bytes] = {}
        self.full = False
        """Whether no further write finds space."""
        self.failing = False
        """Whether the next sync fails; nobody knows what is on disk then."""
        self.interrupted = False
        """Whether a sync no longer comes to its end."""

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
        return len(self._unsynced)

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
        self._unsynced.clear()
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
        self._unsynced.clear()
        return True

    def reopen(self) -> None:
        """A process opens it: LevelDB writes its log anew, synced, before it answers."""
        if self.full:
            raise plyvel.IOError("No space left on device")
        self._unsynced.clear()
        self.interrupted = False

    def lose(self, random: Random) -> int:
        """Lose some of the last unsynced batches, or none; return how many."""
        lost = random.randint(0, len(self._unsynced))
        for _ in range(lost):
            for key, before in reversed(self._unsynced.pop()):
                self._set(key, before)
        self._unsynced.clear()
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

    def _write(self, changes: list[tuple[bytes, bytes | None]], sync: bool) -> None:
        if self.full:
            raise plyvel.IOError("No space left on device")
        tables = self._tables
        self._unsynced.append([(key, tables[key[0]].get(key)) for key, _ in changes])
        for key, value in changes:
            self._set(key, value)
        if not sync:
            return
        if self.failing:
            raise plyvel.IOError("Input/output error")
        if not self.interrupted:
            self._unsynced.clear()

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
        self._changes: list[tuple[bytes, bytes | None]] = []

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
