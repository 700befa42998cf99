"""What the client knows of time; the conversations themselves are told it."""

import time

from amanat.ledger.identifiers import LedgerTime


def now() -> LedgerTime:
    """Return this machine's time in milliseconds since 1970, UTC."""
    return time.time_ns() // 1_000_000


def monotonic() -> float:
    """Return seconds of a clock that never goes back, for durations."""
    return time.monotonic()
