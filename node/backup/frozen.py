"""A copy of a LevelDB that may be in use, as a crash at one moment would have left it.

LevelDB's tables never change; its log and its MANIFEST only grow; CURRENT names the MANIFEST. So
logs and MANIFEST are copied, the tables that the MANIFEST names are linked, and the copy counts
only if no file that is not a table came, went or, but for the newest log, grew meanwhile. Then

- the MANIFEST is of one moment, and all tables that it names were there throughout: LevelDB
  removes a table only after a later MANIFEST entry;
- older logs did not change, and the newest is cut off somewhere: that is what a crash leaves, and
  each batch in it is read whole or not at all.

Else it is done again. A table that no MANIFEST names is left out: who opens the copy would write
over it, there and in the original (`live_tables`).
"""

import os
import shutil
from pathlib import Path
from typing import Final

from amanat.node.backup.live_tables import tables_of
from amanat.node.backup.manifest import BackupError

TRIES: Final = 50
"""LevelDB is rarely busy for as long as one try takes; under load a few are needed."""

LOG: Final = ".log"


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
        for table in tables_of(into, within=database):
            os.link(table, into / table.name)
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
