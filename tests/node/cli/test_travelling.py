"""`amanat travel-data`."""

from pathlib import Path

import pytest

from amanat.client import keystore
from tests.ledger.world import RUPEE
from tests.node.cli.market import PAYEE, PAYER, Market
from tests.node.cli.running import Amanat, Ended

CONTENT = '{"originator": "A. Khan", "beneficiary": "B. Malik"}'


@pytest.fixture
def parties(tmp_path: Path) -> Path:
    file = tmp_path / "parties.json"
    file.write_text(CONTENT)
    return file


def seal(amanat: Amanat, market: Market, parties: Path, *names: str) -> Ended:
    options = [option for name in names for option in ("--for", name)]
    target = parties.with_suffix(".sealed")
    api = ("--api", market.api, "-o", "json")
    return amanat("travel-data", "seal", parties, target, *options, *api)


def unseal(amanat: Amanat, market: Market, file: Path, *options: str) -> Ended:
    return amanat(
        *("travel-data", "open", file, *market.signing),
        *("--api", market.api, "-o", "json", *options),
    )


def transferred(amanat: Amanat, market: Market, *options: str) -> str:
    """Transfer something, and return the transaction's id."""
    order = ("--from", PAYER, "--to", PAYEE, "--instrument", RUPEE, "--amount", "7")
    api = ("--api", market.api, "-o", "json")
    return str(amanat("holding", "transfer", *order, *market.signing, *api, *options).json["id"])


def test_who_it_is_for_opens_what_the_transaction_carries(
    amanat: Amanat, market: Market, parties: Path
) -> None:
    shown = seal(amanat, market, parties, "client", "sbp").json
    sealed = Path(shown["file"])
    assert shown["for"] == ["client", "sbp"]
    transaction = transferred(amanat, market, "--travel-data", shown["travel_data"])
    opened = unseal(amanat, market, sealed, "--transaction", transaction).json
    assert opened == {
        "travel_data": shown["travel_data"],
        "transaction": transaction,
        "content": CONTENT,
    }


def test_a_transaction_that_carries_another_or_none_is_told(
    amanat: Amanat, market: Market, parties: Path
) -> None:
    sealed = Path(seal(amanat, market, parties, "client").json["file"])
    for other in ((), ("--travel-data", "00" * 32)):
        transaction = transferred(amanat, market, *other)
        reason = unseal(amanat, market, sealed, "--transaction", transaction).failed(3)
        assert reason.startswith(f"{transaction} does not carry the digest ")


def test_without_a_transaction_it_is_only_opened(
    amanat: Amanat, market: Market, parties: Path
) -> None:
    sealed = Path(seal(amanat, market, parties, "client").json["file"])
    assert unseal(amanat, market, sealed).json["content"] == CONTENT


def test_who_it_is_not_for_does_not_open_it(amanat: Amanat, market: Market, parties: Path) -> None:
    sealed = Path(seal(amanat, market, parties, "sbp").json["file"])
    key = keystore.public_key(market.key).hex()
    reason = unseal(amanat, market, sealed).failed(3)
    assert reason == f"{sealed} cannot be opened: it is not sealed to the key {key}"


def test_nothing_is_overwritten(amanat: Amanat, market: Market, parties: Path) -> None:
    seal(amanat, market, parties, "client")
    before = parties.with_suffix(".sealed").read_bytes()
    assert "File exists" in seal(amanat, market, parties, "client").failed(2)
    assert parties.with_suffix(".sealed").read_bytes() == before


def test_what_cannot_be_sealed_is_told(amanat: Amanat, market: Market, parties: Path) -> None:
    assert "not_found" in seal(amanat, market, parties, "nobody").failed(5)
    parties.write_text("A. Khan")
    assert "it is not JSON" in seal(amanat, market, parties, "client").failed(2)
    assert "cannot be read" in seal(amanat, market, parties / "none", "client").failed(2)


def test_a_digest_that_is_none_is_not_transferred(amanat: Amanat, market: Market) -> None:
    order = ("--from", PAYER, "--to", PAYEE, "--instrument", RUPEE, "--amount", "7")
    for wrong in ("xyz", "00" * 31):
        options = (*order, *market.signing, "--api", market.api, "--travel-data", wrong)
        assert (
            amanat("holding", "transfer", *options)
            .failed(2)
            .startswith("this transfer cannot be: ")
        )
