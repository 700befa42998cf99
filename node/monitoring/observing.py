"""What the parts of a node report as it happens."""

from collections.abc import Iterable
from enum import StrEnum
from typing import Final, Protocol

from amanat.ledger.executed_block import ExecutedBlock
from amanat.ledger.identifiers import Digest

POOL_FULL: Final = "pool_full"
"""The code, beside those of the door, of a transaction for which there was no room."""


class Write(StrEnum):
    """What is put on disk, and synced, at once."""

    LOG = "log"
    """Log entries, and the evidence and snapshots beside them, in the database."""
    PROMISE = "promise"
    """What the authority has promised, in its sign guard."""
    STATE = "state"
    """Final blocks and the state after them, in the database."""


class Observer(Protocol):
    """Told of what happens. It must take no time, and may be called from the disk's thread."""

    def admitted(self, transaction: Digest) -> None:
        """A transaction was taken that is new here."""

    def refused(self, code: str) -> None:
        """A transaction was refused at the door."""

    def applied(self, blocks: Iterable[ExecutedBlock]) -> None:
        """These blocks are final, and stored."""

    def written(self, write: Write, seconds: float) -> None:
        """A write is on disk, after so many seconds."""


class _Nobody:
    def admitted(self, transaction: Digest) -> None:
        pass

    def refused(self, code: str) -> None:
        pass

    def applied(self, blocks: Iterable[ExecutedBlock]) -> None:
        pass

    def written(self, write: Write, seconds: float) -> None:
        pass


NOBODY: Final[Observer] = _Nobody()
"""For parts that run without a node."""
