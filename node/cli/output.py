"""What commands print: data to standard output, as a table or for programs."""

import csv
import sys
from collections.abc import Callable, Mapping, Sequence
from enum import StrEnum
from typing import Any, Final

import msgspec

from amanat.node.spreadsheets import harmless

WIDTH_MAX: Final = 100_000
"""Wider than any row that is shown."""


class Format(StrEnum):
    """How to print."""

    TABLE = "table"
    JSON = "json"
    JSONL = "jsonl"
    """An object in each line: one for each record."""
    CSV = "csv"
    """A line with the names, then one for each record; lists and objects in one cell as JSON."""


def show(content: Any, output: Format, columns: Sequence[str] | None = None) -> None:
    """Print one record or a list of records.

    Args:
        content: a mapping, or a list of mappings.
        output: how.
        columns: which fields a table of records shows; all by default.
    """
    records = [content] if isinstance(content, Mapping) else content
    if output is Format.JSON:
        encoded = msgspec.json.format(msgspec.json.encode(content), indent=2)
        sys.stdout.write(encoded.decode() + "\n")
    elif output is Format.JSONL:
        for record in records:
            sys.stdout.write(msgspec.json.encode(record).decode() + "\n")
    elif output is Format.CSV:
        _comma_separated(records)
    elif isinstance(content, Mapping):
        sys.stdout.write(rendered_record(content) + "\n")
    else:
        table(content, columns)


def _comma_separated(records: Sequence[Mapping[str, Any]]) -> None:
    names = list(dict.fromkeys(name for record in records for name in record))
    writer = csv.writer(sys.stdout)  # RFC 4180: lines end with CR LF
    if names:
        writer.writerow(names)
    for record in records:
        writer.writerow([_written(record.get(name)) for name in names])


def _written(value: Any) -> str:
    """Return a value for a cell that programs read, and that no spreadsheet takes for a formula."""
    if value is None:
        return ""
    if isinstance(value, str):
        return harmless(value)
    return msgspec.json.encode(value).decode()


def rendered_record(record: Mapping[str, Any]) -> str:
    """Return a record, a line for each field."""
    width = max(len(name) for name in record)
    return "\n".join(f"{name:{width}}  {_cell(value)}" for name, value in record.items())


def table(records: Sequence[Mapping[str, Any]], columns: Sequence[str] | None = None) -> None:
    """Print records as a table."""
    sys.stdout.write(rendered(records, columns) + "\n")


def rendered(records: Sequence[Mapping[str, Any]], columns: Sequence[str] | None = None) -> str:
    """Return records as a table."""
    from rich.console import Console
    from rich.table import Table

    if not records:
        return "none"
    names = list(columns or records[0])
    grid = Table(box=None, pad_edge=False, header_style="bold")
    for name in names:
        grid.add_column(name.replace("_", " "), no_wrap=True)
    for record in records:
        grid.add_row(*(_cell(record.get(name)) for name in names))
    # Nothing is cut off: a terminal wraps what is too wide for it.
    console = Console(width=WIDTH_MAX)
    with console.capture() as capture:
        console.print(grid)
    return "\n".join(line.rstrip() for line in capture.get().rstrip("\n").split("\n"))


def say(line: str) -> None:
    """Print a line that is part of the result."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


Tell = Callable[[str], None]
"""Prints a line for whoever watches."""


def teller(output: Format) -> Tell:
    """Return how to tell what goes on: beside a JSON result it goes to standard error."""
    return note if output is not Format.TABLE else say


def note(line: str) -> None:
    """Print a line about what goes on, to standard error."""
    sys.stderr.write(line + "\n")


def figures(of: Mapping[str, str]) -> str:
    """Return the figures of an event or a refusal in a line."""
    return ", ".join(f"{name} {value}" for name, value in of.items())


def _cell(value: Any) -> str:
    if value is None:
        return "-"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Mapping):
        return ", ".join(f"{name} {_cell(item)}" for name, item in value.items())
    if isinstance(value, list):
        return ", ".join(_cell(item) for item in value)
    return str(value)
