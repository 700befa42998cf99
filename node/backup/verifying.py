"""Whether a backup is what it says: opened, executed and compared with what authorities signed.

It is opened as a node opens its data after a crash, in a scratch copy beside it; nothing in the
backup changes. The state is walked from its root down, and each node of its tree checked against
the digest above it: so what is there *is* the state of that root, and the root is the one in the
header that the certificate makes final, under authorities proved from the genesis document on.
"""

import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from amanat.consensus.statements import genesis_id
from amanat.ledger.encoding import EncodingError
from amanat.ledger.genesis import GenesisDocument
from amanat.ledger.tree.tree_nodes import CorruptNode, MissingNode
from amanat.node import provable, recovery
from amanat.node.backup import kept
from amanat.node.backup.live_tables import tables_of
from amanat.node.backup.manifest import Backup, NotValid, digest_of, is_table
from amanat.node.data_directory import FORMAT, DataDirectory, DirectoryError, open_directory
from amanat.node.eras import BadEra, before, follow
from amanat.node.records import StorageFailed
from amanat.node.sign_guard import SignGuard
from amanat.node.store import Store


@dataclass(frozen=True, slots=True)
class Contents:
    """What a database was found to hold."""

    height: int
    state_root: str
    values: int
    """Keys of the state that were read and checked."""
    log_height: int
    """Up to where the log goes, beyond what is applied."""


def verify(backup: Backup, document: GenesisDocument) -> Contents:
    """Check every file, then the state.

    Raises:
        NotValid: a file is missing, damaged or foreign, the chain is another, or the state is not
            the certified one.
        OSError: the scratch copy cannot be made.
    """
    check_chain(backup, document)
    check_files(backup)
    try:
        with kept.held(backup.path.parent):
            found = examine(backup.database, backup.path.parent, backup.manifest.node, document)
    except NotValid as error:
        raise NotValid(f"{backup.path}: {error}") from error
    check_contents(found, backup)
    return found


def check_contents(found: Contents, backup: Backup) -> None:
    """Raise `NotValid` if what a backup was found to hold is not what its manifest says."""
    told = backup.manifest
    if (found.height, found.state_root) != (told.height, told.state_root):
        raise NotValid(
            f"{backup.path} holds block {found.height} with the state root "
            f"{found.state_root[:16]}; its manifest says {told.height}, {told.state_root[:16]}"
        )


def check_chain(backup: Backup, document: GenesisDocument) -> None:
    """Raise `NotValid` if the backup is of another chain than the document's."""
    chain = document.chain_id().hex()
    if backup.manifest.chain != chain:
        raise NotValid(
            f"{backup.path} is of the chain {backup.manifest.chain[:16]}; the genesis document "
            f"given is {chain[:16]}: use that network's document, or another backup"
        )


def check_files(backup: Backup) -> None:
    """Raise `NotValid` if the files are not exactly those of the manifest."""
    try:
        there = {file.name for file in backup.database.iterdir()}
    except OSError as error:
        raise NotValid(f"{backup.database} cannot be read: {error.strerror}") from error
    named = {file.name for file in backup.manifest.files}
    if there != named:
        odd = sorted(there ^ named)[0]
        how = "is missing" if odd in named else "is not in the manifest"
        raise NotValid(f"{backup.database}/{odd} {how}: use another backup")
    for file in backup.manifest.files:
        path = backup.database / file.name
        try:
            is_whole = path.stat().st_size == file.bytes and digest_of(path) == file.sha256
        except OSError as error:
            raise NotValid(f"{path} cannot be read: {error.strerror}") from error
        if not is_whole:
            raise NotValid(f"{path} is damaged: its SHA-256 is not the manifest's; use another")


SCRATCH: Final = ".examined-"
"""What scratch copies are called, so that leftovers of a killed process are known."""


def examine(database: Path, beside: Path, name: str, document: GenesisDocument) -> Contents:
    """Recover a copy of `database` and check its state; the copy lies in `beside` meanwhile.

    Raises:
        NotValid: it does not recover, or its state is not the certified one.
        OSError: the scratch copy cannot be made.
    """
    scratch = Path(tempfile.mkdtemp(prefix=SCRATCH, dir=beside))
    try:
        with _opened(database, scratch, name, document) as directory:
            return _check(directory)
    except (
        DirectoryError,
        StorageFailed,
        EncodingError,
        MissingNode,
        CorruptNode,
        BadEra,
        recovery.RecoveryFailed,
    ) as error:
        raise NotValid(f"the data cannot be recovered: {error}") from error
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


@contextmanager
def _opened(
    database: Path, scratch: Path, name: str, document: GenesisDocument
) -> Iterator[DataDirectory]:
    copy = scratch / "db"
    copy.mkdir()
    for file in database.iterdir():
        if not is_table(file.name):
            shutil.copyfile(file, copy / file.name)
    # No other tables: opening the copy would write over what they are linked to.
    for table in tables_of(copy, within=database):
        try:
            os.link(table, copy / table.name)
        except OSError:  # a file system without links
            shutil.copyfile(table, copy / table.name)
    SignGuard.create(scratch / "sign-guard")
    identity = {"format": FORMAT, "chain": document.chain_id().hex(), "name": name}
    (scratch / "identity.json").write_text(json.dumps(identity))
    directory = open_directory(scratch, document, of=name)
    try:
        yield directory
    finally:
        directory.close()


def _check(directory: DataDirectory) -> Contents:
    store, document = directory.store, directory.document
    chain = recovery.open_chain(directory)
    recovery.execute_log(store, chain)
    _check_certificate(store, document)
    values = sum(1 for _ in chain.final.tree.items())
    final = chain.final
    return Contents(final.height, final.tree.root.hex(), values, store.last().height)


def _check_certificate(store: Store, document: GenesisDocument) -> None:
    """Check that the applied state is the one of a header that a quorum certified."""
    applied = store.applied()
    root = store.tree(applied.height)
    if root is None or root.ref != applied.root:
        raise NotValid(f"the state kept of block {applied.height} is not the one applied")
    if applied.height == 0:
        if applied.digest != genesis_id(store.chain).digest:
            raise NotValid("the genesis state is another chain's")
        return
    header, certificate = store.header(applied.height), applied.certificate
    if header is None or certificate is None or header.digest() != applied.digest:
        raise NotValid(f"block {applied.height} has no header and certificate")
    if header.state_root != root.root:
        raise NotValid(f"the state root of block {applied.height} is not its header's")
    known = follow(document.authorities, store.chain, provable.eras(store, applied.height))
    configuration = before(known, applied.height)
    final = certificate.final(configuration.current.rule)
    if final is None or final.digest != applied.digest:
        raise NotValid(f"the certificate of block {applied.height} is for another block")
    if not certificate.is_proof(store.chain, configuration):
        raise NotValid(f"the certificate of block {applied.height} proves nothing")
