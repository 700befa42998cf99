"""Holidays and weekends are governed data."""

import pytest

from amanat.ledger.calendar import Calendar
from amanat.ledger.dates import start_of
from amanat.ledger.operations import CloseDay, SetCalendar
from amanat.ledger.rejections import RejectionCode
from amanat.ledger.state import calendar_of
from tests.ledger.desk import Desk, desk_with_market
from tests.ledger.world import CALENDAR, START

THURSDAY = START // 86_400_000


@pytest.fixture
def desk() -> Desk:
    return desk_with_market()


def test_the_calendar_is_replaced_and_the_open_day_stays_open(desk: Desk) -> None:
    calendar = Calendar((4,), (THURSDAY, THURSDAY + 5))
    (event,) = desk.do("mof, sbp", SetCalendar(calendar))
    assert (event.name, event.fields) == ("calendar-set", {"holidays": 2})
    assert calendar_of(desk.state) == calendar
    assert desk.business_date == THURSDAY


def test_the_next_day_goes_by_the_new_calendar(desk: Desk) -> None:
    desk.do("mof, sbp", SetCalendar(Calendar((4,), ())))
    desk.time = desk.writer.valid_until = start_of(THURSDAY + 1)
    desk.do("sbp", CloseDay(THURSDAY))
    assert desk.business_date == THURSDAY + 2


@pytest.mark.parametrize("signers", ["mof", "sbp", "alpha", "custodian-a, custodian-b, cdc"])
def test_the_calendar_is_set_under_dual_control(desk: Desk, signers: str) -> None:
    code, figures = desk.refused(signers, SetCalendar(CALENDAR))
    assert (code, figures["act"]) == (RejectionCode.MISSING_APPROVAL, "set-calendar")


@pytest.mark.parametrize(
    ("calendar", "problem"),
    [
        (Calendar((6, 5), ()), "weekend days must be sorted, each once"),
        (Calendar((5, 5), ()), "weekend days must be sorted, each once"),
        (Calendar((), (2, 1)), "holidays must be sorted, each once"),
        (Calendar((), (1, 1)), "holidays must be sorted, each once"),
    ],
)
def test_a_calendar_out_of_order_is_rejected(desk: Desk, calendar: Calendar, problem: str) -> None:
    assert desk.refused("mof, sbp", SetCalendar(calendar)) == (
        RejectionCode.INVALID_CALENDAR,
        {"problem": problem},
    )


def test_the_sentence_tells_what_changes(desk: Desk) -> None:
    operation = SetCalendar(Calendar((4,), (THURSDAY + 1,)))
    assert operation.sentence(desk.state) == (
        "add the holidays 2026-01-02; take away none; weekend: Fri"
    )
