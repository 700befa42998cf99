"""Puts a snapshot that is whole in the place of a node's log and state.

Nothing else runs meanwhile: it happens when a database is opened. Until the last batch the snapshot
lies in the staging area, whole, and whoever opens the database after a crash begins once more. The
last batch makes the snapshot the node's state and drops it from the staging area, in one.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from amanat.consensus.log_entry import Snapshot
from amanat.ledger.blocks import Block, BlockHeader
from amanat.ledger.encoding import decode, encode
from amanat.ledger.identifiers import Digest
from amanat.ledger.tree.state_intake import BadPiece, StateIntake
from amanat.ledger.tree.state_tree import NodeRef
from amanat.node.applied_state import AppliedState
from amanat.node.bulk_writer import BulkWriter
from amanat.node.eras import follow, read_lineage
from amanat.node.leveldb import Batch, Database
from amanat.node.records import Records, StorageFailed, u64
from amanat.node.staging import Staging
from amanat.node.stored_blocks import NO_PLACE, turn_key
from amanat.node.stored_eras import StoredEras

REPLACED: Final = b"cdghklnrsvxy"
"""The tables that a snapshot takes the place of. What the node signed and found out stays."""

GENESIS_KEY: Final = b"g" + u64(0)


def install(database: Database, chain: Digest) -> None:
    """Install the snapshot in the staging area, if it is whole and ahead of what is applied.

    Raises:
        StorageFailed: it does not fit together, though it was checked when it came: the disk is
            damaged. Or whether a write is on disk is not known.
    """
    records = Records(database)
    staging = Staging(records)
    snapshot = staging.snapshot
    if snapshot is None or not staging.is_whole:
        return
    raw = records.get(b"a")
    applied = decode(raw, AppliedState).height if raw is not None else 0
    if applied >= snapshot.block.height:
        with database.write_batch(sync=True) as batch:
            staging.clear(batch)
        return
    genesis = StoredEras(records).configuration(0)
    if genesis is None:
        raise StorageFailed("the authorities of the genesis document are missing")
    try:
        lineage = read_lineage(snapshot.lineage)
        configurations = follow(genesis.current, chain, lineage)
        header = decode(snapshot.entry.payload, Block, bytes_max=len(snapshot.entry.payload)).header
        writer = BulkWriter(database)
        for table in REPLACED:
            for key, _ in records.iterate(prefix=bytes([table])):
                if key != GENESIS_KEY:
                    writer.delete(key)
        _write_state(writer, StateIntake(header), staging.pieces())
        writer.end()
    except ValueError as error:  # BadEra, BadPiece and EncodingError are
        raise StorageFailed(f"the snapshot of block {snapshot.block.height}: {error}") from error
    with database.write_batch(sync=True) as batch:
        _write_head(batch, snapshot, header)
        for configuration, era in zip(configurations[1:], lineage, strict=True):
            StoredEras(records).keep(batch, configuration, encode(era))
        staging.clear(batch)


def _write_state(writer: BulkWriter, intake: StateIntake, pieces: Iterator[bytes]) -> None:
    for piece in pieces:
        contents = intake.take(piece)
        for key, record in contents.records:
            writer.put(b"n" + key, record)
        for key, value in contents.entries:
            writer.put(b"s" + key, value)
        for turn, transaction in contents.executed:
            writer.put(turn_key(turn), transaction)
            writer.put(b"x" + transaction, NO_PLACE)
    if intake.cursor is not None:
        raise BadPiece("pieces are missing")


def _write_head(batch: Batch, snapshot: Snapshot, header: BlockHeader) -> None:
    block = snapshot.block
    height = u64(block.height)
    root = NodeRef(block.height, header.state_root)
    batch.put(b"b", height)
    batch.put(b"l" + height, encode(snapshot.entry))
    batch.put(b"h" + height, encode(header))
    batch.put(b"v" + height, encode(root))
    batch.put(b"c" + height, encode(snapshot.certificate))
    applied = AppliedState(block.height, block.digest, header.time, root, snapshot.certificate)
    batch.put(b"a", encode(applied))
