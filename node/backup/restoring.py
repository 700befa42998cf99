"""Puts a backup in the place of a data directory that is lost. Never over one that is there.

The directory gets its name once it is whole, on disk and verified. Its sign guard binds the
authority above all that it can ever have signed (`EVERYTHING`): so it follows, executes and
answers, and signs nothing. Decision 0032 says why no waiting frees it.
"""

import json
import os
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

from amanat.ledger.genesis import GenesisDocument
from amanat.node.backup.copying import Writes, copy_synced, write_whole
from amanat.node.backup.manifest import DATABASE, Backup, BackupError, NotValid
from amanat.node.backup.verifying import Contents, check_chain, check_contents, examine
from amanat.node.data_directory import FORMAT
from amanat.node.sign_guard import EVERYTHING, SignGuard, sync_directory


def restore(
    backup: Backup,
    data: Path,
    document: GenesisDocument,
    *,
    moved: Callable[[int], None],
    write: Writes = write_whole,
) -> Contents:
    """Make the data directory `data` of the node whose backup it is; return what it holds.

    Args:
        backup: what to restore.
        data: must not exist, or be empty.
        document: the network's genesis document.
        moved: told of the bytes that were copied.
        write: how to write to files.

    Raises:
        BackupError: something is there already.
        NotValid: the backup is damaged, or another chain's; there is no directory then.
        OSError: a file cannot be written; there is no directory then.
    """
    if data.is_symlink() or (data.exists() and (not data.is_dir() or any(data.iterdir()))):
        raise BackupError(f"{data} exists: a restore never overwrites; move it away first")
    check_chain(backup, document)
    data.parent.mkdir(parents=True, exist_ok=True)
    partial = Path(tempfile.mkdtemp(prefix=f".{data.name}-restoring-", dir=data.parent))
    try:
        _copy(backup, partial / DATABASE, moved, write)
        found = examine(partial / DATABASE, partial, backup.manifest.node, document)
        check_contents(found, backup)
        _furnish(partial, backup)
        os.rename(partial, data)  # fails where something was put there meanwhile
        sync_directory(data.parent)
    except BaseException:
        shutil.rmtree(partial, ignore_errors=True)
        raise
    return found


def _copy(backup: Backup, target: Path, moved: Callable[[int], None], write: Writes) -> None:
    target.mkdir(mode=0o700)
    for file in backup.manifest.files:
        source = backup.database / file.name
        try:
            digest = copy_synced(source, target / file.name, write=write, moved=moved)
        except FileNotFoundError as error:
            raise NotValid(f"{source} is missing: use another backup") from error
        if digest != file.sha256:
            raise NotValid(f"{source} is damaged: its SHA-256 is not the manifest's; use another")
    sync_directory(target)


def _furnish(partial: Path, backup: Backup) -> None:
    """Add what a data directory has besides its database."""
    (partial / "tls").mkdir(mode=0o700)
    (partial / "lock").touch(mode=0o600)
    SignGuard.create(partial / "sign-guard", promise=EVERYTHING)
    told = backup.manifest
    identity = {"format": FORMAT, "chain": told.chain, "name": told.node}
    with (partial / "identity.json").open("x") as file:
        file.write(json.dumps(identity) + "\n")
        file.flush()
        os.fsync(file.fileno())
    sync_directory(partial)
