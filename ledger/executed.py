"""What the state remembers of executed transactions.

A transaction may be executed until its `valid_until`; until then its id must be known. The ids are
in the chain; the state commits to them with one entry for each day of `valid_until`.
"""

from typing import NamedTuple

from amanat.ledger.crypto import Domain, digest
from amanat.ledger.encoding import Structure
from amanat.ledger.identifiers import Digest, LedgerTime


class Turn(NamedTuple):
    """When a transaction was executed among those valid until the same day."""

    day: int
    number: int
    """How many were executed before it."""


class ExecutedDay(Structure, frozen=True):
    """How many transactions valid until this day were executed, and which, in order."""

    count: int
    digest: Digest

    def followed_by(self, transaction: Digest) -> "ExecutedDay":
        """Return the entry once `transaction` is executed too."""
        rolled = digest(Domain.EXECUTED, self.digest + transaction)
        return ExecutedDay(self.count + 1, rolled)


class RejectionCount(Structure, frozen=True):
    """How many transactions of a participant were rejected in one hour of ledger time."""

    hour: int
    count: int


def day_of(valid_until: LedgerTime) -> int:
    """Return the UTC day, counted from 1970-01-01, of a `valid_until`."""
    return valid_until // 86_400_000


def hour_of(time: LedgerTime) -> int:
    """Return the hour, counted from 1970-01-01T00Z, of a ledger time."""
    return time // 3_600_000
