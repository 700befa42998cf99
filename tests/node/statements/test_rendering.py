"""Files of rows: the same rows give the same bytes, and no cell is a formula."""

import io
import sys
from typing import Any

import msgspec
import pytest

from amanat.node.spreadsheets import harmless
from amanat.node.statements.rendering import (
    FileFormat,
    NotInstalled,
    pieces,
    writer,
)
from amanat.node.statements.rows import Row

COLUMNS = ("account", "amount")
ROWS: list[Row | None] = [
    {"account": "alpha", "amount": "9007199254740993"},
    None,
    {"account": 'a "b", c', "amount": "0"},
]

FIRST = b'{"account":"alpha","amount":"9007199254740993"}'
SECOND = b'{"account":"a \\"b\\", c","amount":"0"}'


def written(kind: FileFormat, rows: list[Row | None], bytes_min: int = 1) -> list[bytes]:
    into = writer(kind, COLUMNS)
    return [each for each in pieces(iter(rows), into, bytes_min=bytes_min) if each is not None]


@pytest.mark.parametrize(
    ("kind", "content"),
    [
        (
            FileFormat.CSV,
            b'account,amount\r\nalpha,9007199254740993\r\n"a ""b"", c",0\r\n',
        ),
        (
            FileFormat.JSON,
            b"[\n" + FIRST + b",\n" + SECOND + b"\n]\n",
        ),
        (
            FileFormat.JSONL,
            FIRST + b"\n" + SECOND + b"\n",
        ),
    ],
)
@pytest.mark.parametrize("bytes_min", [1, 30, 10_000])
def test_it_is_written_to_the_byte(kind: FileFormat, content: bytes, bytes_min: int) -> None:
    assert b"".join(written(kind, ROWS, bytes_min)) == content


@pytest.mark.parametrize(
    ("kind", "content"),
    [
        (FileFormat.CSV, b"account,amount\r\n"),
        (FileFormat.JSON, b"[]\n"),
        (FileFormat.JSONL, b""),
    ],
)
def test_without_rows_it_is_still_a_file(kind: FileFormat, content: bytes) -> None:
    assert b"".join(written(kind, [])) == content
    if kind is FileFormat.JSON:
        assert msgspec.json.decode(content) == []


@pytest.mark.parametrize("cell", ["=1+1", "+5", "-5", "@SUM(A1)", "\tx", "\rx"])
def test_a_spreadsheet_takes_no_cell_for_a_formula(cell: str) -> None:
    assert harmless(cell) == "'" + cell
    (content,) = written(FileFormat.CSV, [{"account": cell, "amount": "0"}], 10_000)
    assert b"'" + cell[:1].encode() in content


def test_what_is_no_formula_stays_as_it_is() -> None:
    assert [harmless(each) for each in ("", "0", "alpha", "a=b", "PK-1")] == [
        "",
        "0",
        "alpha",
        "a=b",
        "PK-1",
    ]


def test_a_piece_comes_as_soon_as_there_is_enough_of_it() -> None:
    many: list[Row | None] = [{"account": "a", "amount": str(n)} for n in range(100)]
    found = written(FileFormat.JSONL, many, 100)
    assert len(found) > 10
    assert all(len(each) < 200 for each in found)


def test_parquet_holds_the_same_rows() -> None:
    parquet: Any = pytest.importorskip("pyarrow.parquet")
    content = b"".join(written(FileFormat.PARQUET, ROWS))
    assert content == b"".join(written(FileFormat.PARQUET, ROWS))
    table = parquet.read_table(io.BytesIO(content))
    assert table.to_pylist() == [row for row in ROWS if row is not None]
    assert set(map(str, table.schema.types)) == {"string"}


def test_parquet_needs_what_writes_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(NotInstalled, match=r"amanat\[parquet\]"):
        writer(FileFormat.PARQUET, COLUMNS)
