"""What a liar knows of who decides: what its honest program has found out so far."""

from collections.abc import Callable

from amanat.ledger.authorities import AuthoritySet
from amanat.ledger.configurations import Configuration
from amanat.node.eras import write_lineage
from tests.simulation.node import SimulatedNode


class Beliefs:
    """Who decides, as a program has it; while it is down, as it had it last."""

    def __init__(
        self, authorities: AuthoritySet, program: Callable[[], SimulatedNode | None]
    ) -> None:
        """`authorities` are those of genesis; `program` gives the process, if one runs."""
        self._program = program
        self._now = Configuration.first(authorities)
        self._lineage = write_lineage(())

    @property
    def configuration(self) -> Configuration:
        """Who decides now: as the log's end has it, final or not."""
        node = self._program()
        found = node.chain.configuration(node.chain.tip.height) if node is not None else None
        self._now = found or self._now
        return self._now

    def after(self, height: int) -> Configuration:
        """Return who decides after the block at `height`; who decides now, if that is not known."""
        node = self._program()
        if node is None:
            return self._now
        found = node.chain.configuration(height) or node.store.eras.configuration(height)
        return found or self.configuration

    def lineage(self, height: int) -> bytes:
        """Return how the authorities changed up to a final block.

        As far as it is known: of a block that is not applied yet, up to the last that was asked of.
        """
        node = self._program()
        found = node.snapshots.lineage(height) if node is not None else None
        self._lineage = found or self._lineage
        return self._lineage
