"""Writes more than fits into one batch."""

from __future__ import annotations

from typing import Final

from amanat.node.leveldb import Database

BATCH_KEYS: Final = 10_000
"""After so many changes a batch is written, so that memory stays small."""


class BulkWriter:
    """Writes many changes, in order, in batches of bounded size; each is on disk before the next.

    A crash may leave any number of them from the first on. Whoever uses it says with a last write
    of its own that it is done, and begins once more if that is not there.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._changes: list[tuple[bytes, bytes | None]] = []

    def put(self, key: bytes, value: bytes) -> None:
        """Put `value` under `key`."""
        self._change(key, value)

    def delete(self, key: bytes) -> None:
        """Delete what is under `key`."""
        self._change(key, None)

    def end(self) -> None:
        """Write what was not written yet."""
        with self._database.write_batch(sync=True) as batch:
            for key, value in self._changes:
                if value is None:
                    batch.delete(key)
                else:
                    batch.put(key, value)
        self._changes.clear()

    def _change(self, key: bytes, value: bytes | None) -> None:
        self._changes.append((key, value))
        if len(self._changes) >= BATCH_KEYS:
            self.end()
