"""Settling what is matched and due: whole, or in parts where both allow it, or told why not."""

import pytest
from msgspec.structs import replace

from amanat.ledger.dates import start_of
from amanat.ledger.encoding import EncodingError, decode, encode
from amanat.ledger.operations import AnyOperation, SettleInstructions, Transfer
from amanat.ledger.rejections import RejectionCode
from amanat.ledger.settlement.instructions import Payment, Priority
from amanat.ledger.settlement.settlements import DATES, SETTLEMENTS, due, settlements_of
from tests.ledger.desk import Desk, desk_with_market
from tests.ledger.trades import (
    CASH,
    FACE,
    MONDAY,
    PRICE,
    SALE,
    TODAY,
    matched,
)
from tests.ledger.world import BILL, RUPEE

RESALE = replace(SALE, account="alpha", counterparty="gamma", reference="resale-1")


@pytest.fixture
def desk() -> Desk:
    return desk_with_market()


def test_either_side_settles_it_on_its_day_and_not_before(desk: Desk) -> None:
    early = matched(desk, replace(SALE, settlement_date=MONDAY))
    settle = SettleInstructions((early.id,))
    assert desk.refused("alpha", settle) == (
        RejectionCode.NOT_YET_DUE,
        {"settlement_date": MONDAY, "business_date": TODAY, "today": TODAY},
    )
    desk.wait_until(start_of(MONDAY))
    (event,) = desk.do("alpha", settle)
    assert (event.name, event.fields["left"]) == ("instruction-settled", 0)
    assert desk.held("alpha", BILL) == 4 * FACE
    assert desk.state.get(SETTLEMENTS, early.id) is None
    assert settlements_of("alpha").count(desk.state) == 0
    assert due(MONDAY, Priority.NORMAL).count(desk.state) == 0
    assert list(DATES.members(desk.state)) == []


def test_a_date_that_is_a_holiday_settles_on_the_next_business_day(desk: Desk) -> None:
    saturday = MONDAY - 2
    settlement = matched(desk, replace(SALE, settlement_date=saturday))
    desk.wait_until(start_of(saturday))
    desk.do("mof", SettleInstructions((settlement.id,)))
    assert desk.business_date == MONDAY


@pytest.mark.parametrize("signer", ["sbp", "gamma", "custodian-a"])
def test_nobody_else_settles_it(desk: Desk, signer: str) -> None:
    settlement = matched(desk, replace(SALE, payment=Payment(RUPEE, CASH + 1)))
    assert desk.refused(signer, SettleInstructions((settlement.id,))) == (
        RejectionCode.MISSING_SIGNATURE,
        {"participant": "mof"},
    )


def test_what_failed_settles_once_what_it_needs_is_there(desk: Desk) -> None:
    settlement = matched(desk, replace(SALE, payment=Payment(RUPEE, CASH + 1)))
    (failed,) = desk.do("alpha", SettleInstructions((settlement.id,)))
    assert (failed.name, failed.fields["account"]) == ("settlement-failed", "alpha")
    desk.do("beta", Transfer("beta", "alpha", RUPEE, 1))
    (settled,) = desk.do("alpha", SettleInstructions((settlement.id,)))
    assert settled.fields["paid"] == CASH + 1


def test_the_most_urgent_comes_first_whatever_the_order_in_which_they_are_named(
    desk: Desk,
) -> None:
    """Alpha sells on what it buys: only in this turn do both settle."""
    bought = matched(desk, replace(SALE, settlement_date=MONDAY, priority=Priority.HIGH))
    sold = matched(desk, replace(RESALE, settlement_date=MONDAY, priority=Priority.LOW))
    desk.wait_until(start_of(MONDAY))
    events = desk.do("alpha", SettleInstructions((sold.id, bought.id)))
    assert [event.fields["settlement"] for event in events] == [bought.id.hex(), sold.id.hex()]
    assert [event.name for event in events] == ["instruction-settled"] * 2
    assert desk.held("gamma", BILL) == 4 * FACE


def test_of_equal_priority_the_oldest_comes_first(desk: Desk) -> None:
    bought = matched(desk, replace(SALE, settlement_date=MONDAY))
    desk.time += 1_000
    sold = matched(desk, replace(RESALE, settlement_date=MONDAY))
    desk.wait_until(start_of(MONDAY))
    events = desk.do("alpha", SettleInstructions((sold.id, bought.id)))
    assert [event.name for event in events] == ["instruction-settled"] * 2


