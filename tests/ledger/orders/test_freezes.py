"""Freezes of a holding: what is added to them, and what is taken off first."""

import pytest

from amanat.ledger.authorization import Consents
from amanat.ledger.blocks import Place
from amanat.ledger.operation_execution import Execution
from amanat.ledger.orders.freezes import (
    add_freeze,
    freeze_again,
    freezes_of,
    frozen,
    let_go,
    take_frozen,
)
from amanat.ledger.orders.legal_orders import Freeze
from amanat.ledger.orders.order_register import lift_order, order_in_force
from amanat.ledger.state import State
from tests.ledger.court import amount, order, register
from tests.ledger.desk import desk_with_market
from tests.ledger.world import RUPEE, START


@pytest.fixture
def execution() -> Execution:
    """The market, where two orders freeze 100 and 50 of alpha's rupees."""
    desk = desk_with_market()
    register(desk, order(amount(100)), order(amount(50), "court-2"))
    state = State(desk.leader.tip.tree.get)
    place, consents = Place(bytes(32), 1, START), Consents(state, START, {})
    return Execution(state, place, consents, transaction=bytes(32), keys=())


@pytest.mark.parametrize(
    ("ends", "taken", "left"),
    [
        (0, [], [100, 50]),
        (30, [30], [70, 50]),
        (100, [100], [50]),
        (130, [100, 30], [20]),
        (150, [100, 50], []),
    ],
)
def test_what_ends_is_taken_off_the_oldest_freeze_first(
    execution: Execution, ends: int, taken: list[int], left: list[int]
) -> None:
    passed = take_frozen(execution, ("alpha", RUPEE, ends))
    assert [each.amount for each in passed] == taken
    assert [each.amount for each in freezes_of(execution, "alpha", RUPEE)] == left
    assert frozen(execution, "alpha", RUPEE) == 150 - ends


def test_what_is_given_up_is_frozen_for_those_orders_that_are_in_force(
    execution: Execution,
) -> None:
    freeze_again(execution, "alpha", RUPEE, 7, ("court-1", "court-2"))
    assert freezes_of(execution, "alpha", RUPEE)[2:] == [Freeze(7, ("court-1", "court-2"))]
    lift_order(execution, order_in_force(execution, "court-1"))
    freeze_again(execution, "alpha", RUPEE, 5, ("court-1",))
    assert frozen(execution, "alpha", RUPEE) == 50 + 7
    freeze_again(execution, "alpha", RUPEE, 5, ("court-1", "court-2"))
    assert freezes_of(execution, "alpha", RUPEE) == [Freeze(50 + 7 + 5, ("court-2",))]


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
