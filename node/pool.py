"""The pool: transactions admitted and not yet final.

A transaction is *waiting* until a block on this node's tip holds it, then *placed*; if that block
is replaced it waits again. It leaves the pool when it is final, or when ledger time has passed its
`valid_until` and it never can be.
"""

from collections.abc import Iterable, Iterator
from heapq import heappop, heappush
from itertools import islice

from amanat.ledger.identifiers import Digest, LedgerTime
from amanat.ledger.transactions import CheckedTransaction


class PoolFull(Exception):  # noqa: N818 - a condition, not a fault
    """The pool holds as many transactions as it may; try again shortly."""


class Pool:
    """Holds at most `capacity` transactions, in order of arrival."""

    def __init__(self, capacity: int = 100_000) -> None:
        self._capacity = capacity
        self._waiting: dict[Digest, CheckedTransaction] = {}
        self._placed: dict[Digest, CheckedTransaction] = {}
        self._by_expiry: list[tuple[LedgerTime, Digest]] = []

    def __len__(self) -> int:
        return len(self._waiting) + len(self._placed)

    def __contains__(self, transaction: Digest) -> bool:
        return transaction in self._waiting or transaction in self._placed

    def get(self, transaction: Digest) -> CheckedTransaction | None:
        """Return a transaction that waits or is in a block that is not final, or None."""
        return self._waiting.get(transaction) or self._placed.get(transaction)

    @property
    def waiting(self) -> int:
        """How many transactions wait for a block."""
        return len(self._waiting)

    def add(self, transaction: CheckedTransaction) -> bool:
        """Take `transaction`. Return whether it is new here.

        Raises:
            PoolFull: there is no room.
        """
        if transaction.id in self:
            return False
        if len(self) >= self._capacity:
            raise PoolFull(f"{len(self)} transactions wait already")
        self._waiting[transaction.id] = transaction
        heappush(self._by_expiry, (transaction.body.valid_until, transaction.id))
        return True

    def first(self, count: int, *, valid_at: LedgerTime = 0) -> list[CheckedTransaction]:
        """Return up to `count` waiting transactions that are valid then, the oldest first."""
        waiting = self._waiting.values()
        return list(islice((t for t in waiting if t.body.valid_until >= valid_at), count))

    def expires(self, start: LedgerTime, end: LedgerTime) -> bool:
        """Return whether a waiting transaction is valid at `start` and not at `end` any more."""
        return any(start <= t.body.valid_until < end for t in self._waiting.values())

    def envelopes(self) -> Iterator[bytes]:
        """Yield every waiting transaction as it was submitted, the oldest first."""
        return (transaction.envelope for transaction in self._waiting.values())

    def placed(self, transactions: Iterable[Digest]) -> None:
        """A block on the tip holds these now."""
        for transaction in transactions:
            found = self._waiting.pop(transaction, None)
            if found is not None:
                self._placed[transaction] = found

    def displaced(self, transactions: Iterable[Digest]) -> None:
        """The block that held these is gone; they wait again."""
        for transaction in transactions:
            found = self._placed.pop(transaction, None)
            if found is not None:
                self._waiting[transaction] = found

    def remove(self, transactions: Iterable[Digest]) -> None:
        """These are settled."""
        for transaction in transactions:
            if self._placed.pop(transaction, None) is None:
                self._waiting.pop(transaction, None)

    def expire(self, time: LedgerTime) -> list[Digest]:
        """Remove and return what no block after the final ledger time `time` may hold."""
        expired = []
        while self._by_expiry and self._by_expiry[0][0] < time:
            _, transaction = heappop(self._by_expiry)
            if self._waiting.pop(transaction, None) is not None:
                expired.append(transaction)
        return expired
