"""The table of checks, in the order in which an operator mends things."""

from collections.abc import AsyncIterator, Callable
from typing import Final

from amanat.config.settings import NodeSettings
from amanat.node.doctor import backups, certificates, disk, files, limits, peers, ports, program
from amanat.node.doctor.case import Case, Means, open_case
from amanat.node.doctor.rows import Row

Check = Callable[[Case], AsyncIterator[Row]]

HERE: Final[tuple[Check, ...]] = (files.genesis, files.key, files.data, ports.check)
"""What the settings name, on this machine: `amanat config check`."""

ALL: Final[tuple[Check, ...]] = (
    *HERE,
    program.check,
    peers.check,
    certificates.check,
    disk.check,
    limits.check,
    backups.check,
)


async def examine(
    settings: NodeSettings, checks: tuple[Check, ...] = ALL, means: Means | None = None
) -> list[Row]:
    """Return what the checks find."""
    case = await open_case(settings, means or Means())
    return [row for check in checks async for row in check(case)]
