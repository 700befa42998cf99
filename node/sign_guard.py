"""The sign guard: what this authority has promised, on disk before any signature leaves.

It lies outside the database, so that a database that comes back shorter than it was cannot take
the promise with it. The file has two slots, written in turn: a crash while one is written leaves
the other. Each slot holds a counter, the promise and a SHA-256 over both, and it does so twice, a
page apart: were there one copy, a bit that rots in it could not be told from a write that a crash
cut short, and the node would fall back to the promise before.

    page    0        1        2        3
    slot    even     odd      even     odd
"""

import os
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Final, Protocol

from amanat.consensus.interface import Promise
from amanat.consensus.statements import BlockId
from amanat.ledger.encoding import EncodingError, decode, encode

PAGE_BYTES: Final = 4096
PAGES: Final = 4
_HEADER_BYTES: Final = 8 + 2 + 32

DISOWNED: Final = "signed-elsewhere"
"""A file beside the guard that says why nothing may be signed from here."""
NOTHING: Final = Promise(term=0, vote=None, acked=None)
"""What is known of an authority's promises on a new disk: nothing."""

EVERYTHING: Final = Promise(
    term=0, vote=None, acked=BlockId(term=2**63 - 1, height=2**63 - 1, digest=bytes(32))
)
"""What an authority must be taken to have promised whose promises are lost: it is bound above every
block that there can be. So it acks nothing, stands for no election and elects nobody."""


class GuardError(Exception):
    """The guard file cannot be used. The message says why, and what to do."""


class PromiseBroken(Exception):  # noqa: N818 - what would happen
    """A promise that contradicts an earlier one was about to be written. Nothing was."""


class GuardFile(Protocol):
    """The file that a guard lies in, open."""

    def read(self) -> bytes:
        """Return the whole content."""

    def write(self, content: bytes, offset: int) -> None:
        """Put `content` at `offset`. Raises OSError if it cannot."""

    def sync(self) -> None:
        """Return once all that was written is on disk. Raises OSError if that is not known."""

    def close(self) -> None:
        """Close the file."""


class SignGuard:
    """The guard of one authority, open."""

    def __init__(
        self, file: GuardFile, counter: int, promise: Promise, directory: Path | None = None
    ) -> None:
        """Use `create` and `open`."""
        self._file = file
        self._counter = counter
        self._directory = directory
        self.promise = promise

    @staticmethod
    def create(path: Path, promise: Promise = NOTHING) -> None:
        """Make the guard of an authority that has promised `promise`: nothing yet, by default.

        Raises:
            GuardError: there is one already.
        """
        try:
            descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError as error:
            raise GuardError(f"{path} exists: init never overwrites a sign guard") from error
        try:
            os.pwrite(descriptor, first_content(promise), 0)
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        sync_directory(path.parent)

    @staticmethod
    def open(path: Path, *, sync: Callable[[int], None] = os.fdatasync) -> "SignGuard":
        """Open the guard and read the latest promise.

        Raises:
            GuardError: it is missing, damaged beyond reading, or was disowned.
        """
        disowned = path.parent / DISOWNED
        if disowned.exists():
            raise GuardError(f"{disowned}: {disowned.read_text(encoding='utf-8').strip()}")
        try:
            descriptor = os.open(path, os.O_RDWR)
        except FileNotFoundError as error:
            raise GuardError(
                f"{path} is missing: without it this authority could sign against its past; "
                "restore it, or have the authority admitted again with a new key"
            ) from error
        file = _OpenFile(descriptor, sync)
        try:
            return SignGuard.resume(file, path.parent)
        except GuardError as error:
            file.close()
            raise GuardError(f"{path} {error}") from error

    @staticmethod
    def resume(file: GuardFile, directory: Path | None = None) -> "SignGuard":
        """Go on with the latest promise in `file`, which lies in `directory` if in any.

        Raises:
            GuardError: no promise in it can be read.
        """
        content = file.read()
        pages = [content[at : at + PAGE_BYTES] for at in range(0, PAGES * PAGE_BYTES, PAGE_BYTES)]
        whole = [slot for slot in map(_read_slot, pages) if slot is not None]
        if not whole:
            raise GuardError("is damaged: every copy fails its checksum; restore it")
        return SignGuard(file, *max(whole, key=lambda slot: slot[0]), directory)

    @property
    def signs_nothing(self) -> bool:
        """Whether what the authority had promised is lost, so that it may sign nothing any more."""
        return self.promise.acked == EVERYTHING.acked

    def renew(self) -> None:
        """Put the promise that was read on disk once more, before anything relies on it.

        After a failed sync the operating system may go on to show what never came to the disk,
        and a sync alone would not put it there.

        Raises:
            OSError: whether it is on disk is not known.
        """
        self._put(self.promise)

    def write(self, promise: Promise) -> None:
        """Put `promise` on disk and sync.

        Raises:
            PromiseBroken: it contradicts the promise before it.
            OSError: whether it is on disk is not known; the process must end.
        """
        check_promise(self.promise, promise)
        self._put(promise)

    def disown(self, reason: str) -> None:
        """Never be opened again: the authority has signed elsewhere what is not known here.

        Raises:
            OSError: whether that is on disk is not known.
        """
        if self._directory is None:
            return
        with (self._directory / DISOWNED).open("w", encoding="utf-8") as file:
            file.write(reason + "\n")
            file.flush()
            os.fsync(file.fileno())
        sync_directory(self._directory)

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def _put(self, promise: Promise) -> None:
        counter = self._counter + 1
        slot = _slot(counter, promise)
        for page in range(counter % 2, PAGES, 2):
            self._file.write(slot, page * PAGE_BYTES)
        self._file.sync()
        self._counter, self.promise = counter, promise


def first_content(promise: Promise = NOTHING) -> bytes:
    """Return the content of the guard of an authority that has promised `promise`."""
    return _slot(0, promise).ljust(PAGE_BYTES, b"\x00") * PAGES


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


class _OpenFile:
    def __init__(self, descriptor: int, sync: Callable[[int], None]) -> None:
        self._descriptor = descriptor
        self._sync = sync

    def read(self) -> bytes:
        return os.pread(self._descriptor, PAGES * PAGE_BYTES, 0)

    def write(self, content: bytes, offset: int) -> None:
        os.pwrite(self._descriptor, content, offset)

    def sync(self) -> None:
        self._sync(self._descriptor)

    def close(self) -> None:
        os.close(self._descriptor)


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
