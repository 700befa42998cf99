"""How commands print: the same content as a table for people and as JSON for programs."""

import csv
import io
import json

import pytest

from amanat.node.cli.output import Format, show

RECORD = {
    "name": "mof",
    "height": 12,
    "final": True,
    "leader": None,
    "roles": ["issuer", "auditor"],
    "figures": {"need": "5", "have": "4"},
}


def test_json_keeps_every_type(capsys: pytest.CaptureFixture[str]) -> None:
    show(RECORD, Format.JSON)
    assert json.loads(capsys.readouterr().out) == RECORD
    show([RECORD, RECORD], Format.JSON, ["name"])
    assert json.loads(capsys.readouterr().out) == [RECORD, RECORD]


def test_a_record_is_a_line_for_each_field(capsys: pytest.CaptureFixture[str]) -> None:
    show(RECORD, Format.TABLE)
    assert capsys.readouterr().out.splitlines() == [
        "name     mof",
        "height   12",
        "final    yes",
        "leader   -",
        "roles    issuer, auditor",
        "figures  need 5, have 4",
    ]


def test_records_are_rows_under_a_heading(capsys: pytest.CaptureFixture[str]) -> None:
    rows = [RECORD, {**RECORD, "name": "sbp", "state_root": "f" * 64}]
    show(rows, Format.TABLE, ["name", "state_root", "final"])
    heading, first, second = capsys.readouterr().out.splitlines()
    assert heading.split() == ["name", "state", "root", "final"]
    assert first.split() == ["mof", "-", "yes"]
    assert second.split() == ["sbp", "f" * 64, "yes"]


def test_of_a_wide_row_nothing_is_cut_off(capsys: pytest.CaptureFixture[str]) -> None:
    reason = "it cannot be reached: " + "x" * 300
    show([{"name": "mof", "root": "ab" * 32, "reason": reason}], Format.TABLE)
    assert capsys.readouterr().out.splitlines()[1].split(maxsplit=2) == ["mof", "ab" * 32, reason]


def test_no_records_are_said_to_be_none(capsys: pytest.CaptureFixture[str]) -> None:
    show([], Format.TABLE)
    assert capsys.readouterr().out == "none\n"
    show([], Format.JSON)
    assert json.loads(capsys.readouterr().out) == []


def test_json_lines_have_an_object_in_each(capsys: pytest.CaptureFixture[str]) -> None:
    show([RECORD, RECORD], Format.JSONL, ["name"])
    assert [json.loads(line) for line in capsys.readouterr().out.splitlines()] == [RECORD, RECORD]
    show(RECORD, Format.JSONL)
    assert json.loads(capsys.readouterr().out) == RECORD
    show([], Format.JSONL)
    assert capsys.readouterr().out == ""


def test_csv_has_every_field_whatever_a_table_shows(capsys: pytest.CaptureFixture[str]) -> None:
    show([RECORD, {"name": "sbp", "more": 1}], Format.CSV, ["name"])
    rows = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    assert rows[0] == {
        "name": "mof",
        "height": "12",
        "final": "true",
        "leader": "",
        "roles": '["issuer","auditor"]',
        "figures": '{"need":"5","have":"4"}',
        "more": "",
    }
    assert (rows[1]["name"], rows[1]["more"], rows[1]["height"]) == ("sbp", "1", "")


def test_csv_holds_no_formula(capsys: pytest.CaptureFixture[str]) -> None:
    show({"title": "=HYPERLINK(1)"}, Format.CSV)
    assert capsys.readouterr().out == "title\r\n'=HYPERLINK(1)\r\n"
    show([], Format.CSV)
    assert capsys.readouterr().out == ""
