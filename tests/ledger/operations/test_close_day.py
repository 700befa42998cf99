"""The business day moves when it is closed, to the next day that is one."""

import pytest

from amanat.ledger.dates import DAY_MS, start_of
from amanat.ledger.days.calendar import Calendar
from amanat.ledger.operations import CloseDay, SetCalendar
from amanat.ledger.rejections import RejectionCode
from amanat.ledger.state import business_day_of
from tests.ledger.desk import Desk, desk_with_market
from tests.ledger.world import START

THURSDAY = START // DAY_MS


@pytest.fixture
def desk() -> Desk:
    return desk_with_market()


def at(desk: Desk, time: int) -> None:
    """Let the clock come to `time`, with no day closed."""
    desk.time, desk.writer.valid_until = time, time + DAY_MS


def test_the_next_day_is_open_from_then_on(desk: Desk) -> None:
    at(desk, start_of(THURSDAY + 1))
    (event,) = desk.do("sbp", CloseDay(THURSDAY))
    assert (event.name, event.fields) == ("day-closed", {"date": THURSDAY, "next": THURSDAY + 1})
    day = business_day_of(desk.state)
    assert (day.date, day.number) == (THURSDAY + 1, 2)


def test_the_weekend_is_skipped(desk: Desk) -> None:
    at(desk, start_of(THURSDAY + 1))
    desk.do("sbp", CloseDay(THURSDAY))
    at(desk, start_of(THURSDAY + 2))
    desk.do("sbp", CloseDay(THURSDAY + 1))
    day = business_day_of(desk.state)
    assert (day.date, day.number) == (THURSDAY + 4, 3)


def test_holidays_are_skipped(desk: Desk) -> None:
    holidays = (THURSDAY + 1, THURSDAY + 4, THURSDAY + 5)
    desk.do("mof, sbp", SetCalendar(Calendar((5, 6), holidays, ())))
    at(desk, start_of(THURSDAY + 1))
    desk.do("sbp", CloseDay(THURSDAY))
    assert desk.business_date == THURSDAY + 6


def test_days_that_passed_unclosed_are_made_up_at_once(desk: Desk) -> None:
    at(desk, start_of(THURSDAY + 6))
    desk.do("sbp", CloseDay(THURSDAY))
    day = business_day_of(desk.state)
    assert (day.date, day.number) == (THURSDAY + 6, 2)


def test_a_day_is_not_closed_before_its_date_is_over(desk: Desk) -> None:
    at(desk, start_of(THURSDAY + 1) - 1)
    assert desk.refused("sbp", CloseDay(THURSDAY)) == (
        RejectionCode.WRONG_DAY,
        {"date": THURSDAY, "today": THURSDAY},
    )
    at(desk, start_of(THURSDAY + 1))
    desk.do("sbp", CloseDay(THURSDAY))


@pytest.mark.parametrize("date", [THURSDAY - 1, THURSDAY + 1])
def test_no_other_day_than_the_open_one_is_closed(desk: Desk, date: int) -> None:
    at(desk, start_of(THURSDAY + 3))
    assert desk.refused("sbp", CloseDay(date)) == (
        RejectionCode.WRONG_DAY,
        {"date": date, "open": THURSDAY},
    )


@pytest.mark.parametrize("signers", ["mof", "alpha", "custodian-a, custodian-b, cdc"])
def test_the_central_bank_closes_the_day(desk: Desk, signers: str) -> None:
    at(desk, start_of(THURSDAY + 1))
    assert desk.refused(signers, CloseDay(THURSDAY)) == (
        RejectionCode.MISSING_APPROVAL,
        {"act": "close-day", "role": "central_bank", "have": 0, "need": 1},
    )


def test_the_sentence_names_the_day(desk: Desk) -> None:
    assert CloseDay(THURSDAY).sentence(desk.state) == "close the business day 2026-01-01"
