"""The backups that one folder holds, and what a data directory says of the last one."""

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import msgspec

from amanat.node.backup.manifest import Backup, BackupError, Manifest, NotValid, read
from amanat.node.sign_guard import sync_directory

MARKER: Final = "backups.json"
"""In the data directory: when the last backup was made, of which height, and where it is."""

LOCK: Final = ".lock"


class LastBackup(msgspec.Struct, frozen=True):
    """What the marker says."""

    made: str
    height: int
    path: str


@contextmanager
def held(folder: Path) -> Iterator[None]:
    """Hold a folder, which is made if it is missing, so that one process at a time changes it.

    Raises:
        BackupError: another process holds it.
    """
    folder.mkdir(exist_ok=True, mode=0o700)
    lock = os.open(folder / LOCK, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    except BlockingIOError as error:
        raise BackupError(f"{folder} is in use by another backup: wait for its end") from error
    finally:
        os.close(lock)


def all_in(folder: Path) -> list[Backup]:
    """Return the backups in a folder, the oldest first; one whose manifest is damaged is left out.

    Raises:
        BackupError: the folder cannot be read.
    """
    try:
        paths = sorted(each for each in folder.iterdir() if each.is_dir())
    except OSError as error:
        raise BackupError(f"{folder} cannot be read: {error.strerror}") from error
    found = []
    for path in paths:
        if path.name.startswith("."):
            continue
        try:
            found.append(read(path))
        except (BackupError, NotValid):
            continue
    return sorted(found, key=lambda backup: (backup.manifest.made, backup.path.name))


def one(path: Path) -> Backup:
    """Return the backup at `path`, or the last one in it if `path` is a folder of backups.

    Raises:
        BackupError: there is none.
        NotValid: its manifest is damaged.
    """
    if (path / "manifest.json").exists():
        return read(path)
    found = all_in(path)
    if not found:
        raise BackupError(f"{path} holds no backup: make one with `amanat backup create`")
    return found[-1]


def prune(folder: Path, keep: int) -> list[Backup]:
    """Remove all but the last `keep`, at least one, and what an interrupted backup has left.

    Returns those removed. What other backups share with them stays.

    Raises:
        BackupError: the folder is in use or cannot be read.
        OSError: one cannot be removed.
    """
    all_in(folder)  # a folder that is not there is not made
    with held(folder):
        found = all_in(folder)
        gone = found[: max(len(found) - keep, 0)]
        for backup in gone:
            hidden = folder / f".{backup.path.name}"
            os.rename(backup.path, hidden)  # what has a name is whole, also while it goes
        sync_directory(folder)
        for left in folder.iterdir():
            if left.name.startswith(".") and left.is_dir():
                shutil.rmtree(left)
    return gone


def mark(data: Path, path: Path, manifest: Manifest) -> None:
    """Write into a data directory that its last backup is the one at `path`."""
    last = LastBackup(manifest.made, manifest.height, str(path))
    partial = data / f".{MARKER}"
    with partial.open("wb") as file:
        file.write(msgspec.json.encode(last) + b"\n")
        file.flush()
        os.fsync(file.fileno())
    os.replace(partial, data / MARKER)
    sync_directory(data)
