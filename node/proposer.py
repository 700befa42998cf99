"""When a leader makes a block, and what goes into it.

At once, when something waits and nothing is under way: an idle network answers as fast as its
disks. While blocks are under way, what arrives gathers until it is worth a block of its own; so
many transactions that arrive together share one (DESIGN: blocks are made when there is something
to put in them).

Transactions are taken in the order in which they came. A block that is less than half full leaves
none behind that it could have held: by that the followers can tell whether their leader leaves
somebody out (`amanat.node.patience`).
"""

import asyncio
from collections.abc import Callable
from typing import Final

import structlog

from amanat.consensus.interface import Propose
from amanat.consensus.raft import Role
from amanat.consensus.statements import LeaderCertificate
from amanat.ledger.chain import Chain
from amanat.ledger.executed_block import ExecutedBlock
from amanat.ledger.governance.policies import Parameters
from amanat.ledger.identifiers import LedgerTime
from amanat.node import block_duties
from amanat.node.application import LedgerApplication
from amanat.node.driver import Driver
from amanat.node.pool import Pool

log = structlog.get_logger(__name__)

IN_FLIGHT_MAX: Final = 4
"""Blocks that may be proposed and not yet final."""

WORTH_A_BLOCK: Final = 128
"""Waiting transactions that start another block while earlier ones are under way."""

BLOCK_TRANSACTIONS: Final = 1000
"""Transactions that one block takes, so that executing it does not hold up the event loop."""


def has_few(transactions: int, parameters: Parameters) -> bool:
    """Return whether a block of so many transactions is less than half full."""
    return 2 * transactions < min(BLOCK_TRANSACTIONS, parameters.block_transactions_max)


class Proposer:
    """Builds blocks on the ledger's tip and hands them to the driver, while this node leads."""

    def __init__(
        self,
        name: str,
        *,
        chain: Chain,
        application: LedgerApplication,
        driver: Driver,
        pool: Pool,
        now: Callable[[], LedgerTime],
    ) -> None:
        self._name = name
        self._chain = chain
        self._application = application
        self._driver = driver
        self._pool = pool
        self._now = now
        self._opening: LeaderCertificate | None = None
        self._awake = asyncio.Event()

    def open_term(self, certificate: LeaderCertificate) -> None:
        """Propose the block that opens the term for which this node was just elected.

        It is empty: until it is final, the leader does not know what of its log is (Raft §5.4.2).
        """
        self._opening = certificate
        self.wake()

    def wake(self) -> None:
        """Something may have to be proposed: look soon, once, however often this is called."""
        self._awake.set()

    async def run(self) -> None:
        """Propose whenever woken, for ever."""
        while True:
            await self._awake.wait()
            self._awake.clear()
            self.propose()
            await asyncio.sleep(0)  # a set event is not waited for: let others have their turn

    def propose(self) -> None:
        """Propose what is to be proposed now: the term's opening block, or what waits.

        While the leader is about to hand over the opening block is not taken; should the handover
        fail, it is due still.
        """
        opening, status = self._opening, self._driver.status
        if opening is not None:
            is_due = status.role is Role.LEADER and status.term == opening.term
            if not is_due or self._build(0, leader_certificate=opening.digest()):
                self._opening = None
        if self._driver.leads:
            self._propose_next()

    def _propose_next(self) -> None:
        status = self._driver.status
        if not block_duties.may_build(status, self._chain, IN_FLIGHT_MAX):
            return
        if block_duties.completes_change(status, self._chain):
            self._build(0, completes_change=True)
            return
        waiting = self._pool.waiting
        under_way = status.last.height > status.certified_height
        too_few = waiting == 0 or (under_way and waiting < WORTH_A_BLOCK)
        if too_few and not block_duties.owes_child(self._chain):
            return
        taken = self._build(BLOCK_TRANSACTIONS)
        if taken and self._pool.waiting:
            self.wake()

    def _build(
        self, most: int, *, leader_certificate: bytes = b"", completes_change: bool = False
    ) -> bool:
        """Build and propose a block of at most `most` transactions. Return whether it was taken.

        What has expired stays in the pool until it is final that it has; before that nobody can
        say that it never will be executed. A block is made for it if there is no other.
        """
        tip, parameters = self._chain.tip, self._chain.parameters
        time = max(self._now(), tip.time + 1)
        most = min(most, parameters.block_transactions_max)
        candidates = self._pool.first(most, valid_at=time)
        built = self._chain.build(
            term=self._driver.status.term,
            proposer=self._name,
            time=time,
            leader_certificate=leader_certificate,
            candidates=candidates,
            completes_change=completes_change,
        )
        for transaction, refusal in built.refused:
            log.info("pool.dropped", transaction=transaction.id, code=refusal.code)
            self._pool.remove([transaction.id])
        block = built.block
        if built.refused and len(candidates) == most and has_few(len(block.ids), parameters):
            self.wake()  # those dropped took the place of others: build again without them
            return False
        owed = leader_certificate or completes_change or block_duties.owes_child(self._chain)
        if not block.ids and not self._pool.expires(tip.time, time) and not owed:
            return False
        return self._hand_over(block, completes_change=completes_change)

    def _hand_over(self, block: ExecutedBlock, *, completes_change: bool) -> bool:
        """Move the tip to `block` and have it proposed, or take it back."""
        self._application.append(block)
        header = block.block.header
        taken = self._driver.propose(
            Propose(header.height, header.parent, block.digest, block.payload, completes_change)
        )
        if not taken:
            self._application.truncate(header.height - 1)
        return taken
