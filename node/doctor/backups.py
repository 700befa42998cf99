"""When the data was last backed up: backing up writes the marker `backups.json`."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Final

from amanat.node.doctor.case import Case
from amanat.node.doctor.rows import Row, ok, warn

DAYS_MAX: Final = 7
MARKER: Final = "backups.json"


def judge(age_ms: int | None) -> Row:
    """Judge by the age of the marker, None if there is none."""
    if age_ms is None:
        found = "no backup is known: if this disk is lost, so is the key that no peer has"
        return warn("backup", found, "make one, and keep it elsewhere")
    days = age_ms // 86_400_000
    if days >= DAYS_MAX:
        return warn("backup", f"the last one is {days} days old", "make one, and look why none was")
    return ok("backup", f"the last one is {days} days old")


async def check(case: Case) -> AsyncIterator[Row]:
    """Look at the marker's age."""
    try:
        written = (Path(case.settings.data) / MARKER).stat().st_mtime_ns // 1_000_000
    except OSError:
        yield judge(None)
        return
    yield judge(max(case.means.now() - written, 0))
