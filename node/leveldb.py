"""LevelDB as this program uses it: opened so that what is damaged is told, never skipped.

And written so that each batch is on disk before the next begins. A sync does not cover what was
written before it without one: that may be in an older log file, which LevelDB closed without a sync
when its table in memory was full. A power cut then takes from the middle of the writes, and nothing
tells of it when the database is opened again. So the types here know no batch without a sync.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal, Protocol

import plyvel


class Batch(Protocol):
    """Changes that are written together when its `with` block ends, or not at all."""

    def put(self, key: bytes, value: bytes) -> None:
        """Put `value` under `key`."""

    def delete(self, key: bytes) -> None:
        """Delete what is under `key`."""

    def __enter__(self) -> "Batch":
        """Begin."""

    def __exit__(self, *details: Any) -> None:
        """Write. Raises `plyvel.Error` if whether it is on disk is not known."""


class Database(Protocol):
    """What the store needs of a database; `plyvel.DB` has it. Errors are `plyvel.Error`."""

    def get(self, key: bytes, *, verify_checksums: bool = ...) -> bytes | None:
        """Return the value under `key`, or None."""

    def put(self, key: bytes, value: bytes, *, sync: Literal[True]) -> None:
        """Put `value` under `key`; it is on disk afterwards."""

    def write_batch(self, *, sync: Literal[True]) -> Batch:
        """Return a batch; it is on disk once its block has ended."""

    def iterator(
        self,
        *,
        prefix: bytes | None = ...,
        start: bytes | None = ...,
        stop: bytes | None = ...,
        reverse: bool = ...,
        verify_checksums: bool = ...,
    ) -> Iterator[tuple[bytes, bytes]]:
        """Yield keys and values, in the keys' order: all that begin with `prefix`, or a range."""

    def close(self) -> None:
        """Close it."""


def open_database(directory: Path, *, create: bool) -> plyvel.DB:
    """Open the LevelDB in `directory`, or make one there.

    Raises:
        plyvel.Error: it is missing, damaged or in use; with `create`, there is one already.
    """
    return plyvel.DB(
        str(directory),
        create_if_missing=create,
        error_if_exists=create,
        paranoid_checks=True,
        bloom_filter_bits=10,
        # Larger than the defaults of 4 and 8 MiB: fewer, larger compactions while much is written.
        write_buffer_size=32 * 1024 * 1024,
        lru_cache_size=32 * 1024 * 1024,
        compression=None,  # digests, keys and signatures do not compress
    )
