"""Makes a backup: a frozen copy, checked, then copied to where backups are kept.

It is whole under a name that begins with a dot before it gets its own, so what has a name is whole.
A table that an earlier backup here holds too is linked to that one and takes no room; tables of
the node are always copied, so that no disk error of the one befalls the other.
"""

import os
import shutil
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

import msgspec

from amanat.ledger.genesis import GenesisDocument
from amanat.node.backup import kept
from amanat.node.backup.copying import Writes, copy_synced, write_whole
from amanat.node.backup.frozen import freeze
from amanat.node.backup.manifest import (
    DATABASE,
    FORMAT,
    MANIFEST,
    BackedUpFile,
    Backup,
    BackupError,
    Manifest,
    digest_of,
    is_table,
)
from amanat.node.backup.verifying import Contents, examine
from amanat.node.sign_guard import sync_directory
from amanat.node.version import VERSION

FROZEN: Final = "backup-under-way"
"""The folder in the data directory in which the frozen copy lies meanwhile."""


@dataclass(frozen=True, slots=True)
class Source:
    """The node whose data is backed up."""

    data: Path
    name: str
    document: GenesisDocument


@dataclass(frozen=True, slots=True)
class Made:
    """A new backup, and what it took."""

    backup: Backup
    copied: int
    """Bytes that were copied; the rest was linked to an earlier backup."""


def create(source: Source, folder: Path, now: datetime, *, write: Writes = write_whole) -> Made:
    """Back up the data of a node, running or not, into a new backup in `folder`.

    Args:
        source: the node.
        folder: where backups are kept; made if it is missing.
        now: the time in UTC.
        write: how to write to files.

    Raises:
        BackupError: the data cannot be copied.
        NotValid: it does not recover to a certified state: the node's disk is damaged.
        OSError: a file cannot be written; no backup was made.
    """
    if not (source.data / "identity.json").exists():
        raise BackupError(f"{source.data} is no data directory of a node")
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    with kept.held(source.data / FROZEN), kept.held(folder):
        _clear(source.data / FROZEN)
        frozen = source.data / FROZEN / DATABASE
        freeze(source.data / DATABASE, frozen)
        found = examine(frozen, source.data / FROZEN, source.name, source.document)
        path = folder / f"{found.height:012}-{now:%Y%m%dT%H%M%S.%fZ}"
        partial = folder / f".{path.name}"
        try:
            made = _fill(partial, frozen, _earlier(folder, source.document), write)
            manifest = _manifest(source, found, now, made.files)
            _write_manifest(partial, manifest)
            os.rename(partial, path)
            sync_directory(folder)
        except BaseException:
            shutil.rmtree(partial, ignore_errors=True)
            raise
        finally:
            shutil.rmtree(frozen, ignore_errors=True)
    kept.mark(source.data, path.absolute(), manifest)
    return Made(Backup(path, manifest), made.copied)


def _clear(place: Path) -> None:
    """Remove what a backup that was killed has left: its links keep room from becoming free."""
    for left in place.iterdir():
        if left.is_dir():
            shutil.rmtree(left)


@dataclass(frozen=True, slots=True)
class _Filled:
    files: tuple[BackedUpFile, ...]
    copied: int


def _earlier(folder: Path, document: GenesisDocument) -> dict[tuple[str, str], Path]:
    """Return the tables of the last backup of this chain, by name and digest."""
    chain = document.chain_id().hex()
    for backup in reversed(kept.all_in(folder)):
        if backup.manifest.chain == chain:
            files = backup.manifest.files
            return {(file.name, file.sha256): backup.database / file.name for file in files}
    return {}


def _fill(
    partial: Path, frozen: Path, earlier: dict[tuple[str, str], Path], write: Writes
) -> _Filled:
    target = partial / DATABASE
    target.mkdir(parents=True, mode=0o700)
    files, copied = [], 0
    for source in sorted(frozen.iterdir()):
        digest, size = digest_of(source), source.stat().st_size
        if not _linked(earlier.get((source.name, digest)), target / source.name, digest):
            written = copy_synced(source, target / source.name, write=write, moved=_untold)
            if written != digest:
                raise BackupError(f"{source} was read twice and differs: the disk is failing")
            copied += size
        files.append(BackedUpFile(source.name, size, digest))
    sync_directory(target)
    return _Filled(tuple(files), copied)


def _linked(earlier: Path | None, target: Path, digest: str) -> bool:
    """Link `target` to an earlier backup's table, if that is still what it was."""
    if earlier is None or not is_table(target.name):
        return False
    try:
        if digest_of(earlier) != digest:
            return False
        os.link(earlier, target)
    except OSError:
        return False
    return True


def _manifest(
    source: Source, found: Contents, now: datetime, files: tuple[BackedUpFile, ...]
) -> Manifest:
    return Manifest(
        format=FORMAT,
        program=VERSION,
        chain=source.document.chain_id().hex(),
        network=source.document.network,
        node=source.name,
        made=f"{now:%Y-%m-%dT%H:%M:%SZ}",
        height=found.height,
        state_root=found.state_root,
        files=files,
    )


def _write_manifest(partial: Path, manifest: Manifest) -> None:
    content = msgspec.json.format(msgspec.json.encode(manifest), indent=2) + b"\n"
    with (partial / MANIFEST).open("xb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    sync_directory(partial)


def _untold(count: int) -> None:
    del count
