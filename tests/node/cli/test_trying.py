"""`amanat transaction submit --dry-run`."""

from pathlib import Path

from amanat.ledger.operations import Transfer
from tests.ledger.world import RUPEE
from tests.node.cli.market import ISSUED, PAYEE, PAYER, Market
from tests.node.cli.running import Amanat


def order(market: Market, file: Path, *amounts: int) -> Path:
    orders = (Transfer(PAYER, PAYEE, RUPEE, amount) for amount in amounts)
    file.write_bytes(market.writer.sign(["custodian-a"], *orders))
    return file


def test_all_that_refuses_is_listed_and_nothing_is_submitted(
    amanat: Amanat, market: Market, tmp_path: Path
) -> None:
    file = order(market, tmp_path / "order.tx", 1, ISSUED + 1)
    ended = amanat("transaction", "submit", file, "--dry-run", "--api", market.api)
    assert ended.failed(5) == "it would be refused, for 3 reasons"
    lines = dict(line.split(maxsplit=1) for line in ended.out.splitlines())
    assert lines["passes"] == "no"
    assert "operation 0: missing_signature (participant client)" in lines["refused_by"]
    assert f"need {ISSUED + 1}" in lines["refused_by"]
    told = amanat("transaction", "submit", file, "--dry-run", "--api", market.api, "-o", "json")
    assert '"passes": false' in told.out
    assert lines["id"] in told.out


def test_what_would_pass_ends_with_0(amanat: Amanat, market: Market, tmp_path: Path) -> None:
    file = tmp_path / "order.tx"
    typed = ("--from", PAYER, "--to", PAYEE, "--instrument", RUPEE, "--amount", "1")
    amanat("holding", "transfer", *typed, *market.signing, "--api", market.api, "--save", file)
    ended = amanat("transaction", "submit", file, "--dry-run", "--api", market.api)
    lines = dict(line.split(maxsplit=1) for line in ended.out.splitlines())
    assert (ended.code, lines["passes"], lines["refused_by"]) == (0, "yes", "-")
    assert lines["would"] == "transfer PKR 0.01 from payer to payee"
    assert amanat("transaction", "submit", file, "--api", market.api).code == 0
    again = amanat("transaction", "submit", file, "--dry-run", "--api", market.api)
    assert again.failed(5) == "it would be refused, for 1 reason"


def test_what_is_no_transaction_is_refused(amanat: Amanat, market: Market, tmp_path: Path) -> None:
    file = tmp_path / "order.tx"
    file.write_bytes(b"garbage")
    reason = amanat("transaction", "submit", file, "--dry-run", "--api", market.api).failed(5)
    assert reason.startswith("malformed: ")
