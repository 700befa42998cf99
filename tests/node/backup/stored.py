"""A real data directory with a market in it, that grows block by block."""

from pathlib import Path
from typing import Final

from amanat.ledger.operations import Transfer
from amanat.node.data_directory import DataDirectory, create, open_directory
from tests.ledger.world import RUPEE, market
from tests.node.history import History

NAME: Final = "mof"


class StoredNode:
    """The data of `mof`, which has applied all that its history holds."""

    def __init__(self, root: Path) -> None:
        self.history = History()
        self.document = self.history.document
        self.data = root / "data"
        create(self.data, NAME, self.document)
        directory = open_directory(self.data, self.document)
        for envelope in market(self.history.writer):
            self.grow_in(directory, [envelope])  # in few tables, which LevelDB does not join yet
        directory.close()

    def pay(self, count: int = 1) -> None:
        """Apply one more block, of so many payments."""
        sign = self.history.writer.sign
        self.grow([sign(["alpha"], Transfer("alpha", "beta", RUPEE, 1)) for _ in range(count)])

    def grow(self, envelopes: list[bytes]) -> None:
        """Apply one more block of these transactions, while no process uses the data."""
        directory = open_directory(self.data, self.document)
        self.grow_in(directory, envelopes)
        directory.close()

    def grow_in(self, directory: DataDirectory, envelopes: list[bytes]) -> None:
        """Apply one more block of these transactions in the open directory."""
        entry = self.history.grow(envelopes)
        directory.store.append_synced(None, [entry])
        certificate = self.history.certificate(entry.block.height)
        directory.store.apply([self.history.blocks[-1]], certificate)

    @property
    def height(self) -> int:
        """The height that is applied."""
        return len(self.history.blocks)

    @property
    def root(self) -> str:
        """The state root there."""
        return self.history.blocks[-1].tree.root.hex()
