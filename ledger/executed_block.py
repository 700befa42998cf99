"""A block with all that executing it gave."""

from collections.abc import Sequence
from dataclasses import dataclass

from amanat.ledger.blocks import Block
from amanat.ledger.configurations import Configuration
from amanat.ledger.encoding import encode
from amanat.ledger.executed import Turn
from amanat.ledger.execution import BlockExecution
from amanat.ledger.identifiers import Digest, LedgerTime
from amanat.ledger.receipts import Receipt
from amanat.ledger.state import configuration_of
from amanat.ledger.tree import merkle
from amanat.ledger.tree.state_tree import StateTree, TreeUpdate


@dataclass(frozen=True, slots=True)
class Tip:
    """A block as the next one sees it."""

    height: int
    digest: Digest
    time: LedgerTime
    tree: StateTree


@dataclass(frozen=True, slots=True)
class ExecutedBlock:
    """A block with all that its execution gave."""

    block: Block
    digest: Digest
    payload: bytes
    """The encoding of `block`."""
    configuration: Configuration
    """Who certifies it: what its header names."""
    next_configuration: Configuration
    """Who decides after it, as the state has it."""
    receipts: tuple[Receipt, ...]
    ids: tuple[Digest, ...]
    """The transactions' ids, in order."""
    turns: tuple[Turn, ...]
    """When each was executed among those valid until the same day."""
    tree: StateTree
    written: Sequence[tuple[bytes, bytes]]
    """New nodes of the tree: key and record."""
    replaced: Sequence[bytes]
    """Keys of nodes that the tree no longer refers to."""
    changes: dict[bytes, bytes | None]
    """What changed in the state; None for a deleted entry."""

    @property
    def height(self) -> int:
        """The block's height."""
        return self.block.header.height

    @property
    def tip(self) -> Tip:
        """This block as the next one sees it."""
        return Tip(self.height, self.digest, self.block.header.time, self.tree)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What executing a block's transactions gave, before or without a header."""

    receipts: tuple[Receipt, ...]
    ids: tuple[Digest, ...]
    turns: tuple[Turn, ...]
    transactions_root: Digest
    changes: dict[bytes, bytes | None]
    update: TreeUpdate
    next_configuration: Configuration

    @staticmethod
    def of(execution: BlockExecution, tip: Tip) -> "Outcome":
        """Close `execution`, which worked on `tip`."""
        changes = execution.changes()
        return Outcome(
            receipts=tuple(execution.receipts),
            ids=tuple(execution.ids),
            turns=tuple(execution.ids.values()),
            transactions_root=merkle.root([encode(receipt) for receipt in execution.receipts]),
            changes=changes,
            update=tip.tree.update(changes, tip.height + 1),
            next_configuration=configuration_of(execution.state),
        )

    def block(self, block: Block, payload: bytes, configuration: Configuration) -> ExecutedBlock:
        """Return this as the outcome of `block`, with its encoding and who certifies it."""
        return ExecutedBlock(
            block=block,
            digest=block.header.digest(),
            payload=payload,
            configuration=configuration,
            next_configuration=self.next_configuration,
            receipts=self.receipts,
            ids=self.ids,
            turns=self.turns,
            tree=self.update.tree,
            written=self.update.written,
            replaced=self.update.replaced,
            changes=self.changes,
        )
