"""The state as it was after a final block, read in bounded memory."""

from typing import Final

from amanat.ledger.identifiers import Height
from amanat.ledger.state import State
from amanat.ledger.tree.state_tree import StateTree
from amanat.node.store import Store

RESIDENT_MAX: Final = 50_000
"""Nodes of the tree and entries that are kept in memory: about 20 MB."""


class NotKept(Exception):  # noqa: N818 - what it is
    """This node does not have the state of that height."""


class Past:
    """The state after the block at `height`."""

    def __init__(self, store: Store, height: Height) -> None:
        """Find it.

        Raises:
            NotKept: it is not there: the node began with a snapshot of a later block.
        """
        tree = store.tree(height)
        if tree is None:
            raise NotKept(f"the state after block {height}")
        self._tree: StateTree = tree
        self.state = State(self._read)
        """To be read only."""

    def breathe(self) -> None:
        """Let go of what was read, if that has become much."""
        if self._tree.resident + len(self.state.values) > RESIDENT_MAX:
            self._tree = self._tree.shed()
            self.state.values.clear()

    def _read(self, key: bytes) -> bytes | None:
        return self._tree.get(key)
