"""The sign guard: what this authority has promised, on disk before any signature leaves.

It lies outside the database, so that a database that comes back shorter than it was cannot take
the promise with it. The file has two slots, written in turn: a crash while one is written leaves
the other. Each slot holds a counter, the promise and a SHA-256 over both.
"""

import os
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Final

from amanat.consensus.interface import Promise
from amanat.ledger.encoding import EncodingError, decode, encode

SLOT_BYTES: Final = 4096
_HEADER_BYTES: Final = 8 + 2 + 32


class GuardError(Exception):
    """The guard file cannot be used. The message says why, and what to do."""


class PromiseBroken(Exception):  # noqa: N818 - what would happen
    """A promise that contradicts an earlier one was about to be written. Nothing was."""


class SignGuard:
    """The guard file of one authority, open."""

    def __init__(
        self, descriptor: int, counter: int, promise: Promise, sync: Callable[[int], None]
    ) -> None:
        """Use `create` and `open`."""
        self._descriptor = descriptor
        self._counter = counter
        self._sync = sync
        self.promise = promise

    @staticmethod
    def create(path: Path) -> None:
        """Make the guard of an authority that has never promised anything.

        Raises:
            GuardError: there is one already.
        """
        first = _slot(0, Promise(term=0, vote=None, acked=None))
        try:
            descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError as error:
            raise GuardError(f"{path} exists: init never overwrites a sign guard") from error
        try:
            os.pwrite(descriptor, first.ljust(SLOT_BYTES, b"\x00") * 2, 0)
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        sync_directory(path.parent)

    @staticmethod
    def open(path: Path, *, sync: Callable[[int], None] = os.fdatasync) -> "SignGuard":
        """Open the guard and read the latest promise.

        Raises:
            GuardError: it is missing, or both slots are damaged.
        """
        try:
            descriptor = os.open(path, os.O_RDWR)
        except FileNotFoundError as error:
            raise GuardError(
                f"{path} is missing: without it this authority could sign against its past; "
                "restore it, or have the authority admitted again with a new key"
            ) from error
        found = [_read_slot(os.pread(descriptor, SLOT_BYTES, slot * SLOT_BYTES)) for slot in (0, 1)]
        whole = [slot for slot in found if slot is not None]
        if not whole:
            os.close(descriptor)
            raise GuardError(f"{path} is damaged: both slots fail their checksum; restore it")
        counter, promise = max(whole, key=lambda slot: slot[0])
        return SignGuard(descriptor, counter, promise, sync)

    def write(self, promise: Promise) -> None:
        """Put `promise` on disk and sync.

        Raises:
            PromiseBroken: it contradicts the promise before it.
            OSError: whether it is on disk is not known; the process must end.
        """
        check_promise(self.promise, promise)
        counter = self._counter + 1
        os.pwrite(self._descriptor, _slot(counter, promise), (counter % 2) * SLOT_BYTES)
        self._sync(self._descriptor)
        self._counter, self.promise = counter, promise

    def close(self) -> None:
        """Close the file."""
        os.close(self._descriptor)


def check_promise(before: Promise, after: Promise) -> None:
    """Raise `PromiseBroken` if an authority bound by `before` may not bind itself to `after`."""
    if after.term < before.term:
        raise PromiseBroken(f"term {after.term} after term {before.term}")
    if after.term == before.term and before.vote not in (None, after.vote):
        raise PromiseBroken(f"a second vote in term {after.term}")
    if before.acked is None:
        return
    acked = after.acked
    went_back = acked is None or acked.position < before.acked.position
    if went_back and after.term == before.acked.term:
        # Later terms may release an ack of a block that was never final; its own term may not.
        raise PromiseBroken("an ack behind the highest one of its term")
    if acked and acked.position == before.acked.position and acked != before.acked:
        raise PromiseBroken(f"a second ack at {acked.position}")


def sync_directory(path: Path) -> None:
    """Make the creation or renaming of a file in `path` durable."""
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _slot(counter: int, promise: Promise) -> bytes:
    encoded = encode(promise)
    content = counter.to_bytes(8, "big") + len(encoded).to_bytes(2, "big") + encoded
    return sha256(content).digest() + content


def _read_slot(raw: bytes) -> tuple[int, Promise] | None:
    if len(raw) < _HEADER_BYTES:
        return None
    length = int.from_bytes(raw[40:42], "big")
    content = raw[32 : 42 + length]
    if sha256(content).digest() != raw[:32]:
        return None
    try:
        return int.from_bytes(content[:8], "big"), decode(content[10:], Promise)
    except EncodingError:
        return None
