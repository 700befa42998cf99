"""Brings a database of an earlier format to today's, when it is opened.

Format 3 added to format 2 the tables `d` (executed transactions by day) and `k` (certificates of
completed changes); both follow from the log. Whatever a crash leaves is done again.
"""

from __future__ import annotations

from collections import Counter
from typing import Final

from amanat.consensus.log_entry import Entry
from amanat.ledger.blocks import Block
from amanat.ledger.encoding import decode, encode
from amanat.ledger.executed import Turn, day_of
from amanat.ledger.transactions import open_transaction
from amanat.node.applied_state import AppliedState
from amanat.node.bulk_writer import BulkWriter
from amanat.node.leveldb import Database
from amanat.node.records import Records, u64
from amanat.node.stored_blocks import turn_key

OLDEST: Final = 2
"""The oldest format that is read."""


def migrate(database: Database) -> None:
    """Bring a database of format 2 to format 3; the caller notes the new format.

    Raises:
        StorageFailed: a record is damaged.
    """
    records = Records(database)
    applied = decode(records.need(b"a"), AppliedState).height
    days: Counter[int] = Counter()
    writer = BulkWriter(database)
    for _, raw in records.iterate(start=b"l", stop=b"l" + u64(applied + 1)):
        entry = decode(raw, Entry, bytes_max=len(raw))
        _write(writer, entry, days)
    writer.end()


def _write(writer: BulkWriter, entry: Entry, days: Counter[int]) -> None:
    block = decode(entry.payload, Block, bytes_max=len(entry.payload))
    for envelope in block.transactions:
        transaction = open_transaction(envelope, bytes_max=len(envelope))
        day = day_of(transaction.body.valid_until)
        writer.put(turn_key(Turn(day, days[day])), transaction.id)
        days[day] += 1
    if entry.change_certificate is not None:
        writer.put(b"k" + u64(entry.block.height), encode(entry.change_certificate))
