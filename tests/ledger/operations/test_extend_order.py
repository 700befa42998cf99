"""An order in force stays in force for longer; a lapsed one does not come back."""

import pytest

from amanat.ledger.operations import Transfer
from amanat.ledger.rejections import RejectionCode
from tests.ledger.court import (
    CASH,
    TODAY,
    amount,
    at_start_of,
    document,
    extended,
    order,
    register,
)
from tests.ledger.desk import Desk, desk_with_market
from tests.ledger.world import RUPEE

OUT = Transfer("alpha", "gamma", RUPEE, 1)


@pytest.fixture
def desk() -> Desk:
    """The market, where an order on alpha's cash expires in three days."""
    desk = desk_with_market()
    register(desk, order(CASH, expires=TODAY + 3))
    return desk


def test_the_event_names_the_decision_and_the_new_expiry(desk: Desk) -> None:
    (event,) = desk.do("sbp", extended(TODAY + 9))
    assert (event.name, event.fields) == (
        "order-extended",
        {
            "order": "court-1",
            "expires": TODAY + 9,
            "reference": "Decision on court-1",
            "document": document("extends court-1").hex(),
        },
    )


def test_it_stops_until_its_new_expiry(desk: Desk) -> None:
    desk.do("sbp", extended(TODAY + 9))
    desk.wait_until(at_start_of(TODAY + 9))
    assert desk.refused("alpha", OUT)[0] == RejectionCode.STOPPED
    desk.wait_until(at_start_of(TODAY + 10))
    desk.do("alpha", OUT)


def test_it_may_be_given_no_end(desk: Desk) -> None:
    (event,) = desk.do("sbp", extended(None))
    assert event.fields["expires"] == ""
    desk.wait_until(at_start_of(TODAY + 100))
    assert desk.refused("alpha", OUT)[0] == RejectionCode.STOPPED


def test_what_it_froze_stays_frozen(desk: Desk) -> None:
    register(desk, order(amount(1_000_000_000), "court-2", expires=TODAY))
    desk.do("sbp", extended(TODAY + 9, "court-2"))
    desk.wait_until(at_start_of(TODAY + 9))
    assert desk.refused("alpha", OUT)[0] == RejectionCode.FROZEN


def test_one_that_has_lapsed_stays_lapsed(desk: Desk) -> None:
    desk.wait_until(at_start_of(TODAY + 4))
    assert desk.refused("sbp", extended(TODAY + 9)) == (
        RejectionCode.ORDER_NOT_IN_FORCE,
        {"order": "court-1", "status": "lapsed"},
    )


@pytest.mark.parametrize("expires", [TODAY + 3, TODAY + 2])
def test_it_is_made_longer_and_not_shorter(desk: Desk, expires: int) -> None:
    assert desk.refused("sbp", extended(expires)) == (
        RejectionCode.INVALID_ORDER,
        {
            "order": "court-1",
            "problem": "it would end no later",
            "expires": TODAY + 3,
            "would_expire": expires,
        },
    )


def test_one_without_end_is_not_extended(desk: Desk) -> None:
    register(desk, order(CASH, "court-2"))
    assert desk.refused("sbp", extended(TODAY + 9, "court-2")) == (
        RejectionCode.INVALID_ORDER,
        {"order": "court-2", "problem": "it has no end"},
    )


@pytest.mark.parametrize("signers", ["mof", "alpha", "custodian-a, custodian-b, cdc"])
def test_the_policy_says_who_extends(desk: Desk, signers: str) -> None:
    code, figures = desk.refused(signers, extended(TODAY + 9))
    assert (code, figures["act"]) == (RejectionCode.MISSING_APPROVAL, "extend-order")


def test_an_unknown_order_is_rejected(desk: Desk) -> None:
    assert desk.refused("sbp", extended(TODAY + 9, "court-9")) == (
        RejectionCode.UNKNOWN_ORDER,
        {"order": "court-9"},
    )


def test_the_sentence_says_until_when(desk: Desk) -> None:
    assert extended(TODAY + 1).sentence(desk.state) == (
        "keep the order court-1 in force until 2026-01-02 (Decision on court-1)"
    )
    assert extended(None).sentence(desk.state) == (
        "keep the order court-1 in force without end (Decision on court-1)"
    )
