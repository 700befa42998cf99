"""Matching: the ledger finds the two instructions that say the same, from either side."""

from typing import Any

import pytest
from msgspec.structs import replace

from amanat.ledger.operations import (
    ActivateInstrument,
    EnterInstruction,
    Issue,
    RegisterInstrument,
)
from amanat.ledger.receipts import Event
from amanat.ledger.rejections import RejectionCode
from amanat.ledger.settlement.instructions import Payment, Priority, Side
from amanat.ledger.settlement.settlements import (
    due,
    instructions_against,
    instructions_of,
    settlements_of,
)
from amanat.ledger.terms import CashTerms, TreasuryBillTerms
from tests.ledger.desk import Desk, desk_with_market
from tests.ledger.trades import (
    CASH,
    FACE,
    MONDAY,
    PRICE,
    SALE,
    TODAY,
    answer,
    enter,
    matched,
)
from tests.ledger.world import AUTHORISED, BILL, RUPEE

USD = RegisterInstrument("USD", "sbp", "US dollar", CashTerms("USD", 2))
SECOND_BILL = "PK04D2512358"


@pytest.fixture
def desk() -> Desk:
    return desk_with_market()


# Two sides that say the same.


def test_what_matches_and_is_due_settles_at_once(desk: Desk) -> None:
    (first,) = enter(desk, SALE)
    entered, told, settled = enter(desk, answer(SALE))
    assert (told.name, told.fields) == (
        "instructions-matched",
        {
            "settlement": settled.fields["settlement"],
            "delivering": first.fields["instruction"],
            "receiving": entered.fields["instruction"],
            "price": 4 * PRICE,
            "settlement_date": TODAY,
            "priority": "normal",
        },
    )
    assert (settled.name, settled.fields) == (
        "instruction-settled",
        {
            "settlement": settled.fields["settlement"],
            "deliverer": "mof-house",
            "receiver": "alpha",
            "instrument": BILL,
            "amount": 4 * FACE,
            "left": 0,
            "payment": RUPEE,
            "paid": 4 * PRICE,
        },
    )
    assert desk.held("alpha", BILL) == 4 * FACE
    assert desk.held("alpha", RUPEE) == CASH - 4 * PRICE
    assert desk.held("mof-house", RUPEE) == 4 * PRICE
    assert instructions_of("mof-house").count(desk.state) == 0
    assert settlements_of("alpha").count(desk.state) == 0


def test_what_is_not_due_waits_for_its_date(desk: Desk) -> None:
    settlement = matched(desk, replace(SALE, settlement_date=MONDAY))
    assert settlement.failure is None
    assert list(due(MONDAY, Priority.NORMAL).members(desk.state)) == [settlement.id.hex()]
    assert list(settlements_of("alpha").members(desk.state)) == [settlement.id.hex()]
    assert list(settlements_of("mof-house").members(desk.state)) == [settlement.id.hex()]
    assert desk.held("alpha", BILL) == 0


def test_either_side_may_be_first(desk: Desk) -> None:
    enter(desk, answer(SALE))
    assert enter(desk, SALE)[-1].name == "instruction-settled"


@pytest.mark.parametrize(
    "changes",
    [
        {"amount": 3 * FACE},
        {"payment": Payment(RUPEE, 4 * PRICE + 1)},
        {"payment": None},
        {"settlement_date": TODAY - 1},
        {"side": Side.DELIVER},
        {"counterparty": "beta"},
    ],
)
def test_what_does_not_agree_does_not_match(desk: Desk, changes: dict[str, Any]) -> None:
    enter(desk, SALE)
    (event,) = enter(desk, answer(SALE, **changes))
    assert event.name == "instruction-entered"
    assert instructions_against("alpha").count(desk.state) == 1


def test_the_oldest_of_several_alike_is_matched(desk: Desk) -> None:
    ids = [enter(desk, SALE)[0].fields["instruction"] for _ in range(3)]
    _, told, _ = enter(desk, answer(SALE))
    assert told.fields["delivering"] == ids[0]
    assert list(instructions_of("mof-house").members(desk.state)) == ids[1:]


