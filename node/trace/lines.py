"""What the logs of nodes say of elections: events in the order of their times."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated, Any, Final

import msgspec
from msgspec import Meta

from amanat.node import election_log

LINE_BYTES_MAX: Final = 1024 * 1024

NAMES: Final = frozenset(
    {
        "node.started",
        "node.stopped",
        "node.draining",
        "leader.changed",
        "leader.abandoned",
        election_log.LOST,
        election_log.STOOD,
        election_log.VOTED,
        election_log.REFUSED,
        election_log.PRE_REFUSED,
        election_log.ENTERED,
        election_log.WON,
    }
)
"""The events that tell of elections. All others are passed over."""

END: Final = "log.ends"
"""Not in a log: its last line, where that does not say that the node stopped."""


QUIET: Final = timedelta(seconds=1)
"""How much longer another log must go on for the end of one to be told."""


class TraceError(Exception):
    """A log cannot be read. The message says which and why."""


class Line(msgspec.Struct, frozen=True):
    """What every line of a node's log has, and what those about elections have as well."""

    timestamp: datetime
    event: str
    node: str
    term: Annotated[int, Meta(ge=0)] | None = None
    leader: str | None = None
    role: str | None = None
    candidate: str | None = None
    cause: str | None = None
    refusal: str | None = None
    votes: tuple[str, ...] = ()
    last: Annotated[int, Meta(ge=0)] | None = None
    last_term: Annotated[int, Meta(ge=0)] | None = None
    silence_seconds: Annotated[float, Meta(ge=0)] | None = None


@dataclass(slots=True)
class Logs:
    """What was read."""

    events: list[Line] = field(default_factory=list)
    """By time, as the nodes' clocks had it."""
    not_understood: int = 0
    """Lines that are no line of a node's log."""


def read(paths: Iterable[Path]) -> Logs:
    """Read logs. What is no line of a log, whole and of that form, is counted and passed over.

    Raises:
        TraceError: a file cannot be read.
    """
    logs = Logs()
    last: dict[str, Line] = {}
    for path in paths:
        try:
            for line in _lines(path, logs):
                known = last.get(line.node)
                last[line.node] = line if known is None or _later(line, known) else known
                if line.event in NAMES:
                    logs.events.append(line)
        except OSError as error:
            raise TraceError(f"{path} cannot be read: {error.strerror}") from error
    logs.events.extend(_ends(last))
    logs.events.sort(key=lambda each: each.timestamp)
    return logs


def _lines(path: Path, logs: Logs) -> Iterator[Line]:
    with path.open("rb") as file:
        while raw := file.readline(LINE_BYTES_MAX):
            try:
                line = msgspec.json.decode(raw, type=Line)
            except (msgspec.MsgspecError, UnicodeDecodeError):
                logs.not_understood += bool(raw.strip())
                continue
            if line.timestamp.tzinfo is None:
                logs.not_understood += 1
                continue
            yield line


def _later(line: Line, known: Line) -> bool:
    return line.timestamp >= known.timestamp


def _ends(last: dict[str, Line]) -> Iterator[Line]:
    """Yield where logs end and others go on: nothing happened there, or the node was killed."""
    newest = max((each.timestamp for each in last.values()), default=None)
    for line in last.values():
        if newest is None or line.event == "node.stopped":
            continue
        if newest - line.timestamp >= QUIET:
            yield Line(line.timestamp, END, line.node)


def event_of(line: Line) -> dict[str, Any]:
    """Return one event as a record, without what it does not say."""
    return {
        name: value
        for name, value in msgspec.to_builtins(line).items()
        if value is not None and value != []
    }
