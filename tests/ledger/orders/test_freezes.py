"""Freezes follow to a payment in its proportion, and no fraction of a unit gets free."""

import pytest

from amanat.ledger.authorization import Consents
from amanat.ledger.blocks import Place
from amanat.ledger.operation_execution import Execution
from amanat.ledger.orders.freezes import Paid, add_freeze, follow, freezes_of, frozen, let_go
from amanat.ledger.orders.legal_orders import Freeze
from amanat.ledger.state import State
from tests.ledger.court import amount, order, register
from tests.ledger.desk import desk_with_market
from tests.ledger.world import RUPEE, START

DOLLAR = "USD"


@pytest.fixture
def execution() -> Execution:
    """The market, where two orders freeze 100 and 50 of alpha's rupees."""
    desk = desk_with_market()
    register(desk, order(amount(100)), order(amount(50), "court-2"))
    state = State(desk.leader.tip.tree.get)
    place, consents = Place(bytes(32), 1, START), Consents(state, START, {})
    return Execution(state, place, consents, transaction=bytes(32), keys=())


@pytest.mark.parametrize(
    ("paid", "first", "second"),
    [(150, 100, 50), (300, 200, 100), (15, 10, 5), (100, 67, 33), (1, 1, 0), (151, 101, 50)],
)
def test_a_payment_is_frozen_in_proportion_and_to_the_last_unit(
    execution: Execution, paid: int, first: int, second: int
) -> None:
    passed = follow(execution, ("alpha", RUPEE, 150), Paid(DOLLAR, paid), 0)
    expected = [Freeze(first, ("court-1",)), Freeze(second, ("court-2",))]
    assert passed == [freeze for freeze in expected if freeze.amount]
    assert frozen(execution, "alpha", DOLLAR) == paid
    assert frozen(execution, "alpha", RUPEE) == 0


def test_a_part_that_is_frozen_is_rounded_up(execution: Execution) -> None:
    """70 of 100 redeemed units nobody has a claim on; 30 were frozen, of which 3.3 are paid."""
    (passed,) = follow(execution, ("alpha", RUPEE, 100), Paid(DOLLAR, 11), 70)
    assert passed == Freeze(4, ("court-1",))
    assert [each.amount for each in freezes_of(execution, "alpha", RUPEE)] == [70, 50]


def test_freezes_for_the_same_orders_are_one(execution: Execution) -> None:
    add_freeze(execution, "alpha", RUPEE, Freeze(7, ("court-1",)))
    assert freezes_of(execution, "alpha", RUPEE) == [
        Freeze(107, ("court-1",)),
        Freeze(50, ("court-2",)),
    ]


@pytest.mark.parametrize(
    ("taken", "spare", "left"),
    [(40, 0, [60, 50]), (100, 0, [50]), (120, 20, [50]), (130, 20, [40]), (170, 20, [])],
)
def test_an_order_takes_its_own_then_what_is_free_then_what_it_goes_before(
    execution: Execution, taken: int, spare: int, left: list[int]
) -> None:
    let_go(execution, ("alpha", RUPEE, taken), "court-1", {"court-2"}, spare)
    assert [each.amount for each in freezes_of(execution, "alpha", RUPEE)] == left
