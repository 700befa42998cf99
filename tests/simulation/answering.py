"""What a node tells its clients, and when: as the node's door and its register do."""

from collections.abc import Callable, Iterable

from amanat.ledger.chain import Chain
from amanat.ledger.executed_block import ExecutedBlock
from amanat.ledger.identifiers import Digest
from amanat.ledger.tree.state_tree import StateTree
from amanat.node.pool import Pool
from amanat.node.store import Store
from amanat.node.submissions import Submissions, TransactionState
from tests.simulation.market import APPLIED, REJECTED

Told = Callable[[str], None]
"""Called with the outcome of a transaction, at most once."""
Shown = Callable[[StateTree], None]
"""Called with the state that a read is answered from, at most once."""


class Answering:
    """Clients that wait for an answer of one process. When it ends, they wait in vain."""

    def __init__(self, chain: Chain, store: Store, pool: Pool) -> None:
        self._chain = chain
        self._submissions = Submissions(
            chain=chain, store=store, pool=pool, admitted=lambda _: None, now=lambda: 0
        )
        """The real ones, asked for the status of what the simulated node takes by itself."""
        self._submitted: dict[Digest, list[Told]] = {}
        self._reading: dict[int, Shown] = {}
        self._readable: list[tuple[int, Shown]] = []

    def submitted(self, transaction: Digest, told: Told | None) -> None:
        """A client asks what became of a transaction; it is told as soon as that is final.

        None: it is a node that forwards it, and waits for nothing.
        """
        if told is None:
            return
        self._submitted.setdefault(transaction, []).append(told)
        self._tell(transaction)

    def reads(self, number: int, shown: Shown) -> None:
        """A client reads; consensus is asked under `number` at which height it may."""
        self._reading[number] = shown

    def readable(self, number: int, height: int | None) -> None:
        """Consensus has answered; without a height, the client learns nothing."""
        shown = self._reading.pop(number, None)
        if shown is not None and height is not None:
            self._readable.append((height, shown))
            self._show()

    def applied(self, blocks: Iterable[ExecutedBlock]) -> None:
        """These blocks are final and stored."""
        for block in blocks:
            for transaction in block.ids:
                self._tell(transaction)
        self._show()

    def _tell(self, transaction: Digest) -> None:
        if transaction not in self._submitted:
            return
        state = self._submissions.status(transaction).state
        if state in (TransactionState.COMMITTED, TransactionState.REJECTED):
            outcome = APPLIED if state is TransactionState.COMMITTED else REJECTED
            for told in self._submitted.pop(transaction):
                told(outcome)

    def _show(self) -> None:
        """Answer the reads up to whose height all is applied."""
        final = self._chain.final
        for height, shown in self._readable:
            if final.height >= height:
                shown(final.tree)
        self._readable = [each for each in self._readable if each[0] > final.height]
