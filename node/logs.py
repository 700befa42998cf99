"""structlog, set up once: one JSON object a line on standard error, UTC times, no secrets."""

import logging
import sys
from typing import Any, Final

import structlog
from aiohttp.http_exceptions import HttpProcessingError

from amanat.node.recent_errors import RecentErrors


def _digests_as_hex(
    _: Any, __: str, event: structlog.typing.EventDict
) -> structlog.typing.EventDict:
    for key, value in event.items():
        if isinstance(value, bytes):
            event[key] = value.hex()
    return event


class _WhatIsNoRequest(logging.Filter):
    """Tells of what cannot be read as HTTP that it came, and nothing of what it held."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Let every line through, such a one without its error: that quotes the request."""
        error = record.exc_info[1] if record.exc_info else None
        if isinstance(error, HttpProcessingError):
            record.exc_info = record.exc_text = None
            record.levelno, record.levelname = logging.WARNING, "WARNING"
            record.reason = type(error).__name__
        return True


class _Threshold:
    """Drops what is below the level; loggers that were made before follow when it changes."""

    number = logging.INFO

    def __call__(
        self, _: Any, method: str, event: structlog.typing.EventDict
    ) -> structlog.typing.EventDict:
        if logging.getLevelNamesMapping()[_LEVEL_OF.get(method, method).upper()] < self.number:
            raise structlog.DropEvent
        return event


_LEVEL_OF: Final = {"exception": "error", "warn": "warning", "fatal": "critical"}
_THRESHOLD: Final = _Threshold()

RECENT: Final = RecentErrors()
"""The last warnings and errors of this process."""


def set_level(level: str) -> None:
    """Log from this level on, from now on."""
    _THRESHOLD.number = logging.getLevelNamesMapping()[level.upper()]


def set_up(level: str, *, node: str, network: str) -> None:
    """Send every log line of this process to standard error as JSON, naming node and network."""
    set_level(level)
    described: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _digests_as_hex,
        RECENT,
    ]
    rendered: list[structlog.typing.Processor] = [
        structlog.processors.format_exc_info,
        structlog.processors.JSONRenderer(),
    ]
    structlog.configure(
        processors=[_THRESHOLD, *described, *rendered],
        wrapper_class=structlog.make_filtering_bound_logger(logging.DEBUG),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
    structlog.contextvars.bind_contextvars(node=node, network=network)
    # What libraries log, such as aiohttp about a malformed request, goes the same way.
    libraries = logging.StreamHandler(sys.stderr)
    libraries.addFilter(_WhatIsNoRequest())
    libraries.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[
                structlog.stdlib.ExtraAdder(allow=["reason"]),
                *described,
            ],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *rendered],
        )
    )
    logging.basicConfig(level=logging.WARNING, handlers=[libraries], force=True)
