"""A lifted order stops nothing any more."""

import pytest

from amanat.ledger.operations import Transfer
from amanat.ledger.orders.legal_orders import Scope
from amanat.ledger.orders.order_register import STANDING, orders_on_account, orders_on_instrument
from amanat.ledger.rejections import RejectionCode
from amanat.ledger.state import ORDERS
from tests.ledger.court import (
    CASH,
    PAUSE,
    TODAY,
    WHOLE,
    amount,
    at_start_of,
    document,
    lifted,
    order,
    register,
)
from tests.ledger.desk import Desk, desk_with_market
from tests.ledger.world import RUPEE

HELD = 1_000_000_000
ALL = Transfer("alpha", "gamma", RUPEE, HELD)


@pytest.fixture
def desk() -> Desk:
    return desk_with_market()


def test_the_event_names_the_decision(desk: Desk) -> None:
    register(desk, order(CASH))
    (event,) = desk.do("mof, sbp", lifted())
    assert (event.name, event.fields) == (
        "order-lifted",
        {
            "order": "court-1",
            "reference": "Decision on court-1",
            "document": document("lifts court-1").hex(),
        },
    )


@pytest.mark.parametrize("scope", [WHOLE, CASH, amount(HELD), PAUSE])
def test_what_it_stopped_moves_at_once(desk: Desk, scope: Scope) -> None:
    register(desk, order(scope))
    assert desk.refused("alpha", ALL)[1]["order"] == "court-1"
    desk.do("mof, sbp", lifted())
    desk.do("alpha", ALL)


def test_what_another_order_stops_too_stays(desk: Desk) -> None:
    register(desk, order(CASH), order(WHOLE, "court-2"))
    desk.do("mof, sbp", lifted())
    assert desk.refused("alpha", ALL)[1]["order"] == "court-2"


def test_it_leaves_the_lists_and_stays_on_the_register(desk: Desk) -> None:
    register(desk, order(CASH))
    desk.do("mof, sbp", lifted())
    lists = (STANDING, orders_on_account("alpha"), orders_on_instrument(RUPEE))
    assert [each.count(desk.state) for each in lists] == [0, 0, 0]
    kept = desk.state.get(ORDERS, "court-1")
    assert kept is not None
    assert kept.status.value == "lifted"


def test_what_has_lapsed_beside_it_leaves_the_lists_too(desk: Desk) -> None:
    register(desk, order(CASH), order(WHOLE, "court-2", expires=TODAY))
    desk.wait_until(at_start_of(TODAY + 1))
    desk.do("mof, sbp", lifted())
    assert orders_on_account("alpha").count(desk.state) == 0


@pytest.mark.parametrize("signers", ["mof", "sbp", "alpha", "custodian-a, custodian-b, cdc"])
def test_orders_are_lifted_under_dual_control(desk: Desk, signers: str) -> None:
    register(desk, order(CASH))
    code, figures = desk.refused(signers, lifted())
    assert (code, figures["act"]) == (RejectionCode.MISSING_APPROVAL, "lift-order")


def test_an_order_ends_once(desk: Desk) -> None:
    register(desk, order(CASH), order(WHOLE, "court-2", expires=TODAY))
    desk.do("mof, sbp", lifted())
    assert desk.refused("mof, sbp", lifted()) == (
        RejectionCode.ORDER_NOT_IN_FORCE,
        {"order": "court-1", "status": "lifted"},
    )
    desk.wait_until(at_start_of(TODAY + 1))
    assert desk.refused("mof, sbp", lifted("court-2")) == (
        RejectionCode.ORDER_NOT_IN_FORCE,
        {"order": "court-2", "status": "lapsed"},
    )


def test_an_unknown_order_is_rejected(desk: Desk) -> None:
    assert desk.refused("mof, sbp", lifted()) == (
        RejectionCode.UNKNOWN_ORDER,
        {"order": "court-1"},
    )


def test_the_sentence_names_the_decision(desk: Desk) -> None:
    assert lifted().sentence(desk.state) == "lift the order court-1 (Decision on court-1)"
