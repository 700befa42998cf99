"""The access log: lines that stay, files that are bounded, refusals apart."""

import json
from pathlib import Path

import pytest

from amanat.node import access_log
from amanat.node.access_log import Access, AccessLog, read


def access(number: int, *, granted_as: str | None = "auditor", account: str = "alpha") -> Access:
    refused = "not_permitted" if granted_as is None else None
    route = "GET /v1/accounts/{account}"
    about = {"account": account}
    return Access(str(number), "r", route, about, "agp", "00", granted_as, refused)


def times(directory: Path) -> list[str]:
    return [line["time"] for line in read(directory)]


def test_what_was_written_is_read(tmp_path: Path) -> None:
    log = AccessLog(tmp_path / "access")
    log.write(access(1))
    log.write(access(2, granted_as=None))
    AccessLog(tmp_path / "access").write(access(3))
    assert times(tmp_path / "access") == ["1", "3", "2"]
    line = (tmp_path / "access" / "refused.jsonl").read_text()
    assert json.loads(line)["refused_with"] == "not_permitted"
    assert (tmp_path / "access" / "granted.jsonl").stat().st_mode & 0o077 == 0


def test_full_files_move_on_and_the_oldest_goes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = AccessLog(tmp_path)
    log.write(access(0))
    size = (tmp_path / "granted.jsonl").stat().st_size
    monkeypatch.setattr(access_log, "FILE_BYTES_MAX", 2 * size)
    monkeypatch.setattr(access_log, "FILES_KEPT", 3)
    for number in range(1, 8):
        log.write(access(number))
    assert times(tmp_path) == ["2", "3", "4", "5", "6", "7"]
    assert len(list(tmp_path.iterdir())) == 3


def test_refusals_push_out_no_reading(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(access_log, "FILE_BYTES_MAX", 500)
    log = AccessLog(tmp_path)
    log.write(access(0))
    for number in range(1, 50):
        log.write(access(number, granted_as=None))
    assert times(tmp_path)[0] == "0"


def test_what_a_path_names_is_cut_and_cannot_make_a_line(tmp_path: Path) -> None:
    AccessLog(tmp_path).write(access(1, account='x\n"' + 5_000 * "y"))
    (line,) = read(tmp_path)
    assert len(line["about"]["account"]) == access_log.VALUE_LENGTH_MAX


def test_a_line_that_was_cut_off_is_skipped(tmp_path: Path) -> None:
    log = AccessLog(tmp_path)
    log.write(access(1))
    with (tmp_path / "granted.jsonl").open("a") as file:
        file.write('{"time": "2')
    assert times(tmp_path) == ["1"]


def test_of_a_node_that_never_logged_nothing_is_read(tmp_path: Path) -> None:
    assert list(read(tmp_path / "access")) == []
