"""The operator settles what is due on a date, in its turn and so many at a time."""

import pytest
from msgspec.structs import replace

from amanat.ledger.dates import start_of
from amanat.ledger.encoding import EncodingError, decode, encode
from amanat.ledger.operations import AnyOperation, SettleDue
from amanat.ledger.rejections import RejectionCode
from amanat.ledger.settlement.instructions import Payment, Priority
from amanat.ledger.settlement.settlements import DATES, Settlement
from tests.ledger.desk import Desk, desk_with_market
from tests.ledger.operations.test_settle_instructions import RESALE
from tests.ledger.trades import (
    FACE,
    MONDAY,
    PRICE,
    SALE,
    TODAY,
    matched,
)
from tests.ledger.world import BILL, RUPEE

UNIT = replace(SALE, amount=FACE, payment=Payment(RUPEE, PRICE), settlement_date=MONDAY)


@pytest.fixture
def desk() -> Desk:
    return desk_with_market()


@pytest.fixture
def waiting(desk: Desk) -> list[Settlement]:
    """Return five settlements in the order of their turns; the second of them must fail."""
    low = matched(desk, replace(UNIT, priority=Priority.LOW))
    first = matched(desk, UNIT)
    high = matched(desk, replace(UNIT, priority=Priority.HIGH))
    second = matched(desk, UNIT)
    failing = matched(desk, replace(RESALE, settlement_date=MONDAY, priority=Priority.HIGH))
    desk.wait_until(start_of(MONDAY))
    return [high, failing, first, second, low]


def test_all_that_is_due_is_tried_by_priority_and_age(
    desk: Desk, waiting: list[Settlement]
) -> None:
    *events, summary = desk.do("sbp", SettleDue(MONDAY, None, 100))
    assert [event.fields["settlement"] for event in events] == [each.id.hex() for each in waiting]
    assert (summary.name, summary.fields) == (
        "settlements-tried",
        {"date": MONDAY, "settled": 4, "partly": 0, "failed": 1, "lapsed": 0, "next": ""},
    )
    assert desk.held("alpha", BILL) == 4 * FACE
    *_, again = desk.do("sbp", SettleDue(MONDAY, None, 100))
    assert (again.fields["settled"], again.fields["failed"]) == (1, 0)
    assert DATES.count(desk.state) == 0


def test_so_many_at_a_time_and_the_next_goes_on_there(
    desk: Desk, waiting: list[Settlement]
) -> None:
    *_, summary = desk.do("sbp", SettleDue(MONDAY, None, 2))
    assert summary.fields["next"] == waiting[2].id.hex()
    *events, summary = desk.do("sbp", SettleDue(MONDAY, waiting[2].id, 2))
    assert [event.fields["settlement"] for event in events] == [
        each.id.hex() for each in waiting[2:4]
    ]
    assert summary.fields["next"] == waiting[4].id.hex()


def test_what_fails_does_not_keep_the_others_from_their_turn(
    desk: Desk, waiting: list[Settlement]
) -> None:
    """However many fail at the front, `start` goes past them."""
    desk.do("sbp", SettleDue(MONDAY, None, 1))
    *_, summary = desk.do("sbp", SettleDue(MONDAY, waiting[1].id, 1))
    assert (summary.fields["failed"], summary.fields["next"]) == (1, waiting[2].id.hex())


def test_a_date_that_has_not_come_is_refused(desk: Desk) -> None:
    assert desk.refused("sbp", SettleDue(MONDAY, None, 1)) == (
        RejectionCode.NOT_YET_DUE,
        {"settlement_date": MONDAY, "business_date": TODAY, "today": TODAY},
    )


def test_a_date_for_which_nothing_is_matched_settles_nothing(desk: Desk) -> None:
    (summary,) = desk.do("sbp", SettleDue(TODAY, None, 10))
    assert (summary.fields["settled"], summary.fields["next"]) == (0, "")


def test_it_begins_with_one_of_its_date(desk: Desk, waiting: list[Settlement]) -> None:
    assert desk.refused("sbp", SettleDue(TODAY, waiting[0].id, 1)) == (
        RejectionCode.UNKNOWN_SETTLEMENT,
        {"settlement": waiting[0].id.hex(), "settlement_date": MONDAY},
    )
    assert desk.refused("sbp", SettleDue(MONDAY, bytes(32), 1)) == (
        RejectionCode.UNKNOWN_SETTLEMENT,
        {"settlement": bytes(32).hex()},
    )


@pytest.mark.parametrize("signer", ["mof", "alpha", "custodian-a"])
def test_the_policy_says_who_may(desk: Desk, signer: str) -> None:
    code, figures = desk.refused(signer, SettleDue(TODAY, None, 1))
    assert (code, figures["act"]) == (RejectionCode.MISSING_APPROVAL, "settle-due")


@pytest.mark.parametrize("limit", [0, 1_001])
def test_it_tries_some_and_not_too_many(limit: int) -> None:
    with pytest.raises(EncodingError):
        decode(encode(SettleDue(TODAY, None, limit)), AnyOperation)  # type: ignore[arg-type]


def test_it_counts_for_as_many_operations_as_it_may_try() -> None:
    assert SettleDue(TODAY, None, 500).weight == 500


def test_the_sentence_says_how_many_are_due(desk: Desk, waiting: list[Settlement]) -> None:
    assert len(waiting) == 5
    assert SettleDue(MONDAY, None, 1_000).sentence(desk.state) == (
        "settle up to 1,000 of the 5 due on 2026-01-05"
    )
