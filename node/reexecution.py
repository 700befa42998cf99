"""Executes a chain again from genesis, to judge blocks that an authority offered.

For evidence that a block does not execute to what it says: whoever has the blocks before it finds
the same as the node that refused it. The hashes say which blocks those are; nobody need be trusted.
"""

from collections.abc import Callable

from amanat.consensus.evidence import InvalidBlock
from amanat.ledger.authentication import VerifiedTransactions
from amanat.ledger.blocks import Block, BlockHeader
from amanat.ledger.chain import BlockFault, Chain
from amanat.ledger.encoding import EncodingError, decode
from amanat.ledger.executed_block import Tip
from amanat.ledger.genesis import GenesisDocument
from amanat.ledger.identifiers import Digest
from amanat.ledger.tree.tree_nodes import MissingNode

NO_CLOCK = 2**63 - 1
"""The latest time: what a clock would say is no lasting fault."""


class _Nodes:
    """The nodes of the state tree, in memory."""

    def __init__(self) -> None:
        self.records: dict[bytes, bytes] = {}

    def load(self, key: bytes) -> bytes:
        """Return the record under `key`; raise `MissingNode` when there is none."""
        try:
            return self.records[key]
        except KeyError:
            raise MissingNode(key.hex()) from None


class _Ids:
    """The transactions executed so far."""

    def __init__(self) -> None:
        self.ids: set[Digest] = set()

    def contains(self, transaction: Digest) -> bool:
        """Return whether `transaction` was executed."""
        return transaction in self.ids


def refutes(chain: Chain, evidence: InvalidBlock) -> bool:
    """Return whether a block that was offered on the tip of `chain` is wrong, for ever.

    The tip does not move.

    Raises:
        UnknownVersion: this program does not know by which rules it is to be executed.
    """
    offer, height = evidence.offer.offer, chain.tip.height

    def header_fault(header: BlockHeader) -> str | None:
        stated = (header.term, header.height, header.digest(), header.proposer)
        offered = (offer.block.term, offer.block.height, offer.block.digest, evidence.authority)
        if stated != offered or header.leader_certificate != offer.election:
            return "its header is not that of the block which was offered"
        return None

    try:
        chain.extend(
            evidence.payload,
            latest=NO_CLOCK,
            accept=header_fault,
            completes_change=offer.completes_change,
        )
    except BlockFault as fault:
        return fault.is_lasting
    chain.truncate(height)
    return False


class Reexecution:
    """Executes blocks as far as it must, and then what is in question. The state is in memory."""

    def __init__(self, document: GenesisDocument, payload: Callable[[int], bytes | None]) -> None:
        """`payload` gives the block at a height, as far as there are any."""
        self._document = document
        self._payload = payload
        self._begin()

    def _begin(self) -> None:
        self._nodes, self._executed = _Nodes(), _Ids()
        update, _ = self._document.initial_state(self._nodes)
        self._nodes.records.update(update.written)
        chain = self._document.chain_id()
        self._chain = Chain(
            chain,
            final=Tip(0, chain, self._document.created, update.tree),
            executed=self._executed,
            verified=VerifiedTransactions(),
        )

    def is_refuted(self, evidence: InvalidBlock) -> bool:
        """Return whether the block is not as its header says, or breaks a rule, for ever.

        False as well if the blocks before it are not at hand.
        """
        parent = evidence.parent
        if not self._reach(parent.height) or self._chain.tip.digest != parent.digest:
            return False
        return refutes(self._chain, evidence)

    def _reach(self, height: int) -> bool:
        """Execute up to `height`; return False if the blocks are missing or wrong."""
        if height < self._chain.final.height:
            self._begin()
        while self._chain.final.height < height:
            payload = self._payload(self._chain.final.height + 1)
            if payload is None or not self._execute(payload):
                return False
        return True

    def _execute(self, payload: bytes) -> bool:
        configuration = self._chain.configuration(self._chain.tip.height)
        try:
            named = decode(payload, Block).header.configuration
            block = self._chain.extend(
                payload,
                latest=NO_CLOCK,
                accept=lambda _: None,
                completes_change=configuration is not None and named != configuration.digest(),
            )
        except (EncodingError, BlockFault):
            return False
        self._nodes.records.update(block.written)
        for key in block.replaced:
            self._nodes.records.pop(key, None)
        self._executed.ids.update(block.ids)
        self._chain.finalize(block.height)
        return True
