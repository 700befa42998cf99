"""The register from its command line alone, as an operator goes through it."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import pytest

from amanat.client import keystore
from amanat.node.client import Client
from tests.node.cli.market import PAYEE, PAYER
from tests.node.cli.office import Office
from tests.node.processes import PASSPHRASE

BOND: Final = "PK0000000007"


def day(after: int) -> str:
    return str((datetime.now(UTC) + timedelta(days=after)).date())


def test_an_operator_goes_through_the_whole_register(office: Office) -> None:
    register_a_client(office)
    issue_a_bill(office)
    set_a_rule(office)
    freeze_and_lift(office)
    reserve(office)
    end_the_day(office)


def register_a_client(office: Office) -> None:
    """A client is registered and given an account by its custodian."""
    do, template = office.do, office.template
    keystore.create(office.key("acme"), PASSPHRASE, cost=keystore.TEST)
    shown = office.amanat("key", "show", office.key("acme"), "-o", "json").json
    register = template("register-participant", participant={"name": "acme", "roles": ["holder"]})
    register["participant"]["keys"][0]["key"] = shown["public_key"]
    attested = {"investor_class": "corporate", "expires": day(365)}
    account = {"name": "acme-1", "owner": "acme", "custodian": "broker", "kind": "client"}
    opening = template("open-account", account=account | {"attestation": attested})
    assert "account-opened" in do([register, opening], "broker")


def issue_a_bill(office: Office) -> None:
    """A bill is announced by its issuer, activated and issued by two who approve one another."""
    do, agree, template = office.do, office.agree, office.template
    terms = {"denomination": "500000", "maturity_date": day(90), "issue_date": day(0)}
    bill = template(
        *("register-instrument", "--type", "treasury-bill"),
        id=BOND,
        issuer="treasury",
        title="A bill",
        terms=terms,
        authorised="1000000000",
    )
    assert "instrument-registered" in do(bill, "treasury")
    activate = template("activate-instrument", instrument=BOND)
    assert "instrument-activated" in agree(activate, "treasury", "bank")
    issue = template("issue", instrument=BOND, account="acme-1", amount="10000000", tranche=None)
    assert agree(issue, "treasury", "bank")["issued"]["amount"] == "10000000"


def set_a_rule(office: Office) -> None:
    """A rule of the bill refuses a transfer before it is signed."""
    agree, template = office.agree, office.template
    rules = template("set-rules", "--type", "minimum-holding", instrument=BOND)
    rules["rules"][0]["least"] = "1000000"
    assert "rules-set" in agree(rules, "bank", "treasury")
    move = template("transfer", source="acme-1", target=PAYEE, instrument=BOND, amount="500000")
    assert office.refused(move, "acme").startswith("it would be refused: below_minimum (")


def freeze_and_lift(office: Office) -> None:
    """An order freezes the holding, and is lifted."""
    do, agree, template = office.do, office.agree, office.template
    scope = {"account": "acme-1", "instrument": BOND, "direction": "debit"}
    order = template(
        *("register-order", "--type", "holding"),
        order="order-1",
        reference="12/2026",
        issued_by="A court",
        scope=scope,
        seizable="0",
        expires=None,
        entered_by="bank",
    )
    assert "order-registered" in do(order, "bank")
    more = template("transfer", source="acme-1", target=PAYEE, instrument=BOND, amount="1000000")
    assert office.refused(more, "acme").startswith("it would be refused: stopped (")
    assert "order-lifted" in agree(template("lift-order", order="order-1"), "bank", "treasury")


def reserve(office: Office) -> None:
    """An amount is held for somebody, another pledged."""
    do, template = office.do, office.template
    hold = template(
        "open-hold",
        account="acme-1",
        target=PAYEE,
        instrument=BOND,
        amount="1000000",
        expires=day(1) + "T00:00:00Z",
    )
    opened = do(hold, "acme")["hold-opened"]["hold"]
    post = template("post-hold", hold=opened, amount="1000000")
    assert "hold-posted" in do(post, "client")
    pledge = template(
        "pledge", account="acme-1", instrument=BOND, amount="500000", beneficiary="bank"
    )
    pledged = do(pledge, "acme")["pledged"]["pledge"]
    release = template("release-pledge", pledge=pledged, amount="500000")
    assert "pledge-released" in do(release, "bank")


def end_the_day(office: Office) -> None:
    """A batch of transfers; a day that is not over stays open."""
    do, template = office.do, office.template
    batch = template("transfer-batch", source="acme-1", instrument=BOND)
    line = batch["lines"][0] | {"target": PAYEE, "amount": "500000"}
    assert "transferred" in do(batch | {"lines": [line, line]}, "acme")
    close = template("close-day", date=day(0))
    assert "it would be refused: " in office.refused(close, "bank")


def test_two_sides_of_a_trade_match(office: Office, settlement_date: str) -> None:
    side = office.template(
        "enter-instruction",
        instruction={
            "side": "deliver",
            "account": PAYER,
            "counterparty": PAYEE,
            "instrument": "PKR",
            "amount": "100",
            "settlement_date": settlement_date,
            "tolerance": "0",
            "reference": "trade-1",
        },
    )
    other = office.template(
        "enter-instruction",
        instruction=side["instruction"]
        | {"side": "receive", "account": PAYEE, "counterparty": PAYER},
    )
    assert "instruction-entered" in office.do(side, "client")
    assert "instructions-matched" in office.do(other, "client")


@pytest.fixture
def settlement_date(office: Office) -> str:
    """The business day on which the ledger works."""

    async def ask() -> Any:
        async with Client([office.market.api]) as client:
            return await client.get("/v1/days/open")

    return str(asyncio.run(ask())["date"])
