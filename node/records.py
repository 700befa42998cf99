"""A node's records, read so that what is damaged is told and never served."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import plyvel

from amanat.node.leveldb import Database


class StorageFailed(Exception):  # noqa: N818 - what happened
    """A write failed or a record is damaged: nobody knows what is on disk. The process must end."""


class Records:
    """Reads a database; every read verifies checksums."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def get(self, key: bytes) -> bytes | None:
        """Return what is under `key`, or None.

        Raises:
            StorageFailed: it is damaged.
        """
        try:
            return self._db.get(key, verify_checksums=True)
        except plyvel.Error as error:
            raise StorageFailed(f"a record is damaged: {error}") from error

    def need(self, key: bytes) -> bytes:
        """Return what is under `key`.

        Raises:
            StorageFailed: it is missing or damaged.
        """
        raw = self.get(key)
        if raw is None:
            raise StorageFailed(f"the record {key[:1].decode()} {key[1:].hex()} is missing")
        return raw

    def iterate(self, **bounds: Any) -> Iterator[tuple[bytes, bytes]]:
        """Yield keys and values in order, within `prefix` or from `start` to before `stop`.

        Raises:
            StorageFailed: one of them is damaged.
        """
        start = bounds.get("start") or b""
        if bounds.get("reverse"):
            # plyvel 1.5.1 yields nothing in reverse where `start` itself is all that there is. What
            # is no record, the letter of the table, cannot be.
            bounds["start"] = start[:1] or None
        try:
            for key, value in self._db.iterator(verify_checksums=True, **bounds):
                if key < start:
                    return
                yield key, value
        except plyvel.Error as error:
            raise StorageFailed(f"a record is damaged: {error}") from error


def u64(number: int) -> bytes:
    """Return a number as keys hold it: so that they sort by it."""
    return number.to_bytes(8, "big")
