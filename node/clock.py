"""The only file that reads a clock or draws a random number for the protocol."""

import time
from collections.abc import Iterator
from random import SystemRandom
from typing import Final

from amanat.ledger.identifiers import LedgerTime

TICK_SECONDS: Final = 0.05
"""One tick of the core's clock: elections start after 0.6 to 1.2 s of silence."""


def now() -> LedgerTime:
    """Return this machine's time in milliseconds since 1970, UTC."""
    return time.time_ns() // 1_000_000


def monotonic() -> float:
    """Return seconds of a clock that never goes back, for durations."""
    return time.monotonic()


def jitter(most: int) -> Iterator[int]:
    """Yield random numbers from 0 to `most`, for ever: what election timeouts differ by."""
    source = SystemRandom()
    while True:
        yield source.randint(0, most)
