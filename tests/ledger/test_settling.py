"""However a trade settles in parts, each part is paid for its share, and in the end all is paid."""

from typing import Final

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from amanat.ledger.instructions import Payment
from amanat.ledger.operations import SettleInstructions, Transfer
from tests.ledger.desk import desk_with_market
from tests.ledger.trades import FACE, SALE, matched
from tests.ledger.world import BILL, RUPEE

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
