"""However a trade settles in parts, each part is paid for its share, and in the end all is paid."""

from typing import Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from amanat.ledger.authorization import Consents
from amanat.ledger.blocks import Place
from amanat.ledger.operation_execution import Execution
from amanat.ledger.operations import SettleInstructions, Transfer
from amanat.ledger.rules import RULES, RuleBook, TravelData
from amanat.ledger.settlement.instructions import Payment
from amanat.ledger.settlement.settlements import SETTLEMENTS
from amanat.ledger.settlement.settling import Result, attempt
from amanat.ledger.state import State
from tests.ledger.court import amount, order, register
from tests.ledger.desk import desk_with_market
from tests.ledger.trades import FACE, MONDAY, SALE, matched
from tests.ledger.world import BILL, RUPEE, START

UNITS: Final = 20
POOR: Final = replace(
    SALE, account="alpha", counterparty="gamma", partial=True, amount=UNITS * FACE
)
"""Alpha sells what it does not have yet; gamma has to pay."""


@settings(max_examples=40, deadline=None)
@given(
    price=st.integers(1, 100) | st.integers(1, 10**9),
    supplies=st.lists(st.integers(1, 8), max_size=8),
)
def test_every_part_is_paid_for_its_share_and_the_last_for_the_rest(
    price: int, supplies: list[int]
) -> None:
    desk = desk_with_market()
    cash = desk.held("gamma", RUPEE)
    settlement = matched(desk, replace(POOR, payment=Payment(RUPEE, price)))
    for units in [*supplies, UNITS]:
        desk.do("mof", Transfer("mof-house", "alpha", BILL, units * FACE))
        desk.do("gamma", SettleInstructions((settlement.id,)))
        delivered, paid = desk.held("gamma", BILL), cash - desk.held("gamma", RUPEE)
        assert paid * POOR.amount <= price * delivered
        assert (delivered == 0) == (paid == 0)
        if delivered == POOR.amount:
            assert paid == price
            return
    raise AssertionError("all that was to be delivered was there")


@settings(max_examples=40, deadline=None)
@given(price=st.integers(1, 10**9), funds=st.integers(1, 10**9))
def test_as_much_settles_as_the_receiver_can_pay_for_and_not_a_unit_more(
    price: int, funds: int
) -> None:
    desk = desk_with_market()
    desk.do("gamma", Transfer("gamma", "beta", RUPEE, desk.held("gamma", RUPEE) - funds))
    desk.do("mof", Transfer("mof-house", "alpha", BILL, UNITS * FACE))
    sale = replace(POOR, payment=Payment(RUPEE, price))
    affordable = [n for n in range(1, UNITS + 1) if 0 < price * n // UNITS <= funds]
    if affordable[-1:] == [UNITS]:
        return
    settlement = matched(desk, sale)
    delivered = desk.held("gamma", BILL) // FACE
    assert delivered == (affordable[-1] if affordable else 0)
    assert settlement.amount == (UNITS - delivered) * FACE
    assert settlement.payment == Payment(RUPEE, price - (price * delivered // UNITS))


def test_what_a_part_costs_is_rounded_down_and_that_much_is_enough() -> None:
    """Three of four units for 10 paisa cost 7, and 7 are there."""
    desk = desk_with_market()
    desk.do("gamma", Transfer("gamma", "beta", RUPEE, desk.held("gamma", RUPEE) - 7))
    desk.do("mof", Transfer("mof-house", "alpha", BILL, 4 * FACE))
    matched(desk, replace(POOR, amount=4 * FACE, payment=Payment(RUPEE, 10)))
    assert (desk.held("gamma", BILL), desk.held("gamma", RUPEE)) == (3 * FACE, 0)


@pytest.mark.parametrize(
    ("delivering", "receiving", "result"),
    [
        (bytes(32), None, Result.SETTLED),
        (None, bytes(32), Result.SETTLED),
        (None, None, Result.FAILED),
    ],
)
def test_the_travel_data_of_one_side_serves_both_legs(
    delivering: bytes | None, receiving: bytes | None, result: Result
) -> None:
    desk = desk_with_market()
    said = replace(SALE, settlement_date=MONDAY, travel_data=delivering)
    settlement = matched(desk, said, travel_data=receiving)
    state = State(desk.leader.tip.tree.get)
    for instrument in (BILL, RUPEE):
        state.put(RuleBook((TravelData(1),)), RULES, instrument)
    place = Place(bytes(32), 1, START)
    execution = Execution(state, place, Consents(state, START, {}), transaction=bytes(32), keys=())
    assert attempt(execution, settlement) is result


@pytest.mark.parametrize("units", [8, 10, UNITS])
def test_what_is_frozen_stays_and_as_much_settles_as_is_free(units: int) -> None:
    """However much is to be delivered: just more than is free, or more than there is."""
    desk = desk_with_market()
    desk.do("mof", Transfer("mof-house", "alpha", BILL, 10 * FACE))
    register(desk, order(amount(4 * FACE, instrument=BILL)))
    settlement = matched(desk, replace(POOR, amount=units * FACE, payment=None))
    assert desk.held("gamma", BILL) == 6 * FACE
    kept = desk.state.get(SETTLEMENTS, settlement.id)
    assert kept is not None
    assert kept.amount == (units - 6) * FACE
