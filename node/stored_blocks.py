"""How a final block lies in the database: each of its parts under a key of its own.

All parts are written in one batch, so where the header is, the others are.
"""

from typing import Final

from amanat.ledger.encoding import encode
from amanat.ledger.executed import Turn
from amanat.ledger.executed_block import ExecutedBlock
from amanat.ledger.identifiers import Height
from amanat.node.leveldb import Batch
from amanat.node.records import Records, u64

NO_PLACE: Final = b"-"
"""Stands for the place of a transaction in a block that is not kept here."""

CHECKED_BLOCKS: Final = 100_000
"""So many of the last blocks are looked for when a database is opened.

What a disk can lose although it was written is what lies in LevelDB's last two log files of 32 MiB
each (`amanat.node.leveldb`); a block without transactions takes about 780 bytes of them.
"""


def write_block(batch: Batch, block: ExecutedBlock) -> None:
    """Write all of a final block but its log entry, which is there already."""
    height = u64(block.height)
    put = batch.put
    for key, record in block.written:
        put(b"n" + key, record)
    for key, value in block.changes.items():
        if value is None:
            batch.delete(b"s" + key)
        else:
            put(b"s" + key, value)
    for index, transaction in enumerate(block.ids):
        put(b"x" + transaction, height + index.to_bytes(4, "big"))
        put(turn_key(block.turns[index]), transaction)
    put(b"h" + height, encode(block.block.header))
    put(b"r" + height, encode(block.receipts))
    put(b"v" + height, encode(block.tree.ref))


def missing_block(records: Records, base: Height, applied: Height) -> Height | None:
    """Return the height of a block that was applied and is not there any more, or None.

    Args:
        records: the database.
        base: the height of the first log entry, if entries before it are gone; else 0.
        applied: the height of the last block applied. It and `CHECKED_BLOCKS` before it are
            looked for, as far as there were any: a node that began with a snapshot has none before
            the snapshot's, and no log before that either.
    """
    first = max(applied - CHECKED_BLOCKS, 1)
    headers = records.iterate(start=b"h" + u64(first), stop=b"h" + u64(applied + 1))
    held = {int.from_bytes(key[1:], "big") for key, _ in headers}
    if min(held, default=first) <= base:
        first = min(held, default=first)
    return next((height for height in range(first, applied + 1) if height not in held), None)


def turn_key(turn: Turn) -> bytes:
    """Return the key under which the transaction of a turn lies."""
    return b"d" + turn.day.to_bytes(4, "big") + u64(turn.number)
