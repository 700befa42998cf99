"""A node's directory: what lies where, who may use it, and for which chain.

    identity.json   format, chain and name; written last by `create`, so a half-made one is seen
    sign-guard      what this authority has promised; `signed-elsewhere`: it must not any more
    db/             the database
    access/         who read what is not its own, once somebody has: `access_log`
    tls/            this run's certificate; nothing in it is worth keeping
    backups.json    when and where the last backup was made: `node/backup`, which also works here in
                    backup-under-way/ meanwhile
    lock            held while a process uses the directory, and that process's id; else empty

`create` never overwrites; `open_directory` never creates.
"""

import fcntl
import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from amanat.ledger.genesis import GenesisDocument
from amanat.node.sign_guard import GuardError, SignGuard, sync_directory
from amanat.node.store import Store, StoreError

FORMAT: Final = 1


class DirectoryError(Exception):
    """The directory cannot be used. The message says why, and what to do."""


@dataclass(frozen=True, slots=True)
class DataDirectory:
    """An open directory; this process alone uses it."""

    path: Path
    document: GenesisDocument
    name: str
    guard: SignGuard
    store: Store
    lock: int

    @property
    def tls(self) -> Path:
        """Where this run's certificate lies."""
        return self.path / "tls"

    def close(self) -> None:
        """Let go of everything."""
        self.store.close()
        self.guard.close()
        _let_go(self.lock)


def create(path: Path, name: str, document: GenesisDocument) -> None:
    """Make the directory of the node `name` on the network of `document`.

    A name that the document does not have is that of a node which joins later.

    Raises:
        DirectoryError: there is something there already.
    """
    problems = document.problems()
    if problems:
        raise DirectoryError(f"the genesis document is unsound: {problems[0]}")
    try:
        if path.exists() and any(path.iterdir()):
            raise DirectoryError(f"{path} is not empty: init never overwrites")
        path.mkdir(parents=True, exist_ok=True, mode=0o700)
        (path / "tls").mkdir(mode=0o700)
        (path / "lock").touch(mode=0o600)
    except OSError as error:
        raise DirectoryError(f"{path} cannot be made: {error.strerror}") from error
    try:
        SignGuard.create(path / "sign-guard")
        Store.create(path / "db", document)
    except (GuardError, StoreError) as error:
        raise DirectoryError(str(error)) from error
    identity = {"format": FORMAT, "chain": document.chain_id().hex(), "name": name}
    (path / "identity.json").write_text(json.dumps(identity) + "\n")
    sync_directory(path)


def open_directory(
    path: Path, document: GenesisDocument, *, of: str | None = None
) -> DataDirectory:
    """Open the directory of a node on the network of `document`, the node `of` if one is given.

    Raises:
        DirectoryError: it is missing, half made, another chain's or node's, in use, or damaged.
    """
    name = identity_of(path, document)
    if of not in (None, name):
        raise DirectoryError(f"{path} is the directory of {name}")
    lock = _lock(path)
    try:
        guard = SignGuard.open(path / "sign-guard")
    except (GuardError, OSError) as error:
        _let_go(lock)
        raise DirectoryError(str(error)) from error
    try:
        store = Store.open(path / "db", document.chain_id())
    except (StoreError, OSError) as error:
        guard.close()
        _let_go(lock)
        raise DirectoryError(str(error)) from error
    directory = DataDirectory(path, document, name, guard, store, lock)
    try:
        guard.renew()
    except OSError as error:
        directory.close()
        raise DirectoryError(f"{path}/sign-guard cannot be written: {error.strerror}") from error
    return directory


def process_of(path: Path) -> int:
    """Return the id of the process that uses a node's directory.

    Raises:
        DirectoryError: it is no node's directory, or no process uses it.
    """
    try:
        lock = os.open(path / "lock", os.O_RDONLY)
    except OSError as error:
        raise DirectoryError(f"{path} is not a node's directory: {error.strerror}") from error
    try:
        fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError:
        written = os.pread(lock, 16, 0).strip()
        if written:
            return int(written)
    finally:
        os.close(lock)
    raise DirectoryError(f"no node runs in {path}")


def _lock(path: Path) -> int:
    """Take the directory for this process, and say so in it. Return what holds it."""
    lock = os.open(path / "lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        os.close(lock)
        raise DirectoryError(f"{path} is in use by another process") from error
    try:
        os.pwrite(lock, b"%-10d\n" % os.getpid(), 0)
    except OSError as error:
        os.close(lock)
        raise DirectoryError(f"{path}/lock cannot be written: {error.strerror}") from error
    return lock


def _let_go(lock: int) -> None:
    """Free the directory. No id is left in it: it would soon be that of another process."""
    os.ftruncate(lock, 0)
    os.close(lock)


def identity_of(path: Path, document: GenesisDocument) -> str:
    """Return the name of the node whose directory it is, without opening or changing it.

    Raises:
        DirectoryError: it is missing, half made, of another format or chain, or damaged.
    """
    try:
        identity = json.loads((path / "identity.json").read_text())
        found = (identity["format"], str(identity["chain"]), str(identity["name"]))
    except FileNotFoundError as error:
        missing = "does not exist" if not path.exists() else "is not a node's directory"
        raise DirectoryError(f"{path} {missing}: run `amanat init` first") from error
    except OSError as error:
        raise DirectoryError(f"{path} cannot be used: {error.strerror}") from error
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise DirectoryError(f"{path}/identity.json is damaged: restore it") from error
    if found[0] != FORMAT:
        raise DirectoryError(f"{path} has format {found[0]}; this program reads format {FORMAT}")
    if found[1] != document.chain_id().hex():
        raise DirectoryError(
            f"{path} belongs to the chain {found[1][:16]}; the genesis document given is "
            f"{document.chain_id().hex()[:16]}: use that network's document, or another directory"
        )
    return found[2]
