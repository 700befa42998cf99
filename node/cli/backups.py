"""`amanat backup create`, `verify`, `list`, `prune` and `restore`."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from amanat.config.genesis_file import GenesisFileError, load_genesis
from amanat.config.settings import NodeSettings, SettingsError, load_settings
from amanat.ledger.genesis import GenesisDocument
from amanat.node import clock
from amanat.node.backup import creating, kept, restoring, verifying
from amanat.node.backup.manifest import Backup, BackupError, NotValid
from amanat.node.cli.failure import ExitCode, Failure
from amanat.node.cli.output import Format, note, show

SECONDS_BETWEEN: Final = 1.0
"""How often progress is told."""

MIB: Final = 1024 * 1024


def create(config: Path, folder: Path, output: Format) -> None:
    """Make a backup of the node of these settings."""
    with _failures():
        settings, document = _node(config)
        source = creating.Source(Path(settings.data), settings.name, document)
        made = creating.create(source, folder, datetime.now(UTC))
    show(_described(made.backup) | {"copied_bytes": made.copied}, output)


def verify(which: Path, genesis: Path, output: Format) -> None:
    """Verify a backup."""
    with _failures():
        document = load_genesis(genesis)
        backup = kept.one(which)
        found = verifying.verify(backup, document)
    told = _described(backup)
    show(told | {"values": found.values, "log_height": found.log_height, "valid": True}, output)


def show_all(folder: Path, output: Format) -> None:
    """List what a folder holds."""
    with _failures():
        found = kept.all_in(folder)
    show([_described(backup) for backup in found], output)


def prune(folder: Path, keep: int, output: Format) -> None:
    """Remove old backups, and list them."""
    with _failures():
        gone = kept.prune(folder, keep)
    show([_described(backup) for backup in gone], output)


def restore(which: Path, config: Path, output: Format) -> None:
    """Restore a backup as the data directory that the settings name."""
    with _failures():
        settings, document = _node(config)
        backup = kept.one(which)
        if backup.manifest.node != settings.name:
            raise BackupError(
                f"{backup.path} is of the node {backup.manifest.node}, and {config} are the "
                f"settings of {settings.name}: use that node's settings"
            )
        progress = Progress(backup.manifest.bytes)
        restoring.restore(backup, Path(settings.data), document, moved=progress.moved)
    note(
        f"{settings.name} will follow and answer, and sign nothing: what it had signed since the "
        "backup is lost. To give it a vote again, admit it with a new key (docs/backup.md)"
    )
    show(_described(backup) | {"data": settings.data, "signs": False}, output)


class Progress:
    """Tells how far a restore has come: bytes, rate and time left, at most once a second."""

    def __init__(self, total: int) -> None:
        self._total = total
        self._done = 0
        self._began = self._told = clock.monotonic()

    def moved(self, count: int) -> None:
        """Note that so many bytes more are there."""
        self._done += count
        now = clock.monotonic()
        if now - self._told >= SECONDS_BETWEEN or self._done == self._total:
            self._told = now
            note(told(self._done, self._total, now - self._began))


def told(done: int, total: int, seconds: float) -> str:
    """Return a line of progress."""
    rate = done / seconds if seconds > 0 else 0.0
    left = f"{(total - done) / rate:.0f} s" if rate else "unknown time"
    return f"{done / MIB:.1f} of {total / MIB:.1f} MiB, {rate / MIB:.1f} MiB/s, {left} left"


def _node(config: Path) -> tuple[NodeSettings, GenesisDocument]:
    settings = load_settings(config)
    return settings, load_genesis(Path(settings.genesis))


def _described(backup: Backup) -> dict[str, Any]:
    manifest = backup.manifest
    return {
        "path": str(backup.path),
        "node": manifest.node,
        "height": manifest.height,
        "made": manifest.made,
        "state_root": manifest.state_root,
        "chain": manifest.chain,
        "bytes": manifest.bytes,
        "program": manifest.program,
    }


@contextmanager
def _failures() -> Iterator[None]:
    try:
        yield
    except NotValid as error:
        raise Failure(str(error), ExitCode.NOT_VALID) from error
    except (BackupError, SettingsError, GenesisFileError) as error:
        raise Failure(str(error)) from error
    except OSError as error:
        where = f"{error.filename}: " if error.filename else ""
        raise Failure(f"{where}{error.strerror or error}; nothing was made") from error
