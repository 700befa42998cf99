"""`amanat statement` and the check of its manifest."""

import csv
import json
from pathlib import Path

import pytest

from tests.ledger.world import RUPEE
from tests.node.cli.market import PAYER, Market
from tests.node.cli.running import Amanat


@pytest.fixture
def file(amanat: Amanat, market: Market, tmp_path: Path) -> Path:
    """A saved statement of what all held of the rupee."""
    made = tmp_path / "holdings.csv"
    asked = ("statement", "holdings", "--instrument", RUPEE, "--save", made)
    ended = amanat(*asked, "--api", market.api)
    assert ended.code == 0, ended
    assert ended.err == f"check it: amanat proof verify {made}.manifest --genesis GENESIS\n"
    return made


def manifest(file: Path) -> Path:
    return file.with_name(file.name + ".manifest")


def test_a_file_and_its_manifest_are_written(
    amanat: Amanat, market: Market, file: Path, tmp_path: Path
) -> None:
    rows = list(csv.DictReader(file.open(newline="")))
    assert {row["instrument"] for row in rows} == {RUPEE}
    assert sorted(path.name for path in tmp_path.iterdir() if "holdings" in path.name) == [
        "holdings.csv",
        "holdings.csv.manifest",
    ]
    found = amanat(
        "proof", "verify", manifest(file), "--genesis", market.genesis, "-o", "json"
    ).json
    (total,) = found["totals"]
    held = str(sum(int(row["amount"]) for row in rows))
    assert total == {
        "instrument": RUPEE,
        "counted": held,
        "expected": held,
        "expected_from": "supply",
    }
    assert (found["valid"], found["kind"], found["rows"]) == (True, "statement", len(rows))
    assert found["file_checked"]
    assert found["asked"]["instrument"] == RUPEE


def test_of_cash_nothing_is_owed_and_the_file_says_so(
    amanat: Amanat, market: Market, tmp_path: Path
) -> None:
    made = tmp_path / "entitlements.csv"
    asked = ("statement", "entitlements", "--account", PAYER, "--save", made)
    assert amanat(*asked, "--api", market.api, "--genesis", market.genesis).code == 0
    header, *rows = made.read_text().splitlines()
    assert (header.split(",")[4:6], rows) == (["face", "payment"], [])


def test_every_step_is_shown(amanat: Amanat, market: Market, file: Path) -> None:
    ended = amanat("proof", "verify", manifest(file), "--genesis", market.genesis)
    assert ended.code == 0
    for step in ("genesis:", "headers:", "certificate:", "signature:", "totals:", "file:"):
        assert step in ended.out


def test_another_file_is_not_valid(amanat: Amanat, market: Market, file: Path) -> None:
    file.write_bytes(file.read_bytes().replace(b"0", b"1"))
    failed = amanat("proof", "verify", manifest(file), "--genesis", market.genesis).failed(3)
    assert failed.startswith("NOT VALID: file: its SHA-256 is ")


def test_without_the_file_its_manifest_says_so(amanat: Amanat, market: Market, file: Path) -> None:
    file.unlink()
    found = amanat(
        "proof", "verify", manifest(file), "--genesis", market.genesis, "-o", "json"
    ).json
    assert found["file_checked"] is False


def test_with_the_genesis_document_it_is_checked_at_once(
    amanat: Amanat, market: Market, tmp_path: Path
) -> None:
    save = tmp_path / "x.jsonl"
    ended = amanat(
        *("statement", "holdings", "--account", PAYER, "-o", "jsonl", "--save", save),
        *("--genesis", market.genesis, "--api", market.api),
    )
    assert (ended.code, ended.err) == (0, "")
    assert f"against {market.genesis}, signed by " in ended.out
    assert {json.loads(line)["account"] for line in save.read_text().splitlines()} == {PAYER}


def test_movements_between_heights(amanat: Amanat, market: Market, tmp_path: Path) -> None:
    save = tmp_path / "moved.json"
    ended = amanat(
        *("statement", "movements", "--account", PAYER, "--from", "1", "--to", "4"),
        *("-o", "json", "--save", save, "--genesis", market.genesis, "--api", market.api),
    )
    assert ended.code == 0, ended
    assert "issued" in {each["event"] for each in json.loads(save.read_text())}


def test_supply_goes_into_a_file_with_a_name_of_its_own(
    amanat: Amanat, market: Market, tmp_path: Path
) -> None:
    assert amanat("statement", "supply", "--at-height", "4", "--api", market.api).code == 0
    (made,) = tmp_path.glob("*_supply_all.csv")
    assert made.name[:8].isdigit()
    assert manifest(made).exists()
    assert list(tmp_path.glob("*.part")) == []


def test_a_refusal_leaves_no_file(amanat: Amanat, market: Market, tmp_path: Path) -> None:
    asked = ("statement", "holdings", "--account", "nobody", "--api", market.api)
    assert amanat(*asked).failed(5).startswith("not_found: ")
    asked = ("statement", "holdings", "--account", PAYER, "--as-of", "1999-01-01")
    assert amanat(*asked, "--api", market.api).failed(5)
    assert [path for path in tmp_path.iterdir() if "holdings" in path.name] == []


def test_the_next_node_is_asked_where_one_does_not_answer(
    amanat: Amanat, market: Market, tmp_path: Path
) -> None:
    asked = ("statement", "supply", "--save", tmp_path / "s.csv", "--api", "http://127.0.0.1:1")
    assert amanat(*asked, "--api", market.api).code == 0
    assert amanat(*asked).failed(4)


def test_a_place_that_cannot_be_written_is_named(
    amanat: Amanat, market: Market, tmp_path: Path
) -> None:
    save = tmp_path / "missing" / "s.csv"
    failed = amanat("statement", "supply", "--save", save, "--api", market.api).failed(2)
    assert failed == f"{save}.part cannot be written: No such file or directory"
