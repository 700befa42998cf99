"""Cancelling what is matched: both sides say so, together or one after the other."""

import pytest
from msgspec.structs import replace

from amanat.ledger.dates import start_of
from amanat.ledger.operations import CancelSettlement, EnterInstruction, SettleInstructions
from amanat.ledger.rejections import RejectionCode
from amanat.ledger.settlement.instructions import CancelReason, Side
from amanat.ledger.settlement.settlements import SETTLEMENTS, Settlement, settlements_of
from tests.ledger.desk import Desk, desk_with_market
from tests.ledger.trades import FACE, MONDAY, SALE, answer, matched
from tests.ledger.world import BILL, account


@pytest.fixture
def desk() -> Desk:
    return desk_with_market()


@pytest.fixture
def waiting(desk: Desk) -> Settlement:
    return matched(desk, replace(SALE, settlement_date=MONDAY))


SIDES = {"deliverer": "mof-house", "receiver": "alpha"}
"""Both are told: the event names their accounts."""


def cancel(settlement: Settlement) -> CancelSettlement:
    return CancelSettlement(settlement.id, CancelReason.AGREED)


def test_both_sides_at_once(desk: Desk, waiting: Settlement) -> None:
    (event,) = desk.do("mof, alpha", cancel(waiting))
    assert (event.name, event.fields) == (
        "settlement-cancelled",
        {**SIDES, "settlement": waiting.id.hex(), "reason": "agreed"},
    )
    assert desk.state.get(SETTLEMENTS, waiting.id) is None
    assert settlements_of("mof-house").count(desk.state) == 0


@pytest.mark.parametrize(
    ("first", "side", "second"), [("mof", "deliver", "alpha"), ("alpha", "receive", "mof")]
)
def test_one_side_after_the_other(
    desk: Desk, waiting: Settlement, first: str, side: str, second: str
) -> None:
    (asked,) = desk.do(first, cancel(waiting))
    assert (asked.name, asked.fields) == (
        "cancellation-asked",
        {**SIDES, "settlement": waiting.id.hex(), "reason": "agreed", "by": side},
    )
    desk.do(first, cancel(waiting))
    kept = desk.state.get(SETTLEMENTS, waiting.id)
    assert kept is not None
    assert kept.cancelling is Side(side)
    assert desk.do(second, cancel(waiting))[0].name == "settlement-cancelled"


def test_what_one_side_has_asked_to_cancel_settles_on_its_day(
    desk: Desk, waiting: Settlement
) -> None:
    desk.do("mof", cancel(waiting))
    desk.wait_until(start_of(MONDAY))
    desk.do("alpha", SettleInstructions((waiting.id,)))
    assert desk.held("alpha", BILL) == 4 * FACE


def test_an_owner_of_both_accounts_is_both_sides(desk: Desk) -> None:
    desk.do("custodian-b", account("second", "alpha", "custodian-b"))
    moving = replace(SALE, account="alpha", counterparty="second", settlement_date=MONDAY)
    both = EnterInstruction(moving), EnterInstruction(answer(moving))
    matching = desk.do("alpha", *both)[-1]
    identifier = bytes.fromhex(str(matching.fields["settlement"]))
    (event,) = desk.do("alpha", CancelSettlement(identifier, CancelReason.AGREED))
    assert event.name == "settlement-cancelled"


@pytest.mark.parametrize("signer", ["sbp", "gamma", "custodian-a"])
def test_nobody_else_cancels_it(desk: Desk, waiting: Settlement, signer: str) -> None:
    assert desk.refused(signer, cancel(waiting)) == (
        RejectionCode.MISSING_SIGNATURE,
        {"participant": "mof"},
    )


def test_a_settlement_that_is_not_there_is_named(desk: Desk) -> None:
    assert desk.refused("mof", CancelSettlement(bytes(32), CancelReason.ERROR)) == (
        RejectionCode.UNKNOWN_SETTLEMENT,
        {"settlement": bytes(32).hex()},
    )


def test_the_sentence_says_what_is_off(desk: Desk, waiting: Settlement) -> None:
    assert cancel(waiting).sentence(desk.state) == (
        f"agree that PKR 20,000.00 of {BILL} is not delivered from mof-house to alpha (agreed)"
    )
    assert CancelSettlement(bytes(32), CancelReason.ERROR).sentence(desk.state) == (
        "cancel the settlement 0000000000000000…, which is not known"
    )
