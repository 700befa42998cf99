"""Where an audit works: the state that it executes to, and how far it has come. A LevelDB.

    c            how far it has come (`auditor.Standing`), written with all that belongs to it
    n <node key> a node of the present state's tree    x <id>       a transaction that was executed
    b <height>   the id of a block                     g <height>   a configuration, since when

All that some blocks change is written in one batch, so a killed audit goes on from its last batch.
"""

import fcntl
import os
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Final

import plyvel

from amanat.consensus.statements import BlockId
from amanat.ledger.configurations import Configuration
from amanat.ledger.encoding import decode, encode
from amanat.ledger.executed_block import ExecutedBlock
from amanat.ledger.identifiers import Digest
from amanat.ledger.tree.tree_nodes import MissingNode
from amanat.node.audit.sources import Unusable
from amanat.node.leveldb import open_database
from amanat.node.records import Records, u64

_DATABASE: Final = "state"


class Workplace:
    """The directory of one audit. One process at a time uses it."""

    def __init__(self, path: Path) -> None:
        """Use the directory at `path`, which is made where there is none.

        Raises:
            Unusable: it holds something else, is in use, or is damaged.
        """
        self.path = path
        try:
            if path.exists() and any(path.iterdir()) and not (path / "lock").exists():
                raise Unusable(f"{path} holds something else: name an empty or a new directory")
            path.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._lock = os.open(path / "lock", os.O_RDWR | os.O_CREAT, 0o600)
            self._database = self._open()
        except OSError as error:
            raise Unusable(f"{path} cannot be used: {error.strerror or error}") from error
        self._records = Records(self._database)

    def _open(self) -> plyvel.DB:
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise Unusable(f"{self.path} is in use by another audit") from error
        state = self.path / _DATABASE
        try:
            return open_database(state, create=not (state / "CURRENT").exists())
        except plyvel.Error as error:
            raise Unusable(f"{state} cannot be opened: {error}; remove {self.path}") from error

    def close(self) -> None:
        """Close it; what it holds stays."""
        self._database.close()
        os.close(self._lock)

    def standing(self) -> bytes | None:
        """Return how far the audit has come, as it was written last; None if it has not begun."""
        return self._records.get(b"c")

    def found(self, written: Iterable[tuple[bytes, bytes]], first: Configuration) -> None:
        """Write the genesis state."""
        with self._database.write_batch(sync=True) as batch:
            for key, record in written:
                batch.put(b"n" + key, record)
            batch.put(b"g" + u64(0), encode(first))

    def advance(
        self, blocks: Sequence[ExecutedBlock], ids: Sequence[BlockId], standing: bytes
    ) -> None:
        """Write what `blocks`, known by `ids`, have changed, and that the audit has come so far."""
        with self._database.write_batch(sync=True) as batch:
            for block, name in zip(blocks, ids, strict=True):
                for key, record in block.written:
                    batch.put(b"n" + key, record)
                for key in block.replaced:
                    batch.delete(b"n" + key)
                for transaction in block.ids:
                    batch.put(b"x" + transaction, b"")
                batch.put(b"b" + u64(block.height), encode(name))
                if block.next_configuration.since == block.height:
                    batch.put(b"g" + u64(block.height), encode(block.next_configuration))
            batch.put(b"c", standing)

    def load(self, key: bytes) -> bytes:
        """Return a node of the state's tree; raise `MissingNode` when there is none."""
        record = self._records.get(b"n" + key)
        if record is None:
            raise MissingNode(key.hex())
        return record

    def nodes(self) -> Iterator[bytes]:
        """Yield the keys of all nodes of the present state's tree."""
        for key, _ in self._records.iterate(prefix=b"n"):
            yield key[1:]

    def contains(self, transaction: Digest) -> bool:
        """Return whether `transaction` was executed."""
        return self._records.get(b"x" + transaction) is not None

    def block_id(self, height: int) -> BlockId | None:
        """Return the id of the block at `height`, if it is one of those written."""
        raw = self._records.get(b"b" + u64(height))
        return None if raw is None else decode(raw, BlockId)

    def configurations(self) -> list[Configuration]:
        """Return every configuration up to the last block written, in order."""
        return [decode(raw, Configuration) for _, raw in self._records.iterate(prefix=b"g")]
