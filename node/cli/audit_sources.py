"""What a command may audit or export: a node, an archive, a data directory; and where it works."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path

from amanat.client.message_signatures import RequestSigner
from amanat.config.genesis_file import GenesisFileError, load_genesis
from amanat.ledger.genesis import GenesisDocument
from amanat.ledger.versions import UnknownVersion
from amanat.node.audit.archive import MAGIC
from amanat.node.audit.archive_source import ArchiveSource
from amanat.node.audit.directory_source import DirectorySource
from amanat.node.audit.remote_source import Forbidden, RemoteSource, Unanswered
from amanat.node.audit.sources import Source, Unusable
from amanat.node.audit.workplace import Workplace
from amanat.node.cli.failure import ExitCode, Failure
from amanat.node.records import StorageFailed


class Kind(StrEnum):
    """What a source is, as one sees from its name and its first bytes."""

    NODE = "node"
    DIRECTORY = "data directory"
    ARCHIVE = "archive"
    RECORD = "record"
    """Anything else: what is read finds out whether it is one."""


def kind_of(source: str) -> Kind:
    """Return what `source` is.

    Raises:
        Failure: there is no such file.
    """
    if source.startswith(("http://", "https://")):
        return Kind.NODE
    path = Path(source)
    if path.is_dir():
        return Kind.DIRECTORY
    try:
        with path.open("rb") as file:
            return Kind.ARCHIVE if file.read(len(MAGIC)) == MAGIC else Kind.RECORD
    except OSError as error:
        raise Failure(f"{source} cannot be read: {error.strerror}") from error


def genesis(file: Path) -> GenesisDocument:
    """Return the genesis document in `file`.

    Raises:
        Failure: there is none.
    """
    try:
        return load_genesis(file)
    except GenesisFileError as error:
        raise Failure(str(error)) from error


@contextmanager
def workplace(checkpoint: Path | None) -> Iterator[Workplace]:
    """Work in the directory `checkpoint`; without one, where nothing stays."""
    if checkpoint is not None:
        place = Workplace(checkpoint)
        try:
            yield place
        finally:
            place.close()
        return
    with tempfile.TemporaryDirectory(prefix="amanat-audit-") as directory:
        place = Workplace(Path(directory) / "work")
        try:
            yield place
        finally:
            place.close()


@contextmanager
def opened(name: str, place: Path, reader: RequestSigner | None) -> Iterator[Source]:
    """Open a source; what it needs of room is in the directory `place`."""
    source: Source
    match kind_of(name):
        case Kind.NODE:
            source = RemoteSource(name, reader)
        case Kind.DIRECTORY:
            source = DirectorySource(Path(name), place)
        case Kind.ARCHIVE:
            source = ArchiveSource(Path(name))
        case Kind.RECORD:
            raise Failure(
                f"{name} is no archive and no data directory. If it is a record, it has no "
                "transactions to execute: compare it with another SOURCE by --signatures, or make "
                "an archive (amanat ledger export)"
            )
    try:
        yield source
    finally:
        source.close()


@contextmanager
def failures() -> Iterator[None]:
    """Turn what can be wrong with a source or a workplace into what a command says."""
    try:
        yield
    except Unanswered as error:
        raise Failure(str(error), ExitCode.UNREACHABLE) from error
    except Forbidden as error:
        raise Failure(str(error), ExitCode.REJECTED) from error
    except (Unusable, UnknownVersion, StorageFailed) as error:
        raise Failure(str(error)) from error
