"""Durations as they are typed: 90s, 30m, 12h, 7d."""

import re
from typing import Final

from amanat.node.cli.failure import Failure

_UNITS: Final = {"s": 1_000, "m": 60_000, "h": 3_600_000, "d": 86_400_000}
_TYPED: Final = re.compile(r"\A([1-9][0-9]{0,5})([smhd])\Z", re.ASCII)


def milliseconds(typed: str, option: str) -> int:
    """Return how long a duration is.

    Raises:
        Failure: it is none. The message names the `option`.
    """
    found = _TYPED.match(typed)
    if found is None:
        raise Failure(f"{option} {typed!r} is no duration: write 90s, 30m, 12h or 7d")
    return int(found[1]) * _UNITS[found[2]]
