"""Whether this program can take over a data directory: its format, room, and the way back."""

import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import msgspec
import plyvel

from amanat.ledger.encoding import EncodingError, decode
from amanat.node.backup.frozen import freeze
from amanat.node.backup.kept import MARKER, LastBackup
from amanat.node.backup.manifest import BackupError
from amanat.node.doctor.case import Case
from amanat.node.doctor.rows import Row, fail, ok, warn
from amanat.node.leveldb import open_database
from amanat.node.migration import OLDEST
from amanat.node.monitoring.readiness import FREE_BYTES_MIN
from amanat.node.store import FORMAT
from amanat.node.stored_format import StoredFormat

BACKUP_HOURS: Final = 24
"""How old the backup may be that is the way back from a migration."""


@dataclass(frozen=True, slots=True)
class Found:
    """What lies in a data directory."""

    format: int
    taken: int
    """Bytes that its database takes."""
    free: int
    """Bytes that are free beside it."""
    backup: LastBackup | None
    backup_age_ms: int


def judge(found: Found, again: str) -> Iterator[Row]:
    """Judge format, room and backup; `again` is the command that makes a backup."""
    if not OLDEST <= found.format <= FORMAT:
        says = f"it has format {found.format}; this program reads formats {OLDEST} to {FORMAT}"
        fix = "use the program that wrote it" if found.format > FORMAT else "migrate it in steps"
        yield fail("data format", says, f"{fix}: CHANGELOG.md says which version reads what")
        return
    if found.format == FORMAT:
        yield ok("data format", f"{FORMAT}, as this program writes it: nothing is migrated")
        return
    says = f"it has format {found.format}, and is brought to {FORMAT} at the first start"
    yield ok("data format", f"{says}; the program before cannot read it then")
    need = found.taken + FREE_BYTES_MIN
    room = f"the migration may take {need // 2**20} MiB; {found.free // 2**20} MiB are free"
    if found.free < need:
        yield fail("room to migrate", room, "make room there, or keep fewer blocks (keep_blocks)")
    else:
        yield ok("room to migrate", room)
    yield _judge_backup(found, again)


def _judge_backup(found: Found, again: str) -> Row:
    if found.backup is None:
        return fail("way back", "no backup is known, and a migration cannot be undone", again)
    hours = found.backup_age_ms // 3_600_000
    says = f"{found.backup.path} of block {found.backup.height} is {hours} hours old"
    if hours >= BACKUP_HOURS:
        return fail("way back", f"the last backup, {says}", again)
    return ok("way back", says)


def rows(case: Case, config: Path) -> Iterator[Row]:
    """Look into a node's data directory, which may be in use; nothing in it changes."""
    data = Path(case.settings.data)
    backup, age = _backup(data, case.means.now())
    folder = "FOLDER" if backup is None else str(Path(backup.path).parent)
    if not (data / "db").exists():
        yield warn("data format", f"{data} holds no database yet", "amanat init --config FILE")
        return
    try:
        format_ = _format(data)
        taken = sum(each.stat().st_size for each in (data / "db").iterdir())
        _, free = case.means.space(str(data))
    except (OSError, BackupError, EncodingError, plyvel.Error) as error:
        reason = str(error) or type(error).__name__
        yield fail("data format", f"it cannot be read: {reason}", "amanat doctor --config FILE")
        return
    found = Found(format_, taken, free, backup, age)
    yield from judge(found, f"amanat backup create --config {config} {folder}")


def _format(data: Path) -> int:
    """Return the format of the database, from a copy that lies beside it meanwhile.

    Raises:
        BackupError, OSError, plyvel.Error, EncodingError: it cannot be read.
    """
    scratch = Path(tempfile.mkdtemp(prefix=".upgrade-check-", dir=data))
    try:
        copy = scratch / "db"
        freeze(data / "db", copy)
        database = open_database(copy, create=False)
        try:
            raw = database.get(b"i", verify_checksums=True)
        finally:
            database.close()
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    if raw is None:
        raise BackupError(f"{data}/db is not an Amanat database")
    return decode(raw, StoredFormat).format


def _backup(data: Path, now: int) -> tuple[LastBackup | None, int]:
    """Return what the marker says of the last backup, and its age in milliseconds."""
    marker = data / MARKER
    try:
        last = msgspec.json.decode(marker.read_bytes(), type=LastBackup)
        age = now - marker.stat().st_mtime_ns // 1_000_000
    except (OSError, msgspec.MsgspecError):
        return None, 0
    return last, max(age, 0)
