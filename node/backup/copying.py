"""Copying a file so that it is on disk, with its digest and how far it has come."""

import os
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Protocol

from amanat.node.backup.manifest import PIECE_BYTES


class Writes(Protocol):
    """Writes a whole piece to an open file; `write_whole` does. Raises OSError as `os.write`."""

    def __call__(self, file: int, piece: bytes) -> None:
        """Write it."""


def write_whole(file: int, piece: bytes) -> None:
    """Write all of `piece`; the system may take less at once."""
    rest = memoryview(piece)
    while rest:
        rest = rest[os.write(file, rest) :]


def copy_synced(
    source: Path, target: Path, *, write: Writes = write_whole, moved: Callable[[int], None]
) -> str:
    """Copy `source` to the new file `target`, sync it, and return its SHA-256 in hexadecimal.

    Args:
        source: what to copy.
        target: must not exist.
        write: how to write.
        moved: told of each piece, in bytes, once it is written.

    Raises:
        OSError: as it is; what was written so far remains.
    """
    found = sha256()
    made = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with source.open("rb") as opened:
            while piece := opened.read(PIECE_BYTES):
                write(made, piece)
                found.update(piece)
                moved(len(piece))
        os.fsync(made)
    finally:
        os.close(made)
    return found.hexdigest()
