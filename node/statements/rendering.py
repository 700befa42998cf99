"""Files of rows: CSV, JSON, JSON Lines, and Parquet where pyarrow is installed.

The same rows give the same bytes. Every value is text: amounts are decimal strings, so that no
program rounds them.
"""

import csv
import io
from collections.abc import Callable, Iterator
from enum import StrEnum
from typing import Final, Protocol

import msgspec

from amanat.node.spreadsheets import harmless
from amanat.node.statements.rows import Row

GROUP: Final = 10_000
"""Rows of a Parquet row group."""


class FileFormat(StrEnum):
    """How a statement is written."""

    CSV = "csv"
    """RFC 4180, with a header, in UTF-8."""
    JSON = "json"
    """One array of objects."""
    JSONL = "jsonl"
    """An object in each line."""
    PARQUET = "parquet"


CONTENT_TYPES: Final = {
    FileFormat.CSV: "text/csv; charset=utf-8; header=present",
    FileFormat.JSON: "application/json",
    FileFormat.JSONL: "application/x-ndjson",
    FileFormat.PARQUET: "application/vnd.apache.parquet",
}


class NotInstalled(Exception):  # noqa: N818 - what it is
    """What writes this format is not installed at this node."""


class Writer(Protocol):
    """Writes rows one by one. What was written comes out in pieces."""

    def row(self, row: Row) -> bytes:
        """Return what is written for a row, which may be nothing yet."""

    def end(self) -> bytes:
        """Return what is left to be written."""


def writer(kind: FileFormat, columns: tuple[str, ...]) -> Writer:
    """Return what writes rows with these columns.

    Raises:
        NotInstalled: Parquet, without pyarrow.
    """
    makers: dict[FileFormat, Callable[[tuple[str, ...]], Writer]] = {
        FileFormat.CSV: _Csv,
        FileFormat.JSON: _Json,
        FileFormat.JSONL: _JsonLines,
        FileFormat.PARQUET: _Parquet,
    }
    return makers[kind](columns)


class _Csv:
    def __init__(self, columns: tuple[str, ...]) -> None:
        self._columns = columns
        self._text = io.StringIO(newline="")
        self._writer = csv.writer(self._text)
        self._writer.writerow(columns)

    def row(self, row: Row) -> bytes:
        self._writer.writerow([harmless(row[name]) for name in self._columns])
        return self._taken()

    def end(self) -> bytes:
        return self._taken()

    def _taken(self) -> bytes:
        written = self._text.getvalue().encode()
        self._text.seek(0)
        self._text.truncate()
        return written


class _Json:
    def __init__(self, columns: tuple[str, ...]) -> None:
        self._columns = columns
        self._before = b"["

    def row(self, row: Row) -> bytes:
        before, self._before = self._before, b","
        return before + b"\n" + _object(row, self._columns)

    def end(self) -> bytes:
        return b"[]\n" if self._before == b"[" else b"\n]\n"


class _JsonLines:
    def __init__(self, columns: tuple[str, ...]) -> None:
        self._columns = columns

    def row(self, row: Row) -> bytes:
        return _object(row, self._columns) + b"\n"

    def end(self) -> bytes:
        return b""


def _object(row: Row, columns: tuple[str, ...]) -> bytes:
    return msgspec.json.encode({name: row[name] for name in columns})


class _Parquet:
    def __init__(self, columns: tuple[str, ...]) -> None:
        try:
            import pyarrow  # noqa: PLC0415 - an extra, and large
            from pyarrow import parquet  # noqa: PLC0415
        except ImportError as error:
            raise NotInstalled("this node has no pyarrow: install amanat[parquet]") from error
        self._arrow = pyarrow
        self._columns = columns
        self._schema = pyarrow.schema([(name, pyarrow.string()) for name in columns])
        self._sink = io.BytesIO()
        self._file = _Forward()
        self._writer = parquet.ParquetWriter(self._file, self._schema)
        self._rows: list[Row] = []

    def row(self, row: Row) -> bytes:
        self._rows.append(row)
        if len(self._rows) == GROUP:
            self._write()
        return self._file.taken()

    def end(self) -> bytes:
        self._write()
        self._writer.close()
        return self._file.taken()

    def _write(self) -> None:
        if self._rows:
            self._writer.write_table(self._arrow.Table.from_pylist(self._rows, self._schema))
            self._rows = []


class _Forward(io.RawIOBase):
    """A file that is only ever written at its end, and hands on what was written."""

    def __init__(self) -> None:
        super().__init__()
        self._size = 0
        self._pieces: list[bytes] = []

    def writable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._size

    def write(self, data: object) -> int:
        piece = bytes(memoryview(data))  # type: ignore[arg-type]
        self._size += len(piece)
        self._pieces.append(piece)
        return len(piece)

    def taken(self) -> bytes:
        """Return what was written since it was asked last."""
        pieces, self._pieces = self._pieces, []
        return b"".join(pieces)


def pieces(rows: Iterator[Row | None], into: Writer, *, bytes_min: int) -> Iterator[bytes | None]:
    """Yield a file piece by piece, each but the last of at least `bytes_min` bytes.

    None stands for a moment in which others may have their turn.
    """
    waiting: list[bytes] = []
    size = 0
    for row in rows:
        if row is None:
            yield None
            continue
        written = into.row(row)
        waiting.append(written)
        size += len(written)
        if size >= bytes_min:
            yield b"".join(waiting)
            waiting, size = [], 0
    waiting.append(into.end())
    yield b"".join(waiting)