def test_one_that_fails_does_not_stop_the_others(desk: Desk) -> None:
    sold = matched(desk, replace(RESALE, settlement_date=MONDAY, priority=Priority.HIGH))
    bought = matched(desk, replace(SALE, settlement_date=MONDAY, priority=Priority.LOW))
    desk.wait_until(start_of(MONDAY))
    events = desk.do("alpha", SettleInstructions((sold.id, bought.id)))
    assert [event.name for event in events] == ["settlement-failed", "instruction-settled"]
    left = desk.state.get(SETTLEMENTS, sold.id)
    assert left is not None
    assert left.failure is not None


def test_a_part_settles_for_its_share_and_the_rest_later_for_the_rest(desk: Desk) -> None:
    """10 paisa for four units: 2 for the first of them, 8 for the others."""
    desk.do("mof", Transfer("mof-house", "alpha", BILL, FACE))
    said = replace(RESALE, partial=True, payment=Payment(RUPEE, 10))
    settlement = matched(desk, said)
    assert (settlement.amount, settlement.payment) == (3 * FACE, Payment(RUPEE, 8))
    assert settlement.failure is None
    assert desk.held("gamma", BILL) == FACE
    assert desk.held("gamma", RUPEE) == CASH - 2
    desk.do("mof", Transfer("mof-house", "alpha", BILL, 3 * FACE))
    (event,) = desk.do("gamma", SettleInstructions((settlement.id,)))
    assert (event.fields["amount"], event.fields["paid"], event.fields["left"]) == (3 * FACE, 8, 0)
    assert desk.held("gamma", RUPEE) == CASH - 10


def test_as_much_settles_as_can_be_paid_for(desk: Desk) -> None:
    desk.do("alpha", Transfer("alpha", "beta", RUPEE, CASH - 2 * PRICE - 1))
    settlement = matched(desk, replace(SALE, partial=True))
    assert (settlement.amount, settlement.payment) == (2 * FACE, Payment(RUPEE, 2 * PRICE))
    assert desk.held("alpha", RUPEE) == 1


def test_no_part_settles_for_nothing(desk: Desk) -> None:
    desk.do("mof", Transfer("mof-house", "alpha", BILL, FACE))
    settlement = matched(desk, replace(RESALE, partial=True, payment=Payment(RUPEE, 3)))
    assert settlement.amount == 4 * FACE
    assert settlement.failure is not None


def test_nothing_settles_in_part_where_one_side_wants_it_whole(desk: Desk) -> None:
    desk.do("mof", Transfer("mof-house", "alpha", BILL, FACE))
    settlement = matched(desk, replace(RESALE, partial=True), partial=False)
    assert settlement.amount == 4 * FACE
    assert desk.held("gamma", BILL) == 0


def test_what_has_an_end_lapses_there(desk: Desk) -> None:
    settlement = matched(desk, replace(SALE, settlement_date=MONDAY, until=MONDAY))
    desk.wait_until(start_of(MONDAY + 1))
    (event,) = desk.do("mof", SettleInstructions((settlement.id,)))
    assert (event.name, event.fields) == (
        "settlement-lapsed",
        {"settlement": settlement.id.hex(), "deliverer": "mof-house", "receiver": "alpha"},
    )
    assert desk.state.get(SETTLEMENTS, settlement.id) is None
    assert desk.held("alpha", BILL) == 0


def test_what_has_no_end_settles_however_late(desk: Desk) -> None:
    settlement = matched(desk, replace(SALE, settlement_date=MONDAY))
    desk.wait_until(start_of(MONDAY + 30))
    desk.do("mof", SettleInstructions((settlement.id,)))
    assert desk.held("alpha", BILL) == 4 * FACE


def test_a_settlement_that_is_not_there_is_named(desk: Desk) -> None:
    settlement = matched(desk, replace(SALE, payment=Payment(RUPEE, CASH + 1)))
    assert desk.refused("alpha", SettleInstructions((settlement.id, bytes(32)))) == (
        RejectionCode.UNKNOWN_SETTLEMENT,
        {"settlement": bytes(32).hex()},
    )


@pytest.mark.parametrize("count", [0, 101])
def test_it_names_some_and_not_too_many(count: int) -> None:
    with pytest.raises(EncodingError):
        decode(
            encode(SettleInstructions((bytes(32),) * count)),
            AnyOperation,  # type: ignore[arg-type]
        )


def test_it_counts_for_as_many_operations_as_it_names() -> None:
    assert SettleInstructions((bytes(32),) * 7).weight == 7


def test_the_sentence_says_what_it_would_settle(desk: Desk) -> None:
    settlement = matched(desk, replace(SALE, settlement_date=MONDAY))
    assert SettleInstructions((settlement.id, bytes(32))).sentence(desk.state) == (
        f"settle PKR 20,000.00 of {BILL} from mof-house to alpha, 0000000000000000…, which is not "
        "known"
    )
