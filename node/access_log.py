"""The access log: who read what is not its own, and who was refused. Never what was read.

Two files of JSON lines in the directory `access` of a node's data directory, so that refusals,
which anybody can cause, never push out what supervisors read:

    granted.jsonl     each reading by a regulator or an auditor
    refused.jsonl     each refusal

Each is append-only. One that is full becomes `granted.1.jsonl`, the older ones move on, and the
oldest is deleted: whoever wants to keep them longer copies them away. A line is written before the
answer leaves, and survives the end of the process; it is not synced.
"""

import json
import os
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

FILE_BYTES_MAX: Final = 16 * 1024 * 1024
"""Size at which a file is full: about 50,000 lines."""

FILES_KEPT: Final = 10
"""Files of each kind, the one that is written included."""

KINDS: Final = ("granted", "refused")

VALUE_LENGTH_MAX: Final = 128
"""Characters of what a path names that are written."""


@dataclass(frozen=True, slots=True)
class Access:
    """One reading, or one that was refused."""

    time: str
    """By this node's clock, ISO 8601, UTC."""
    request: str
    """The request's id, as its answer has it."""
    route: str
    """Method and path, with what varies in braces."""
    about: dict[str, str]
    """What the path or the query names: an account, an order, a transaction, a custodian."""
    participant: str | None
    """Who asked; null if that was not proved."""
    key: str | None
    """By which of its keys."""
    granted_as: str | None
    """The role by which it was allowed; null if it was refused."""
    refused_with: str | None
    """The code of the refusal."""


class AccessLog:
    """Writes the access log of one node."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory

    def write(self, access: Access) -> None:
        """Add a line.

        Raises:
            OSError: it cannot be written.
        """
        kind = "refused" if access.granted_as is None else "granted"
        about = {name: value[:VALUE_LENGTH_MAX] for name, value in access.about.items()}
        line = json.dumps(asdict(access) | {"about": about}).encode() + b"\n"
        self._directory.mkdir(mode=0o700, exist_ok=True)
        path = _file(self._directory, kind, 0)
        flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT
        descriptor = os.open(path, flags, 0o600)
        try:
            if os.fstat(descriptor).st_size + len(line) > FILE_BYTES_MAX:
                self._turn(kind)
                os.close(descriptor)
                descriptor = os.open(path, flags, 0o600)
            _write_all(descriptor, line)
        finally:
            os.close(descriptor)

    def _turn(self, kind: str) -> None:
        for number in range(FILES_KEPT - 1, 0, -1):
            older = _file(self._directory, kind, number - 1)
            if older.exists():
                older.replace(_file(self._directory, kind, number))


def read(directory: Path) -> Iterator[dict[str, Any]]:
    """Yield every line in `directory`, by kind the oldest first.

    What is no JSON is skipped: the end of a line that was cut off by a power failure.

    Raises:
        OSError: a file cannot be read.
    """
    for kind in KINDS:
        for number in range(FILES_KEPT - 1, -1, -1):
            path = _file(directory, kind, number)
            if path.exists():
                yield from _lines(path)


def _lines(path: Path) -> Iterator[dict[str, Any]]:
    with path.open("rb") as file:
        for line in file:
            try:
                yield dict(json.loads(line))
            except ValueError:
                continue


def _file(directory: Path, kind: str, number: int) -> Path:
    return directory / (f"{kind}.jsonl" if number == 0 else f"{kind}.{number}.jsonl")


def _write_all(descriptor: int, line: bytes) -> None:
    """Write a line whole. Raises `OSError` if it does not fit on the disk."""
    written = os.write(descriptor, line)
    if written < len(line):
        os.write(descriptor, line[written:])
