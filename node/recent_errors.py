"""The last warnings and errors that a process logged: for operators who ask the node, not its log.

Each is shown as its event and its reason, without a stack.
"""

from collections import deque
from typing import Any, Final

import msgspec
import structlog

KEPT: Final = 20

_LEVELS: Final = ("warning", "error", "critical")

_LENGTH_MAX: Final = 500
"""Characters that are kept of a text."""


class LoggedError(msgspec.Struct, frozen=True):
    """A line of the log."""

    time: str
    level: str
    event: str
    reason: str | None


class RecentErrors:
    """The last `KEPT` of them. It is a processor of structlog, behind those that name the level."""

    def __init__(self) -> None:
        self._last: deque[LoggedError] = deque(maxlen=KEPT)

    def __call__(
        self, logger: Any, method: str, event: structlog.typing.EventDict
    ) -> structlog.typing.EventDict:
        """Keep a line that is a warning, or worse; pass every line on."""
        del logger, method
        level = str(event.get("level", ""))
        if level in _LEVELS:
            reason = event.get("reason")
            self._last.append(
                LoggedError(
                    time=str(event.get("timestamp", "")),
                    level=level,
                    event=str(event.get("event", ""))[:_LENGTH_MAX],
                    reason=None if reason is None else str(reason)[:_LENGTH_MAX],
                )
            )
        return event

    def listed(self) -> list[LoggedError]:
        """Return them, the oldest first."""
        return list(self._last)
