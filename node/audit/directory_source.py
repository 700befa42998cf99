"""The data directory of a node that is stopped, as what is audited. Nothing in it is changed.

LevelDB writes where it reads: opening a database replays its log into new tables. So the audit
opens a copy. LevelDB never changes a table once it is written, so tables are linked where the file
system can, and only the few files that grow are copied: that takes no room and no time, and the
node may start again as soon as it is done.
"""

import fcntl
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import plyvel

from amanat.consensus.evidence import Evidence
from amanat.ledger.encoding import EncodingError, decode
from amanat.node.applied_state import AppliedState
from amanat.node.audit.sources import Damaged, SourcedBlock, Unusable
from amanat.node.leveldb import open_database
from amanat.node.records import Records, StorageFailed, u64
from amanat.node.store import FORMAT
from amanat.node.stored_format import StoredFormat

OLDEST = 2
"""The oldest format of a node's database in which the chain lies as it does today."""


class DirectorySource:
    """Reads the log of a node's database, and the certificates and receipts beside it."""

    kind = "data directory"

    def __init__(self, path: Path, workplace: Path) -> None:
        """Take the database in the data directory `path` over into a new folder in `workplace`.

        Raises:
            Unusable: it is none, is in use, is damaged, or lacks old blocks.
        """
        self.name = str(path)
        copy = workplace / "source"
        shutil.rmtree(copy, ignore_errors=True)
        try:
            _take_over(path, copy)
            self._database = open_database(copy, create=False)
        except OSError as error:
            raise Unusable(f"{path} cannot be read: {error.strerror or error}") from error
        except plyvel.Error as error:
            raise Unusable(f"{path}/db cannot be opened: {error}") from error
        self._copy = copy
        self._records = Records(self._database)
        try:
            self._begin(path)
        except BaseException:
            self.close()
            raise

    def _begin(self, path: Path) -> None:
        try:
            found = decode(self._records.need(b"i"), StoredFormat)
            applied = decode(self._records.need(b"a"), AppliedState)
            base = self._records.get(b"b")
        except (StorageFailed, EncodingError) as error:
            raise Unusable(f"{path}/db is damaged: {error}") from error
        if not OLDEST <= found.format <= FORMAT:
            raise Unusable(
                f"{path}/db has format {found.format}; this program reads {OLDEST} to {FORMAT}"
            )
        first = 1 if base is None else int.from_bytes(base, "big")
        if first > 1:
            raise Unusable(pruned(str(path), first))
        self.chain = found.chain
        self.last = applied.height

    def blocks(self, first: int) -> Iterator[SourcedBlock]:
        """Yield the blocks from `first` on. Raises as `Source` says."""
        height = first
        try:
            found = self._records.iterate(start=b"l" + u64(first), stop=b"l" + u64(self.last + 1))
            for key, entry in found:
                height = int.from_bytes(key[1:], "big")
                certificate = self._records.get(b"c" + u64(height))
                receipts = self._records.need(b"r" + u64(height))
                yield SourcedBlock(height, entry, certificate, receipts)
                height += 1
        except StorageFailed as error:
            raise Damaged(height, "a block that can be read", str(error)) from error

    def evidence(self) -> Iterator[Evidence]:
        """Yield what the node has against authorities."""
        try:
            for _, raw in self._records.iterate(prefix=b"e"):
                found: Evidence = decode(raw, Evidence)  # type: ignore[arg-type]  # a union
                yield found
        except (StorageFailed, EncodingError) as error:
            raise Damaged(1, "a piece of evidence", str(error)) from error

    def close(self) -> None:
        """Close the copy and remove it."""
        self._database.close()
        shutil.rmtree(self._copy, ignore_errors=True)


def pruned(name: str, first: int) -> str:
    """Return that a node keeps no blocks before `first`, and what to do."""
    return (
        f"{name} keeps blocks only from {first} on (keep_blocks), and an audit executes all from "
        "block 1 on: ask a node that keeps all (an archive), or take an export made from one"
    )


def _take_over(path: Path, copy: Path) -> None:
    """Link or copy the database of a data directory, while no node uses that.

    Raises:
        Unusable: it is no data directory, or is in use.
        OSError: as it is.
    """
    if not (path / "db" / "CURRENT").exists():
        raise Unusable(f"{path} is not the data directory of a node: it holds no database in db/")
    lock = _locked(path)
    try:
        copy.mkdir(parents=True, mode=0o700)
        for file in sorted((path / "db").iterdir()):
            if file.suffix == ".ldb":
                _link(file, copy / file.name)
            elif file.suffix == ".log" or file.name.startswith(("CURRENT", "MANIFEST")):
                shutil.copyfile(file, copy / file.name)
    finally:
        if lock is not None:
            os.close(lock)


def _link(file: Path, copy: Path) -> None:
    try:
        os.link(file, copy)
    except OSError:  # another file system, or somebody else's file
        shutil.copyfile(file, copy)


def _locked(path: Path) -> int | None:
    """Hold the directory, so that no node starts in it; None where it has no lock to hold."""
    try:
        lock = os.open(path / "lock", os.O_RDONLY)
    except FileNotFoundError:
        return None
    try:
        fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError as error:
        written = os.pread(lock, 16, 0).decode("ascii", "replace").strip()
        os.close(lock)
        raise Unusable(
            f"{path} is in use by process {written or 'unknown'}: stop that node for a moment, or "
            "audit it while it runs by its API address in place of the directory"
        ) from error
    return lock
