"""What copies of a chain hold whose quorum is lost: which certified block is the greatest.

A copy is a node's data directory or a backup. Each is checked as a backup is: its state is the one
in the header of a block that a quorum certified, under authorities proved from genesis on.
"""

import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from amanat.ledger.encoding import encode
from amanat.ledger.genesis import GenesisDocument
from amanat.ledger.state import CONFIGURATION
from amanat.ledger.successor import Entries, Recovery, Seen
from amanat.node import provable
from amanat.node.backup import frozen, kept, verifying
from amanat.node.backup.manifest import BackupError, NotValid
from amanat.node.data_directory import DataDirectory, DirectoryError, identity_of
from amanat.node.eras import write_lineage

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Found:
    """What one copy holds, and where it lies."""

    path: Path
    seen: Seen


def survey(paths: Sequence[Path], document: GenesisDocument) -> list[Found]:
    """Return what each copy holds, sorted by name; the name is the node's, and a number if needed.

    Raises:
        NotValid: one is damaged or not certified.
        BackupError: one is no copy of this chain.
        OSError: no scratch copy can be made beside one.
    """
    found: dict[str, Found] = {}
    for path in paths:
        name, seen = _in(path, document, _seen)
        called, number = name, 2
        while called in found:
            called, number = f"{name} {number}", number + 1
        found[called] = Found(path, Seen(called, seen.height, seen.block, seen.log_height))
    return [found[name] for name in sorted(found)]


def greatest(found: Sequence[Found]) -> Found:
    """Return the copy with the highest certified block.

    Raises:
        NotValid: two copies hold different certified blocks at one height: the chain has forked.
    """
    by_height: dict[int, Found] = {}
    for each in found:
        other = by_height.setdefault(each.seen.height, each)
        if other.seen.block != each.seen.block:
            raise NotValid(
                f"{other.path} and {each.path} hold different certified blocks at height "
                f"{each.seen.height}: the chain has forked; see `amanat ledger compare`"
            )
    return by_height[max(by_height)]


@dataclass(frozen=True, slots=True)
class Taken:
    """What a successor takes over from a copy."""

    state: Entries
    recovery: Recovery


def take(found: Sequence[Found], document: GenesisDocument, reason: str) -> Taken:
    """Return the state and the proof of the greatest copy. Raises as `survey` and `greatest` do."""
    best = greatest(found)
    seen = tuple(each.seen for each in found)

    def taken(directory: DataDirectory) -> Taken:
        store = directory.store
        verifying.check(directory)
        applied = store.applied()
        header, tree = store.header(applied.height), store.tree(applied.height)
        if header is None or tree is None or applied.certificate is None:
            raise NotValid(f"{best.path} holds no final block: found the network anew")
        state = dict(tree.items())
        recovery = Recovery(
            header=header,
            certificate=encode(applied.certificate),
            lineage=write_lineage(provable.eras(store, applied.height)),
            previous=CONFIGURATION.decode(state[CONFIGURATION.key()]),
            reason=reason,
            survey=seen,
            lost=(),
        )
        return Taken(state, recovery)

    return _in(best.path, document, taken)[1]


def _seen(directory: DataDirectory) -> Seen:
    contents = verifying.check(directory)
    applied = directory.store.applied()
    return Seen(directory.name, contents.height, applied.digest, contents.log_height)


def _in(path: Path, document: GenesisDocument, do: Callable[[DataDirectory], T]) -> tuple[str, T]:
    """Open a scratch copy beside the copy at `path`, and return the node's name and what is done.

    Raises as `survey` does.
    """
    try:
        with _opened(path, document) as directory:
            return directory.name, do(directory)
    except NotValid as error:
        raise NotValid(f"{path}: {error}") from error
    except verifying.FAULTS as error:
        raise NotValid(f"{path}: the data cannot be recovered: {error}") from error


@contextmanager
def _opened(path: Path, document: GenesisDocument) -> Iterator[DataDirectory]:
    is_node = (path / "identity.json").exists()
    beside = path.resolve().parent
    with tempfile.TemporaryDirectory(prefix=verifying.SCRATCH, dir=beside) as scratch:
        folder = Path(scratch)
        if is_node:
            name, database = _identity(path, document), folder / "frozen"
            frozen.freeze(path / "db", database)
        else:
            backup = kept.one(path)
            verifying.check_chain(backup, document)
            verifying.check_files(backup)
            name, database = backup.manifest.node, backup.database
        copy = folder / "opened"
        copy.mkdir()
        with verifying.opened(database, copy, name, document) as directory:
            yield directory


def _identity(path: Path, document: GenesisDocument) -> str:
    try:
        return identity_of(path, document)
    except DirectoryError as error:
        raise BackupError(str(error)) from error
