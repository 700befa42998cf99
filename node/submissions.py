"""The door of the node: takes signed transactions, and tells what became of them."""

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from amanat.ledger.chain import Chain
from amanat.ledger.dry_run import DryRun
from amanat.ledger.executed_block import ExecutedBlock
from amanat.ledger.identifiers import Digest, LedgerTime, PublicKey
from amanat.ledger.receipts import Applied, Receipt
from amanat.ledger.rejections import DoorCode, DoorRefusal
from amanat.ledger.transactions import CheckedTransaction
from amanat.node.finality import Finality
from amanat.node.monitoring.observing import NOBODY, POOL_FULL, Observer
from amanat.node.pool import Pool, PoolFull
from amanat.node.store import Store

EXPIRED_KEPT: Final = 100_000
"""Expired transactions whose ids this node remembers."""

SLICE: Final = 32
"""Signature checks between two breaths of the event loop."""


class TransactionState(StrEnum):
    """Where a transaction stands; only the first two may change."""

    UNKNOWN = "unknown"
    PENDING = "pending"
    COMMITTED = "committed"
    REJECTED = "rejected"
    EXPIRED = "expired"
    EXECUTED = "executed"
    """It is in a block that this node does not keep, so its outcome is to be asked elsewhere."""


@dataclass(frozen=True, slots=True)
class TransactionStatus:
    """A transaction's state; where it is in the chain and its receipt, once it is there."""

    id: Digest
    state: TransactionState
    height: int | None = None
    index: int | None = None
    receipt: Receipt | None = None

    @property
    def is_final(self) -> bool:
        """Whether this can never change again."""
        return self.state not in (TransactionState.UNKNOWN, TransactionState.PENDING)


class Submissions:
    """Admits transactions into the pool and answers for them."""

    def __init__(
        self,
        chain: Chain,
        store: Store,
        pool: Pool,
        *,
        admitted: Callable[[CheckedTransaction], None],
        now: Callable[[], LedgerTime],
        observer: Observer = NOBODY,
    ) -> None:
        """`admitted` is called for each transaction that is new here."""
        self._chain = chain
        self._store = store
        self._pool = pool
        self._admitted = admitted
        self._now = now
        self._observer = observer
        self._finality = Finality()
        self._expired: OrderedDict[Digest, None] = OrderedDict()

    def submit(self, envelope: bytes) -> TransactionStatus:
        """Take `envelope`, or give the status it already has.

        What is known already is not checked at the door again: sent once more, it gets its first
        outcome, though it would have expired or its key be gone by now.

        Raises:
            DoorRefusal: it is malformed, unsigned, expired or otherwise never to be in a block.
            PoolFull: too much is waiting; the same bytes may be sent again.
        """
        try:
            return self._take(envelope)
        except DoorRefusal as refusal:
            self._observer.refused(refusal.code)
            raise
        except PoolFull:
            self._observer.refused(POOL_FULL)
            raise

    def _take(self, envelope: bytes) -> TransactionStatus:
        transaction = self._chain.open(envelope)
        known = self.status(transaction.id)
        if known.state is not TransactionState.UNKNOWN:
            return known
        try:
            self._chain.admit(transaction, now=self._now())
        except DoorRefusal as refusal:
            raise self._as_far_as_known(refusal) from refusal
        if self._pool.add(transaction):
            self._observer.admitted(transaction.id)
            self._admitted(transaction)
        return TransactionStatus(transaction.id, TransactionState.PENDING)

    def rehearse(self, envelope: bytes, *, assumed: Collection[PublicKey] | None = None) -> DryRun:
        """Say what would become of a transaction, signed or not, if it were submitted now.

        Keys that it names count as if they had signed: those among `assumed`, all without it.

        Raises:
            DoorRefusal: it is too large or malformed, or has more operations than are tried.
        """
        return self._chain.rehearse(envelope, now=self._now(), assumed=assumed)

    def _as_far_as_known(self, refusal: DoorRefusal) -> DoorRefusal:
        """Say what a node cannot know that began with a snapshot: what expired before it."""
        first = self._store.first_height
        if refusal.code is not DoorCode.EXPIRED or first <= 1:
            return refusal
        detail = (
            f"{refusal.detail}; this node keeps nothing before block {first}: whether it took "
            "effect before then, a node that keeps all blocks can tell"
        )
        return DoorRefusal(refusal.code, detail, **refusal.figures)

    def status(self, transaction: Digest) -> TransactionStatus:
        """Return where `transaction` stands."""
        place = self._store.transaction(transaction)
        if place is not None:
            height, index = place
            receipt = self._store.receipts(height)[index]
            applied = isinstance(receipt.outcome, Applied)
            state = TransactionState.COMMITTED if applied else TransactionState.REJECTED
            return TransactionStatus(transaction, state, height, index, receipt)
        if self._store.contains(transaction):
            return TransactionStatus(transaction, TransactionState.EXECUTED)
        if transaction in self._pool or self._chain.find(transaction) is not None:
            return TransactionStatus(transaction, TransactionState.PENDING)
        if transaction in self._expired:
            return TransactionStatus(transaction, TransactionState.EXPIRED)
        return TransactionStatus(transaction, TransactionState.UNKNOWN)

    async def wait_final(self, transaction: Digest, seconds: float) -> TransactionStatus:
        """Return the status when it is final, or what it is after `seconds`."""
        status = self.status(transaction)
        if not status.is_final:
            await self._finality.wait(transaction, seconds)
            status = self.status(transaction)
        return status

    def applied(self, blocks: Iterable[ExecutedBlock], time: LedgerTime) -> None:
        """These blocks are final and stored; `time` is the ledger time of the last."""
        blocks = list(blocks)
        self._observer.applied(blocks)
        for block in blocks:
            self._pool.remove(block.ids)
            for transaction in block.ids:
                self._finality.settle(transaction)
        for transaction in self._pool.expire(time):
            self._expired[transaction] = None
            self._finality.settle(transaction)
        while len(self._expired) > EXPIRED_KEPT:
            self._expired.popitem(last=False)

    async def take_forwarded(self, envelopes: Iterable[bytes]) -> int:
        """Submit what a peer forwarded, without holding up the loop. Return how many it refused."""
        refused = 0
        for number, envelope in enumerate(envelopes):
            if number % SLICE == SLICE - 1:
                await asyncio.sleep(0)
            try:
                self.submit(envelope)
            except (DoorRefusal, PoolFull):
                refused += 1
        return refused
