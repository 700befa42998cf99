"""What a check finds."""

from collections.abc import Iterable
from enum import StrEnum

import msgspec


class Verdict(StrEnum):
    """How bad it is."""

    OK = "OK"
    WARN = "WARN"
    """It works, and will not for ever."""
    FAIL = "FAIL"
    """The node cannot start, or cannot do its work."""


class Row(msgspec.Struct, frozen=True):
    """One finding."""

    check: str
    verdict: Verdict
    finding: str
    """What was found, and what it means."""
    next: str | None = None
    """The next command, or what to do."""


def ok(check: str, finding: str) -> Row:
    """Return that all is well."""
    return Row(check, Verdict.OK, finding)


def warn(check: str, finding: str, next_: str) -> Row:
    """Return that something needs attention."""
    return Row(check, Verdict.WARN, finding, next_)


def fail(check: str, finding: str, next_: str) -> Row:
    """Return that something must be mended."""
    return Row(check, Verdict.FAIL, finding, next_)


def has_failed(rows: Iterable[Row]) -> bool:
    """Return whether anything must be mended."""
    return any(row.verdict is Verdict.FAIL for row in rows)
