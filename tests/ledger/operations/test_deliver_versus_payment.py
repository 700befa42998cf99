"""Delivery versus payment: both legs or neither, and both owners agree."""

import pytest

from amanat.ledger.operations import DeliverVersusPayment, Transfer
from amanat.ledger.rejections import RejectionCode
from tests.ledger.desk import Desk, desk_with_market
from tests.ledger.world import BILL, RUPEE

CASH = 1_000_000_000


@pytest.fixture
def desk() -> Desk:
    return desk_with_market()


def sale(
    seller: str = "mof-house",
    buyer: str = "alpha",
    amount: int = 500_000,
    price: int = 490_000,
    *,
    instrument: str = BILL,
    cash: str = RUPEE,
) -> DeliverVersusPayment:
    return DeliverVersusPayment(seller, buyer, instrument, amount, cash, price)


def test_securities_and_cash_change_hands_in_one_step(desk: Desk) -> None:
    (event,) = desk.do("mof, alpha", sale())
    assert desk.held("alpha", BILL) == 500_000
    assert desk.held("alpha", RUPEE) == CASH - 490_000
    assert desk.held("mof-house", BILL) == 5_000_000_000 - 500_000
    assert desk.held("mof-house", RUPEE) == 490_000
    assert event.name == "delivered-versus-payment"
    assert event.fields == {
        "seller": "mof-house",
        "buyer": "alpha",
        "instrument": BILL,
        "amount": 500_000,
        "cash": RUPEE,
        "price": 490_000,
    }


def test_the_event_names_the_travel_data(desk: Desk) -> None:
    operation = DeliverVersusPayment("mof-house", "alpha", BILL, 500_000, RUPEE, 1, bytes(32))
    (event,) = desk.do("mof, alpha", operation)
    assert event.fields["travel_data"] == bytes(32).hex()


def test_a_chain_of_sales_settles_in_one_transaction(desk: Desk) -> None:
    desk.do("mof, alpha, gamma", sale(), sale("alpha", "gamma", price=495_000))
    assert desk.held("alpha", BILL) == 0
    assert desk.held("alpha", RUPEE) == CASH + 5_000
    assert desk.held("gamma", BILL) == 500_000


@pytest.mark.parametrize(("signer", "missing"), [("mof", "alpha"), ("alpha", "mof")])
def test_both_owners_must_sign(desk: Desk, signer: str, missing: str) -> None:
    assert desk.refused(signer, sale()) == (
        RejectionCode.MISSING_SIGNATURE,
        {"participant": missing},
    )


def test_the_seller_must_hold_what_is_sold(desk: Desk) -> None:
    assert desk.refused("alpha, beta", sale("beta")) == (
        RejectionCode.INSUFFICIENT_HOLDING,
        {"account": "beta", "instrument": BILL, "have": 0, "need": 500_000},
    )


def test_nothing_is_delivered_to_a_buyer_who_cannot_pay(desk: Desk) -> None:
    assert desk.refused("mof, alpha", sale(price=CASH + 1)) == (
        RejectionCode.INSUFFICIENT_HOLDING,
        {"account": "alpha", "instrument": RUPEE, "have": CASH, "need": CASH + 1},
    )
    assert desk.held("alpha", BILL) == 0


def test_one_failing_sale_undoes_those_before_it(desk: Desk) -> None:
    code, _ = desk.refused(
        "mof, alpha, gamma",
        sale(),
        Transfer("alpha", "gamma", BILL, 500_000),
        sale("alpha", "gamma"),
    )
    assert code == RejectionCode.INSUFFICIENT_HOLDING


def test_a_bill_is_delivered_in_multiples_of_its_denomination(desk: Desk) -> None:
    assert desk.refused("mof, alpha", sale(amount=250_000)) == (
        RejectionCode.NOT_A_MULTIPLE,
        {"amount": 250_000, "denomination": 500_000},
    )


def test_payment_is_in_cash(desk: Desk) -> None:
    assert desk.refused("mof, alpha", sale(cash=BILL)) == (
        RejectionCode.NOT_CASH,
        {"instrument": BILL},
    )


def test_an_account_does_not_trade_with_itself(desk: Desk) -> None:
    assert desk.refused("mof", sale("mof-house", "mof-house")) == (
        RejectionCode.SAME_ACCOUNT,
        {"account": "mof-house"},
    )


@pytest.mark.parametrize(
    ("operation", "code", "figures"),
    [
        (sale(seller="nobody"), RejectionCode.UNKNOWN_ACCOUNT, {"account": "nobody"}),
        (sale(buyer="nobody"), RejectionCode.UNKNOWN_ACCOUNT, {"account": "nobody"}),
        (sale(instrument="USD"), RejectionCode.UNKNOWN_INSTRUMENT, {"instrument": "USD"}),
        (sale(cash="USD"), RejectionCode.UNKNOWN_INSTRUMENT, {"instrument": "USD"}),
    ],
)
def test_what_is_unknown_is_named(
    desk: Desk, operation: DeliverVersusPayment, code: RejectionCode, figures: dict[str, str]
) -> None:
    assert desk.refused("mof, alpha", operation) == (code, figures)
