"""What was or may have been sent, on disk: one file for each transaction, and one for its end.

`<id>.tx` holds the signed bytes as `amanat transaction submit` takes them. Beside it, once the end
is known, lies `<id>.receipt`, a proof that `amanat proof verify` checks, or `<id>.expired`, or
`<id>.refused`. Files are written whole or not at all, and are on disk before the program goes on.
"""

import contextlib
import os
import secrets
from pathlib import Path
from typing import Final

from amanat.client.errors import ClientError
from amanat.client.exchange import (
    AllKept,
    Close,
    Ending,
    Heard,
    JournalStep,
    Kept,
    Open,
    Recall,
    RecallOpen,
)
from amanat.ledger.identifiers import Digest

SUFFIX: Final = ".tx"


class JournalError(ClientError):
    """The journal cannot be read or written. What is not in it was not sent."""


class Journal:
    """A directory of its own for what one client submits to one network."""

    def __init__(self, directory: Path) -> None:
        """The directory is made if it is not there."""
        self.directory = directory
        try:
            directory.mkdir(parents=True, exist_ok=True, mode=0o700)
        except OSError as error:
            raise JournalError(f"{directory} cannot be made: {error.strerror}") from error

    def perform(self, step: JournalStep) -> Heard:
        """Carry out a step of a conversation.

        Raises:
            JournalError: the disk does not take or give it.
        """
        try:
            match step:
                case Recall(transaction):
                    return self._kept(transaction)
                case RecallOpen():
                    return AllKept(tuple(self._open()))
                case Open(transaction, envelope):
                    self._write(self.file(transaction), envelope)
                    with contextlib.suppress(FileNotFoundError):
                        self.file(transaction, Ending.REFUSED).unlink()
                        self._sync()
                case Close(transaction, ending, content):
                    self._write(self.file(transaction, ending), content)
        except OSError as error:
            raise JournalError(f"{self.directory}: {error}") from error
        return None

    def file(self, transaction: Digest, ending: Ending | None = None) -> Path:
        """Return where a transaction lies, or its end."""
        suffix = SUFFIX if ending is None else f".{ending.value}"
        return self.directory / f"{transaction.hex()}{suffix}"

    def _kept(self, transaction: Digest) -> Kept | None:
        try:
            envelope = self.file(transaction).read_bytes()
        except FileNotFoundError:
            return None
        for ending in Ending:
            with contextlib.suppress(FileNotFoundError):
                return Kept(envelope, ending, self.file(transaction, ending).read_bytes())
        return Kept(envelope)

    def _open(self) -> list[tuple[Digest, bytes]]:
        """Return what has no end, the oldest first."""
        found = []
        for file in self.directory.glob(f"*{SUFFIX}"):
            transaction = _digest(file.stem)
            if transaction is None or any(self.file(transaction, e).exists() for e in Ending):
                continue
            found.append((file.stat().st_mtime_ns, transaction, file.read_bytes()))
        return [(transaction, envelope) for _, transaction, envelope in sorted(found)]

    def _write(self, file: Path, content: bytes) -> None:
        # Several programs and threads may write the same: each its own file, until it is whole.
        temporary = file.with_name(f"{file.name}.{secrets.token_hex(8)}.new")
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as target:
            target.write(content)
            target.flush()
            os.fsync(target.fileno())
        temporary.replace(file)
        self._sync()

    def _sync(self) -> None:
        descriptor = os.open(self.directory, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _digest(name: str) -> Digest | None:
    try:
        found = bytes.fromhex(name)
    except ValueError:
        return None
    return found if len(found) == 32 and found.hex() == name else None
