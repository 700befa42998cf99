"""The ledger as consensus sees it: blocks go in, agreement or a reason comes out."""

from collections.abc import Callable, Iterable
from typing import Protocol

from amanat.consensus.interface import Disagreement, States
from amanat.consensus.log_entry import Entry
from amanat.ledger.blocks import Block, BlockHeader
from amanat.ledger.chain import BlockFault, Chain
from amanat.ledger.configurations import Configuration
from amanat.ledger.encoding import EncodingError, decode
from amanat.ledger.executed_block import ExecutedBlock
from amanat.ledger.identifiers import Digest, LedgerTime


class TipObserver(Protocol):
    """Told which transactions enter the tip, and which leave it unfinished."""

    def placed(self, transactions: Iterable[Digest]) -> None:
        """These are in a block on the tip now."""

    def displaced(self, transactions: Iterable[Digest]) -> None:
        """The block that held these was replaced before it was final."""


class History(Protocol):
    """Who decided in the past, as far as it is kept."""

    def configuration(self, height: int) -> Configuration | None:
        """Return who decided after the final block at `height`, or None."""

    def certifier(self, height: int) -> Configuration | None:
        """Return who certified the final block at `height`, or None."""


class LedgerApplication:
    """Implements `amanat.consensus.interface.Application` over the ledger's executed tip."""

    def __init__(
        self,
        chain: Chain,
        *,
        states: States,
        history: History,
        latest: Callable[[], LedgerTime],
        observer: TipObserver,
    ) -> None:
        """`latest` gives the greatest ledger time that this node accepts now."""
        self._chain = chain
        self.states = states
        self._history = history
        self._latest = latest
        self._observer = observer
        self.refused_height = 0
        """The height of the last block that was refused for good; 0 if none ever was."""

    def extend(self, entry: Entry) -> Disagreement | None:
        """Re-execute `entry` on the tip; return what does not agree, or None."""
        try:
            block = self._chain.extend(
                entry.payload,
                latest=self._latest(),
                accept=lambda header: header_fault(header, entry),
                completes_change=entry.completes_change,
            )
        except BlockFault as fault:
            if fault.is_lasting:
                self.refused_height = self._chain.tip.height + 1
            return Disagreement(str(fault), fault.is_lasting)
        self._observer.placed(block.ids)
        return None

    def vouches(self, entry: Entry) -> bool:
        """Return whether `entry` says of its block what the block's header says."""
        try:
            block = decode(entry.payload, Block)
        except EncodingError:
            return False
        return header_fault(block.header, entry) is None

    def configuration(self, height: int) -> Configuration | None:
        """Return who decides after the block at `height`, or None if that is not known."""
        return self._chain.configuration(height) or self._history.configuration(height)

    def certifier(self, height: int) -> Configuration | None:
        """Return who certifies the block at `height`, or None if that is not known."""
        return self._chain.certifier(height) or self._history.certifier(height)

    def append(self, block: ExecutedBlock) -> None:
        """Move the tip to a block that this node built itself."""
        self._chain.append(block)
        self._observer.placed(block.ids)

    def truncate(self, height: int) -> None:
        """Forget every executed block above `height`."""
        for block in self._chain.truncate(height):
            self._observer.displaced(block.ids)


def header_fault(header: BlockHeader, entry: Entry) -> str | None:
    """Return where a block's header contradicts the log entry that carries it, or None."""
    opening = entry.leader_certificate.digest() if entry.leader_certificate else b""
    pairs = (
        ("hash", header.digest(), entry.block.digest),
        ("term", header.term, entry.block.term),
        ("height", header.height, entry.block.height),
        ("parent", header.parent, entry.parent),
        ("proposer", header.proposer, entry.proposer),
        ("leader certificate", header.leader_certificate, opening),
    )
    for name, in_header, in_entry in pairs:
        if in_header != in_entry:
            return f"its header's {name} is not the log entry's"
    return None
