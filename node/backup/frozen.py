"""A copy of a LevelDB that may be in use, as a crash at one moment would have left it.

LevelDB's tables never change; its log and its MANIFEST only grow; CURRENT names the MANIFEST. So
tables are linked and the others copied, and the copy counts only if no file that is not a table
came, went or, but for the newest log, grew meanwhile. Then

- the MANIFEST is of one moment, and all tables that it names were there throughout: LevelDB
  removes a table only after a later MANIFEST entry;
- older logs did not change, and the newest is cut off somewhere: that is what a crash leaves, and
  each batch in it is read whole or not at all.

Else it is done again. A table that LevelDB is still writing lacks its last bytes; no MANIFEST names
it yet, and it is left out.
"""

import os
import shutil
from pathlib import Path
from typing import Final

from amanat.node.backup.manifest import BackupError, is_table

TRIES: Final = 50
"""LevelDB is rarely busy for as long as one try takes; under load a few are needed."""

LOG: Final = ".log"

TABLE_ENDS: Final = (0xDB4775248B80FB57).to_bytes(8, "little")
"""What every finished table ends with (LevelDB, doc/table_format.md: the magic number)."""


def freeze(database: Path, into: Path) -> None:
    """Make the folder `into`, on the same file system, a copy of `database`.

    Raises:
        BackupError: it holds no database, or never stood still for long enough.
        OSError: a file cannot be read, linked or written.
    """
    for _ in range(TRIES):
        shutil.rmtree(into, ignore_errors=True)
        into.mkdir(mode=0o700)
        if _take(database, into):
            return
    raise BackupError(
        f"{database} changed during each of {TRIES} tries to copy it: try again when the node has "
        "less to do"
    )


def _take(database: Path, into: Path) -> bool:
    before = _others(database)
    if "CURRENT" not in before:
        raise BackupError(f"{database} holds no database: name the settings of a node that has run")
    logs = [name for name in before if name.endswith(LOG)]
    newest = max(logs, key=_number, default=None)
    try:
        for name in before:
            shutil.copyfile(database / name, into / name)
        for file in database.iterdir():
            if is_table(file.name):
                _link(file, into / file.name)
    except FileNotFoundError:
        return False  # removed meanwhile
    after = _others(database)
    copied = {name: (into / name).stat().st_size for name in before}
    if newest is not None:
        before.pop(newest)
        copied.pop(newest)
        if after.pop(newest, None) is None:
            return False
    return before == after == copied


def _link(table: Path, into: Path) -> None:
    os.link(table, into)
    with into.open("rb") as opened:
        opened.seek(max(into.stat().st_size - len(TABLE_ENDS), 0))
        is_finished = opened.read() == TABLE_ENDS
    if not is_finished:
        into.unlink()


def _others(database: Path) -> dict[str, int]:
    """Return the sizes of the files that are no tables: the logs, MANIFEST and CURRENT."""
    found = {}
    try:
        for file in database.iterdir():
            if file.name.startswith(("CURRENT", "MANIFEST")) or file.suffix == LOG:
                found[file.name] = file.stat().st_size
    except FileNotFoundError:
        return {"CURRENT": -1} if (database / "CURRENT").exists() else {}
    return found


def _number(name: str) -> int:
    stem = name.removesuffix(LOG)
    return int(stem) if stem.isdigit() else -1
