"""The command line at a node that shows what is confidential to whom the ledger permits alone."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from amanat.node.cli import passphrases
from tests.ledger.world import RUPEE
from tests.node.cli.market import ISSUED, PAYEE, PAYER, Market
from tests.node.cli.office import Office, registrations
from tests.node.cli.running import Amanat
from tests.node.processes import PASSPHRASE, Network

PAYMENT = {
    "operation": "transfer",
    "source": PAYER,
    "target": PAYEE,
    "instrument": RUPEE,
    "amount": "25",
}
ISSUE = {"operation": "issue", "instrument": RUPEE, "account": PAYER, "amount": "5"}


@pytest.fixture(scope="module")
def closed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Market]:
    with Network(tmp_path_factory.mktemp("closed"), ["mof"], quorum=1) as network:
        network.change("mof", 'readers = "anyone"', 'readers = "permitted"')
        made = Market(network)
        made.set_up()
        made.commit(["mof", "sbp"], *registrations(made))
        yield made


@pytest.fixture
def office(amanat: Amanat, closed: Market, tmp_path: Path) -> Office:
    return Office(amanat, closed, tmp_path)


def test_a_balance_is_shown_to_its_owner_alone(office: Office) -> None:
    asked = ("holding", "show", PAYER, RUPEE, "-o", "json")
    assert office.run(*asked).failed(5).startswith("authentication_required: ")
    assert office.run(*asked, by="broker").failed(5).startswith("not_permitted: ")
    assert int(office.run(*asked, by="client").json["amount"]) <= ISSUED


def test_a_statement_is_made_for_its_owner_alone(office: Office, closed: Market) -> None:
    save = office.directory / "held.csv"
    asked = ("statement", "holdings", "--account", PAYER, "--save", str(save))
    assert office.run(*asked).failed(5).startswith("authentication_required: ")
    assert office.run(*asked, by="broker").failed(5).startswith("not_permitted: ")
    ended = office.run(*asked, "--genesis", str(closed.genesis), by="client")
    assert (ended.code, ended.err) == (0, "")
    assert PAYER in save.read_text()


def test_what_is_to_be_signed_is_tried_as_whoever_signs_it(office: Office) -> None:
    ended = office.run("transaction", "sign", office.file(PAYMENT), "--dry-run", by="client")
    assert (ended.code, ended.out) == (0, "- transfer PKR 0.25 from payer to payee\n")
    assert office.do(PAYMENT, "client")["transferred"]["amount"] == "25"
    too_much = PAYMENT | {"amount": str(2 * ISSUED)}
    assert "insufficient_holding" in office.refused(too_much, "client")


def test_a_passphrase_is_typed_once_for_reading_and_signing(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def typed(prompt: str) -> str:
        asked.append(prompt)
        return PASSPHRASE

    monkeypatch.setattr(passphrases, "getpass", typed)
    monkeypatch.setattr("sys.stdin.isatty", lambda: True)
    ended = office.run("transaction", "sign", office.file(PAYMENT), "--key", office.key("client"))
    assert ended.code == 0, ended
    assert asked == [f"Passphrase of {office.key('client')}: "]


def test_a_proposal_that_names_an_account_is_shown_to_whoever_may_approve_it(
    office: Office,
) -> None:
    proposal = office.do(ISSUE, "bank", "proposal create")["proposed"]["proposal"]
    assert office.run("proposal", "list").out == "none\n"
    assert (
        office.run("proposal", "show", proposal).failed(5).startswith("authentication_required: ")
    )
    approve = ("proposal", "approve", proposal, "--yes")
    assert office.run(*approve, by="broker").failed(5).startswith("not_permitted: ")
    assert proposal in office.run("proposal", "list", by="bank").out
    assert office.run("proposal", "withdraw", proposal, "--yes", by="bank").code == 0


def test_whoever_countersigns_sees_what_it_does(office: Office, tmp_path: Path) -> None:
    both = [PAYMENT, {**PAYMENT, "source": PAYEE, "target": PAYER}]
    draft, whole = tmp_path / "draft.tx", tmp_path / "whole.tx"
    signing = (
        "transaction",
        "sign",
        office.file(both),
        "--signer",
        office.key("bank"),
        "--save",
        draft,
    )
    assert office.run(*signing, by="client").code == 0
    ended = office.run("transaction", "countersign", draft, "--yes", "--save", whole, by="bank")
    assert ended.code == 0, ended
    assert "transfer PKR 0.25 from payer to payee" in ended.out
