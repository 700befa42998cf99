"""How a final block lies in the database: each of its parts under a key of its own."""

from typing import Final

from amanat.ledger.encoding import encode
from amanat.ledger.executed import Turn
from amanat.ledger.executed_block import ExecutedBlock
from amanat.node.leveldb import Batch
from amanat.node.records import u64

NO_PLACE: Final = b"-"
"""Stands for the place of a transaction in a block that is not kept here."""


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


def turn_key(turn: Turn) -> bytes:
    """Return the key under which the transaction of a turn lies."""
    return b"d" + turn.day.to_bytes(4, "big") + u64(turn.number)