# Tolerance.


@pytest.mark.parametrize("difference", [-100, 100])
def test_within_both_tolerances_the_delivering_side_says_what_is_paid(
    desk: Desk, difference: int
) -> None:
    enter(desk, replace(SALE, tolerance=100))
    asked = Payment(RUPEE, 4 * PRICE + difference)
    events = enter(desk, answer(SALE, payment=asked, tolerance=200))
    assert events[-1].fields["paid"] == 4 * PRICE


@pytest.mark.parametrize("tolerances", [(99, 200), (200, 99), (0, 200)])
def test_beyond_either_tolerance_nothing_matches(desk: Desk, tolerances: tuple[int, int]) -> None:
    enter(desk, replace(SALE, tolerance=tolerances[0]))
    asked = Payment(RUPEE, 4 * PRICE + 100)
    assert len(enter(desk, answer(SALE, payment=asked, tolerance=tolerances[1]))) == 1


def test_of_several_alike_the_oldest_within_tolerance_is_matched(desk: Desk) -> None:
    enter(desk, replace(SALE, payment=Payment(RUPEE, 1), tolerance=100))
    second = enter(desk, replace(SALE, tolerance=100))[0].fields["instruction"]
    _, told, _ = enter(desk, answer(SALE, tolerance=100))
    assert told.fields["delivering"] == second


# What is exchanged for what.


def test_free_of_payment(desk: Desk) -> None:
    gift = replace(SALE, payment=None)
    enter(desk, gift)
    events = enter(desk, answer(gift))
    assert events[0].fields["kind"] == "free_of_payment"
    assert "paid" not in events[-1].fields
    assert (desk.held("alpha", BILL), desk.held("alpha", RUPEE)) == (4 * FACE, CASH)


def exchange(desk: Desk, instrument: str, amount: int, payment: Payment) -> list[Event]:
    """Each side calls what it gives the delivery: they match even so."""
    said = replace(SALE, instrument=instrument, amount=amount, payment=payment)
    assert len(enter(desk, said)) == 1
    other = replace(
        said,
        account="alpha",
        counterparty="mof-house",
        instrument=payment.instrument,
        amount=payment.amount,
        payment=Payment(instrument, amount),
    )
    return enter(desk, other)


def test_payment_versus_payment(desk: Desk) -> None:
    desk.do("sbp", USD, ActivateInstrument("USD"), Issue("USD", "mof-house", 500))
    events = exchange(desk, "USD", 500, Payment(RUPEE, 140_000))
    assert events[0].fields["kind"] == "payment_versus_payment"
    assert (desk.held("alpha", "USD"), desk.held("mof-house", RUPEE)) == (500, 140_000)


def test_delivery_versus_delivery(desk: Desk) -> None:
    terms = TreasuryBillTerms(SECOND_BILL, RUPEE, 100_000, TODAY, TODAY + 182, "act/365")
    second = RegisterInstrument(SECOND_BILL, "mof", "6-month treasury bill", terms, AUTHORISED)
    desk.do("mof, sbp", second, ActivateInstrument(SECOND_BILL))
    desk.do("mof, sbp", Issue(SECOND_BILL, "alpha", 300_000))
    events = exchange(desk, BILL, FACE, Payment(SECOND_BILL, 300_000))
    assert events[0].fields["kind"] == "delivery_versus_delivery"
    assert desk.held("alpha", BILL) == FACE
    assert desk.held("mof-house", SECOND_BILL) == 300_000
    divided = replace(SALE, payment=Payment(SECOND_BILL, 300_000), partial=True)
    code, figures = desk.refused("mof", EnterInstruction(divided))
    assert (code, figures["payment"]) == (RejectionCode.INVALID_INSTRUCTION, SECOND_BILL)


def test_cash_delivered_for_securities_is_the_same_sale(desk: Desk) -> None:
    events = exchange(desk, BILL, FACE, Payment(RUPEE, PRICE))
    assert events[0].fields["kind"] == "delivery_versus_payment"
    assert events[0].fields["deliverer"] == "mof-house"
    assert events[-1].name == "instruction-settled"
