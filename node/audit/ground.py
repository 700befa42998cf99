"""What an audit knows of the blocks that it has executed: their ids, and who decided when."""

from bisect import bisect_right

from amanat.consensus.statements import BlockId, genesis_id
from amanat.ledger.authorities import QuorumRule
from amanat.ledger.configurations import Configuration
from amanat.ledger.executed_block import ExecutedBlock
from amanat.ledger.genesis import GenesisDocument
from amanat.node.audit.workplace import Workplace


class Ground:
    """The chain so far, as far as its workplace has it, and the blocks after that."""

    def __init__(self, document: GenesisDocument, workplace: Workplace) -> None:
        self.chain = document.chain_id()
        self.rule: QuorumRule = document.authorities.rule
        """What a certificate makes final; it is the same for the life of a chain."""
        self.configurations = workplace.configurations()
        """Every one, in order, that of genesis first."""
        self._since = [each.since for each in self.configurations]
        self._workplace = workplace
        self._recent: dict[int, BlockId] = {0: genesis_id(self.chain)}

    def learn(self, block: ExecutedBlock) -> BlockId:
        """Add a block that was executed; return its id."""
        found = BlockId(block.block.header.term, block.height, block.digest)
        self._recent[block.height] = found
        if block.next_configuration.since == block.height:
            self.configurations.append(block.next_configuration)
            self._since.append(block.height)
        return found

    def forget(self) -> None:
        """Let go of what the workplace has by now."""
        self._recent = {0: self._recent[0]}

    @property
    def recent(self) -> int:
        """How many block ids are in memory."""
        return len(self._recent)

    def block_id(self, height: int) -> BlockId | None:
        """Return the id of the block at a height, None beyond the last."""
        return self._recent.get(height) or self._workplace.block_id(height)

    def configuration(self, height: int) -> Configuration:
        """Return who decides after the block at a height."""
        return self.configurations[bisect_right(self._since, height) - 1]

    def certifier(self, height: int) -> Configuration:
        """Return who certifies the block at a height, which is executed, and no genesis.

        It is who decides after its parent; but where a change is under way there, and this block
        ends it, those who decide from this block on.
        """
        before, after = self.configuration(height - 1), self.configuration(height)
        return after if before.is_joint and after.since == height else before
