"""How much room is left for the ledger, and for how many days."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from amanat.node.client import Client, Refusal, Unreachable
from amanat.node.doctor.case import SECONDS, Case
from amanat.node.doctor.rows import Row, fail, ok, warn
from amanat.node.monitoring.readiness import FREE_BYTES_MIN
from amanat.node.own_listeners import api_trust

DAY_MS: Final = 86_400_000
DAYS_WARN: Final = 30
DAYS_FAIL: Final = 7
SPAN_MIN_MS: Final = 3_600_000
"""From less than an hour of blocks nobody can tell how a ledger grows."""


@dataclass(frozen=True, slots=True)
class Room:
    """What the data takes, since when, and what is free. Bytes and milliseconds."""

    free: int
    taken: int
    span_ms: int
    """From the first stored block to the last."""

    @property
    def days_to_full(self) -> int | None:
        """Days until it is full, if the data grows on as it did; None if that cannot be told."""
        if self.span_ms < SPAN_MIN_MS or self.taken == 0:
            return None
        return self.free * self.span_ms // (self.taken * DAY_MS)


def judge(room: Room, data: str) -> Row:
    """Judge what is left."""
    days = room.days_to_full
    left = f"{room.free // 2**20} MiB free"
    if days is not None:
        left += f", enough for {days} days as the ledger has grown until now"
    fix = f"make room where {data} is, or keep fewer blocks (keep_blocks)"
    if room.free < FREE_BYTES_MIN:
        return fail("disk", f"{left}: the next writes may be the last, and the node ends then", fix)
    if days is not None and days < DAYS_FAIL:
        return fail("disk", left, fix)
    if days is not None and days < DAYS_WARN:
        return warn("disk", left, fix)
    return ok("disk", left)


async def check(case: Case) -> AsyncIterator[Row]:
    """Look at the file system and at the blocks."""
    data = Path(case.settings.data)
    place = next(each for each in (data, *data.parents) if each.exists())
    try:
        _, free = case.means.space(str(place))
        sizes = [each.stat().st_size for each in (data / "db").glob("*")]
    except OSError as error:
        yield fail("disk", f"{place} cannot be looked at: {error.strerror}", f"ls -ld {place}")
        return
    yield judge(Room(free, sum(sizes), await _span(case)), str(data))


async def _span(case: Case) -> int:
    """Return the ledger time between the first and the last block of a running node, else 0."""
    if case.status is None:
        return 0
    own = api_trust(case.settings)
    async with Client([case.settings.api.url], seconds=SECONDS, tls=own) as client:
        try:
            first = await client.get(f"/v1/blocks/{case.status['first_height']}")
            return int(case.status["time"]) - int(first["time"])
        except (Unreachable, Refusal, KeyError, TypeError, ValueError):
            return 0
