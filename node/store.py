"""A node's LevelDB: the log, the applied state and its indexes, in one database.

LevelDB's defaults can lose data without an error (a flipped bit in its log or tables, a deleted
CURRENT file). So it is created by `create` alone, opened with paranoid checks, and every read
verifies checksums. What was acked is additionally known outside it (`amanat.node.sign_guard`).

The event loop reads; one writer at a time writes, from any thread. LevelDB itself is thread-safe,
and a batch is seen whole or not at all.

    i            format version and chain
    l <height>   log entry                     n <node key>    state tree node
    b            height of the first log entry, once those before it are gone
    a            what is applied               s <state key>   state, for listing
    h <height>   header                        r <height>      receipts
    v <height>   root of the state tree        c <height>      commit certificate
    x <id>       where a transaction is        e <id>          evidence against an authority
    d <day, number>   id of a transaction, by when it was executed among those valid until a day
    g, k, y      who decided when (`stored_eras`)
    q, p         a snapshot that is being taken in (`staging`)
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

import plyvel

from amanat.consensus.evidence import Evidence, evidence_id
from amanat.consensus.interface import Persist
from amanat.consensus.log_entry import Entry
from amanat.consensus.statements import BlockId, CommitCertificate, genesis_id
from amanat.ledger.blocks import BlockHeader
from amanat.ledger.configurations import Configuration
from amanat.ledger.encoding import EncodingError, decode, encode
from amanat.ledger.executed import Turn
from amanat.ledger.executed_block import ExecutedBlock
from amanat.ledger.genesis import GenesisDocument
from amanat.ledger.identifiers import Digest
from amanat.ledger.receipts import Receipt
from amanat.ledger.tree.state_tree import MissingNode, NodeRef, StateTree
from amanat.node.applied_state import AppliedState
from amanat.node.installing import install
from amanat.node.leveldb import Batch, Database, open_database
from amanat.node.migration import OLDEST, migrate
from amanat.node.records import Records, StorageFailed, u64
from amanat.node.staging import Staging
from amanat.node.stored_blocks import NO_PLACE, missing_block, turn_key, write_block
from amanat.node.stored_eras import StoredEras
from amanat.node.stored_format import StoredFormat
from amanat.node.stored_log import LogBroken, whole_log

FORMAT: Final = 3
"""Version of this layout."""

RECENT_ENTRIES: Final = 256
"""Log entries kept decoded, for followers that are a little behind."""


class StoreError(Exception):
    """The database cannot be used. The message says why, and what to do."""


class Store:
    """The database of one node on one chain."""

    def __init__(self, database: Database, chain: Digest) -> None:
        """Use `create` or `open`."""
        self._db = database
        self.chain = chain
        self._records = Records(database)
        self._recent: dict[int, Entry] = {}
        self.base = 0
        """The height of the first log entry, if entries before it are gone; else 0."""
        self.eras = StoredEras(self._records)
        self.staging = Staging(self._records)

    @staticmethod
    def create(directory: Path, document: GenesisDocument) -> None:
        """Make a new database that holds the genesis state.

        Raises:
            StoreError: there is one already; nothing is changed.
        """
        if directory.exists() and any(directory.iterdir()):
            raise StoreError(f"{directory} is not empty: init never overwrites")
        directory.mkdir(parents=True, exist_ok=True)
        database = open_database(directory, create=True)
        Store.found(database, document)
        database.close()

    @staticmethod
    def found(database: Database, document: GenesisDocument) -> None:
        """Write the genesis state into an empty database."""
        chain = document.chain_id()
        store = Store(database, chain)
        update, changes = document.initial_state(store)
        with database.write_batch(sync=True) as batch:
            batch.put(b"i", encode(StoredFormat(FORMAT, chain)))
            for key, record in update.written:
                batch.put(b"n" + key, record)
            for key, value in changes.items():
                if value is not None:
                    batch.put(b"s" + key, value)
            applied = AppliedState(0, chain, document.created, update.tree.ref, None)
            batch.put(b"v" + u64(0), encode(update.tree.ref))
            store.eras.put(batch, Configuration.first(document.authorities), None)
            batch.put(b"a", encode(applied))

    @staticmethod
    def open(directory: Path, chain: Digest) -> Store:
        """Open the database of `chain`, and check that what it holds fits together.

        Raises:
            StoreError: it is missing, damaged, another chain's, in use, or of another format.
        """
        if not (directory / "CURRENT").exists():
            raise StoreError(
                f"{directory} holds no database: run `amanat init` for a new node; if this node "
                "has run before, its disk is damaged: restore it, do not start it anew"
            )
        try:
            database = open_database(directory, create=False)
        except plyvel.Error as error:
            if "lock" in str(error).lower():
                raise StoreError(f"{directory} is in use by another process") from error
            raise StoreError(f"{directory} cannot be opened: {error}") from error
        try:
            return Store.resume(database, chain)
        except StoreError as error:
            database.close()
            raise StoreError(f"{directory}: {error}") from error

    @staticmethod
    def resume(database: Database, chain: Digest) -> Store:
        """Go on with what `database` holds, after checking that it fits together.

        Raises:
            StoreError: it is damaged, another chain's, or of another format.
        """
        store = Store(database, chain)
        try:
            store._check_identity()
            install(database, chain)
            store._check_log()
        except (StorageFailed, EncodingError, MissingNode, plyvel.Error) as error:
            raise StoreError(str(error)) from error
        return store

    def close(self) -> None:
        """Close the database. Nothing may be read or written afterwards."""
        self._db.close()

    # --- the log (implements consensus.interface.LogReader) ---------------------------------------

    def block_id(self, height: int) -> BlockId | None:
        """Return the id of the log entry at `height`, or None."""
        entry = self.entry(height)
        return entry.block if entry is not None else None

    def entry(self, height: int) -> Entry | None:
        """Return the log entry at `height`, or None."""
        entry = self._recent.get(height)
        if entry is None:
            raw = self._records.get(b"l" + u64(height))
            entry = None if raw is None else decode(raw, Entry, bytes_max=len(raw))
        return entry

    def entries(self, first: int, last: int, bytes_max: int) -> Sequence[Entry]:
        """Return entries `first` to `last`, fewer if they exceed `bytes_max`, at least one."""
        found: list[Entry] = []
        size = 0
        for height in range(first, last + 1):
            entry = self.entry(height)
            if entry is None:
                raise StorageFailed(f"the log entry at height {height} is missing")
            size += entry.size
            if found and size > bytes_max:
                break
            found.append(entry)
        return found

    def last(self) -> BlockId:
        """Return the id of the last log entry, or the genesis id."""
        for _, raw in self._records.iterate(prefix=b"l", reverse=True):
            return decode(raw, Entry, bytes_max=len(raw)).block
        return genesis_id(self.chain)

    def append_synced(self, truncate_above: int | None, entries: Sequence[Entry]) -> None:
        """Drop what is above `truncate_above`, add `entries`, and sync. Raises as `write` does."""
        self.write(Persist(0, None, truncate_above, tuple(entries)))

    def write(self, persist: Persist) -> None:
        """Do what `persist` asks of the log and the staging area, and sync.

        Raises:
            StorageFailed: whether it is on disk is not known.
        """
        truncate_above, forget_below = persist.truncate_above, persist.forget_below
        try:
            with self._db.write_batch(sync=True) as batch:
                if truncate_above is not None:
                    self._delete(batch, b"l" + u64(truncate_above + 1), b"m")
                for entry in persist.entries:
                    batch.put(b"l" + u64(entry.block.height), encode(entry))
                if forget_below is not None:
                    self._delete(batch, b"l", b"l" + u64(forget_below))
                    batch.put(b"b", u64(forget_below))
                self.staging.write(batch, persist.staged)
        except (plyvel.Error, OSError) as error:
            raise StorageFailed(f"the log could not be written: {error}") from error
        if forget_below is not None:
            self.base = max(self.base, forget_below)
        if truncate_above is not None:
            for height in [h for h in self._recent if h > truncate_above]:
                self._recent.pop(height, None)
        for entry in persist.entries:
            self._remember(entry)

    def _delete(self, batch: Batch, start: bytes, stop: bytes) -> None:
        for key, _ in self._db.iterator(start=start, stop=stop):
            batch.delete(key)

    def _remember(self, entry: Entry) -> None:
        self._recent[entry.block.height] = entry
        self._recent.pop(entry.block.height - RECENT_ENTRIES, None)

    # --- the applied state ------------------------------------------------------------------------

    def apply(self, blocks: Sequence[ExecutedBlock], certificate: CommitCertificate) -> None:
        """Write final blocks in one batch, and sync; `certificate` is for the last of them.

        Raises:
            StorageFailed: whether it is on disk is not known.
        """
        try:
            with self._db.write_batch(sync=True) as batch:
                for block in blocks:
                    write_block(batch, block)
                    if block.next_configuration.since == block.height:
                        self._put_era(batch, block)
                last = blocks[-1]
                batch.put(b"c" + u64(last.height), encode(certificate))
                applied = AppliedState(
                    last.height,
                    last.digest,
                    last.block.header.time,
                    last.tree.ref,
                    certificate,
                )
                batch.put(b"a", encode(applied))
        except (plyvel.Error, OSError) as error:
            raise StorageFailed(f"blocks could not be applied: {error}") from error

    def _put_era(self, batch: Batch, block: ExecutedBlock) -> None:
        entry = self.entry(block.height)
        change = entry.change_certificate if entry is not None else None
        self.eras.put(batch, block.next_configuration, change)

    def applied(self) -> AppliedState:
        """Return the last block applied."""
        return decode(self._records.need(b"a"), AppliedState)

    def load(self, key: bytes) -> bytes:
        """Return a node of the state tree (implements `NodeSource`)."""
        record = self._records.get(b"n" + key)
        if record is None:
            raise MissingNode(key.hex())
        return record

    def tree(self, height: int) -> StateTree | None:
        """Return the state after the final block at `height`, or None."""
        raw = self._records.get(b"v" + u64(height))
        if raw is None:
            return None
        return StateTree.open(_decode_ref(raw), self)

    def header(self, height: int) -> BlockHeader | None:
        """Return the header of the final block at `height`, or None."""
        raw = self._records.get(b"h" + u64(height))
        return None if raw is None else decode(raw, BlockHeader)

    @property
    def first_height(self) -> int:
        """The first block whose receipts are kept: 1, unless this node began with a snapshot."""
        for key, _ in self._records.iterate(prefix=b"r"):
            return int.from_bytes(key[1:], "big")
        return self.applied().height + 1

    def receipts(self, height: int) -> tuple[Receipt, ...]:
        """Return the receipts of the final block at `height`.

        Raises:
            StorageFailed: there is no such block.
        """
        raw = self._records.need(b"r" + u64(height))
        return decode(raw, tuple[Receipt, ...], bytes_max=len(raw))

    def certificate(self, first: int, last: int) -> CommitCertificate | None:
        """Return the highest certificate kept of what makes a block `first` to `last` final."""
        start, stop = b"c" + u64(first), b"c" + u64(last + 1)
        for _, raw in self._records.iterate(start=start, stop=stop, reverse=True):
            return decode(raw, CommitCertificate)
        return None

    def certificate_from(self, height: int) -> CommitCertificate | None:
        """Return the certificate of the first certified block at or after `height`, or None."""
        for _, raw in self._records.iterate(start=b"c" + u64(height), stop=b"d"):
            return decode(raw, CommitCertificate)
        return None

    def transaction(self, transaction: Digest) -> tuple[int, int] | None:
        """Return the height and index of a transaction in a final block that is kept, or None."""
        raw = self._records.get(b"x" + transaction)
        if raw in (None, NO_PLACE):
            return None
        return int.from_bytes(raw[:8], "big"), int.from_bytes(raw[8:], "big")

    def contains(self, transaction: Digest) -> bool:
        """Return whether `transaction` is in a final block (implements `ExecutedIds`)."""
        return self._records.get(b"x" + transaction) is not None

    def executed(self, day: int, number: int) -> Iterator[Digest]:
        """Yield the transactions executed of those valid until a day, from a number on."""
        start, stop = turn_key(Turn(day, number)), turn_key(Turn(day + 1, 0))
        for _, transaction in self._records.iterate(start=start, stop=stop):
            yield transaction

    def scan(self, prefix: bytes) -> Iterator[tuple[bytes, bytes]]:
        """Yield the applied state's keys and values under a prefix of the key, in key order."""
        for key, value in self._records.iterate(prefix=b"s" + prefix):
            yield key[1:], value

    # --- evidence ---------------------------------------------------------------------------------

    def keep(self, evidence: Evidence) -> None:
        """Keep `evidence`, synced; the same again changes nothing.

        Raises:
            StorageFailed: whether it is on disk is not known.
        """
        try:
            self._db.put(b"e" + evidence_id(evidence), encode(evidence), sync=True)
        except (plyvel.Error, OSError) as error:
            raise StorageFailed(f"evidence could not be kept: {error}") from error

    def evidence(self) -> Iterator[Evidence]:
        """Yield all evidence, in the order of its ids."""
        for _, raw in self._records.iterate(prefix=b"e"):
            found: Evidence = decode(raw, Evidence)  # type: ignore[arg-type]
            yield found

    # --- checks when it is opened -----------------------------------------------------------------

    def _check_identity(self) -> None:
        raw = self._records.get(b"i")
        if raw is None:
            raise StoreError("it is not an Amanat database")
        found = decode(raw, StoredFormat)
        if not OLDEST <= found.format <= FORMAT:
            raise StoreError(
                f"it has format {found.format}; this program reads formats {OLDEST} to {FORMAT}"
            )
        if found.chain != self.chain:
            raise StoreError(
                f"it belongs to the chain {found.chain.hex()[:16]}, "
                f"not to {self.chain.hex()[:16]}: another genesis document"
            )
        if found.format < FORMAT:
            migrate(self._db)
            self._db.put(b"i", encode(StoredFormat(FORMAT, self.chain)), sync=True)

    def _check_log(self) -> None:
        """Check that the log has no hole, that the applied block is in it, and those before it."""
        applied = self.applied()
        raw = self._records.get(b"b")
        self.base = 0 if raw is None else int.from_bytes(raw, "big")
        self._recent.clear()
        try:
            for entry in whole_log(self._records, self.chain, self.base, applied):
                self._remember(entry)
        except LogBroken as broken:
            raise StoreError(str(broken)) from broken
        missing = missing_block(self._records, self.base, applied.height)
        if missing is not None:
            raise StoreError(
                f"block {missing} is missing, though {applied.height} is applied: the disk has "
                "lost what was written; put an earlier copy in its place, or a stopped peer's"
            )


def _decode_ref(raw: bytes) -> NodeRef | None:
    return None if raw == encode(None) else decode(raw, NodeRef)
