"""`amanat genesis fetch` and `amanat transaction receipt`."""

from pathlib import Path

from tests.node.cli.market import Market
from tests.node.cli.running import Amanat
from tests.node.cli.test_looking_up import some_transaction


def test_a_fetched_document_is_the_networks(amanat: Amanat, market: Market, tmp_path: Path) -> None:
    file = tmp_path / "fetched.json"
    ended = amanat("genesis", "fetch", file, "--api", market.api)
    assert ended.code == 0
    assert "compare the fingerprint" in ended.err
    assert file.read_bytes() == market.genesis.read_bytes()
    assert amanat("genesis", "fetch", file, "--api", market.api).failed(2).endswith("File exists")


def test_another_document_than_was_told_is_not_saved(
    amanat: Amanat, market: Market, tmp_path: Path
) -> None:
    told = amanat("genesis", "show", market.genesis, "-o", "json").json["fingerprint"]
    file = tmp_path / "fetched.json"
    wrong = ("genesis", "fetch", file, "--api", market.api, "--fingerprint", "0000-0000-0000-0000")
    assert f"has the fingerprint {told}" in amanat(*wrong).failed(3)
    assert not file.exists()
    assert amanat("genesis", "fetch", file, "--api", market.api, "--fingerprint", told).code == 0


def test_a_receipt_is_kept_and_checked(amanat: Amanat, market: Market, tmp_path: Path) -> None:
    transaction = some_transaction(amanat, market)
    file = tmp_path / "receipt.proof"
    asked = ("transaction", "receipt", transaction, file, "--api", market.api)
    shown = amanat(*asked, "--genesis", market.genesis, "-o", "json").json
    assert (shown["kind"], shown["transaction"]) == ("receipt", transaction)
    again = amanat("proof", "verify", file, "--genesis", market.genesis, "-o", "json").json
    assert again == shown
    assert amanat(*asked).failed(2).endswith("File exists")


def test_a_receipt_of_nothing_is_refused(amanat: Amanat, market: Market, tmp_path: Path) -> None:
    file = tmp_path / "receipt.proof"
    for transaction, code in (("00" * 32, "not_found"), ("xyz", "malformed_request"), ("", "")):
        ended = amanat("transaction", "receipt", transaction, file, "--api", market.api)
        assert ended.failed(5).startswith(code)
    assert not file.exists()


def test_a_receipt_is_not_valid_under_another_document(
    amanat: Amanat, market: Market, tmp_path: Path
) -> None:
    other = tmp_path / "other.json"
    other.write_text(market.genesis.read_text().replace("test-network", "other-network"))
    transaction = some_transaction(amanat, market)
    asked = ("transaction", "receipt", transaction, tmp_path / "r", "--api", market.api)
    assert amanat(*asked, "--genesis", other).failed(3).startswith("NOT VALID: ")
