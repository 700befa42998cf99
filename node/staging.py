"""What a node has taken in of a snapshot, beside its own data and without touching it.

q            the snapshot, and how many pieces it has once it is whole
p <number>   the pieces of its state
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from amanat.consensus.interface import Staged
from amanat.consensus.log_entry import Snapshot
from amanat.ledger.encoding import Structure, decode, encode
from amanat.node.leveldb import Batch
from amanat.node.records import Records, u64


class _Head(Structure, frozen=True):
    snapshot: Snapshot
    pieces: int | None
    """None as long as it is not whole."""


class Staging:
    """The part of a database that holds a snapshot until it is installed."""

    def __init__(self, records: Records) -> None:
        self._records = records

    @property
    def snapshot(self) -> Snapshot | None:
        """The snapshot that is being taken in, or that is whole; None if there is none."""
        head = self._head()
        return head.snapshot if head is not None else None

    @property
    def is_whole(self) -> bool:
        """Whether there is a snapshot with its whole state."""
        head = self._head()
        return head is not None and head.pieces is not None

    def pieces(self) -> Iterator[bytes]:
        """Yield the pieces in order; if it is not whole yet, old ones may follow the last."""
        head = self._head()
        most = head.pieces if head is not None else 0
        for number, (_, raw) in enumerate(self._records.iterate(prefix=b"p")):
            if most is not None and number >= most:
                return
            yield raw

    def write(self, batch: Batch, staged: Sequence[Staged]) -> None:
        """Begin with a snapshot, or go on with one."""
        snapshot = self.snapshot
        for each in staged:
            if isinstance(each, Snapshot):
                self.clear(batch)
                snapshot = each
                batch.put(b"q", encode(_Head(snapshot, None)))
                continue
            batch.put(b"p" + u64(each.number), each.content)
            if each.is_last and snapshot is not None:
                batch.put(b"q", encode(_Head(snapshot, each.number + 1)))

    def clear(self, batch: Batch) -> None:
        """Drop it."""
        batch.delete(b"q")
        for key, _ in self._records.iterate(prefix=b"p"):
            batch.delete(key)

    def _head(self) -> _Head | None:
        raw = self._records.get(b"q")
        return None if raw is None else decode(raw, _Head, bytes_max=len(raw))
