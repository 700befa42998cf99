"""Whether the node may open enough files and use enough memory."""

import resource
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from amanat.node.doctor.rows import Row, fail, ok, warn

if TYPE_CHECKING:
    from amanat.node.doctor.case import Case

FILES_MIN: Final = 1_024
"""LevelDB may hold a thousand tables open (its default, `max_open_files`); sockets come on top."""
FILES_GOOD: Final = 4_096

MEMORY_MIN: Final = 512 * 2**20
"""Opening a key takes 256 MiB (Argon2id, `keystore.MODERATE`); the node itself comes on top."""
MEMORY_GOOD: Final = 1024 * 2**20


@dataclass(frozen=True, slots=True)
class Limits:
    """What a process may use; None for no limit."""

    files: int | None
    memory_bytes: int | None


def limits_of(process: int | None) -> Limits:
    """Return the limits of a process, of this one if none is given."""
    files, memory = (
        resource.prlimit(process or 0, each)
        for each in (resource.RLIMIT_NOFILE, resource.RLIMIT_AS)
    )
    memories = [each for each in (_limit(memory[0]), _machine(), _group(process)) if each]
    return Limits(_limit(files[0]), min(memories, default=None))


def _limit(value: int) -> int | None:
    return None if value == resource.RLIM_INFINITY else value


def _machine() -> int | None:
    """Return the machine's memory in bytes."""
    for line in Path("/proc/meminfo").read_text(encoding="ascii").splitlines():
        if line.startswith("MemTotal:"):
            return int(line.split()[1]) * 1024
    return None


def _group(process: int | None) -> int | None:
    """Return what the process's control group (version 2) may use, in bytes."""
    try:
        place = Path(f"/proc/{process or 'self'}/cgroup").read_text(encoding="ascii")
        group = place.strip().rpartition("::")[2].lstrip("/")
        text = (Path("/sys/fs/cgroup") / group / "memory.max").read_text(encoding="ascii").strip()
    except OSError:
        return None
    return int(text) if text.isdigit() else None


def judge(limits: Limits) -> list[Row]:
    """Judge what a process may use."""
    rows = []
    files, memory = limits.files, limits.memory_bytes
    if files is not None and files < FILES_GOOD:
        say = fail if files < FILES_MIN else warn
        found = f"it may open {files} files; the database alone may hold 1000"
        rows.append(say("open files", found, f"set LimitNOFILE={FILES_GOOD} (or ulimit -n)"))
    else:
        rows.append(ok("open files", f"it may open {files or 'any number of'} files"))
    if memory is not None and memory < MEMORY_GOOD:
        say = fail if memory < MEMORY_MIN else warn
        found = f"it may use {memory // 2**20} MiB; opening its key takes 256 of them"
        rows.append(say("memory", found, "give it 1024 MiB at least (MemoryMax=, or the machine)"))
    else:
        rows.append(ok("memory", f"it may use {memory // 2**20} MiB" if memory else "no limit"))
    return rows


async def check(case: "Case") -> AsyncIterator[Row]:
    """Look at the node's limits if it runs, else at this process's."""
    try:
        limits = case.means.limits(case.process)
    except PermissionError:
        found = f"process {case.process} is another user's: its limits cannot be read"
        yield warn("open files", found, "run doctor as the user that the node runs as")
        return
    for row in judge(limits):
        yield row
