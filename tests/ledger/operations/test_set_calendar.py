"""Holidays and weekends are governed data."""

import pytest

from amanat.ledger.dates import start_of
from amanat.ledger.days.calendar import Business, Calendar, CutOff
from amanat.ledger.operations import CloseDay, SetCalendar, Transfer
from amanat.ledger.rejections import RejectionCode
from amanat.ledger.state import calendar_of
from tests.ledger.desk import Desk, desk_with_market
from tests.ledger.world import CALENDAR, RUPEE, START

THURSDAY = START // 86_400_000


@pytest.fixture
def desk() -> Desk:
    return desk_with_market()


def test_the_calendar_is_replaced_and_the_open_day_stays_open(desk: Desk) -> None:
    calendar = Calendar((4,), (THURSDAY, THURSDAY + 5), ())
    (event,) = desk.do("mof, sbp", SetCalendar(calendar))
    assert (event.name, event.fields) == ("calendar-set", {"holidays": 2, "cut_offs": ""})
    assert calendar_of(desk.state) == calendar
    assert desk.business_date == THURSDAY


def test_the_next_day_goes_by_the_new_calendar(desk: Desk) -> None:
    desk.do("mof, sbp", SetCalendar(Calendar((4,), (), ())))
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
        (Calendar((6, 5), (), ()), "weekend days must be sorted, each once"),
        (Calendar((5, 5), (), ()), "weekend days must be sorted, each once"),
        (Calendar((), (2, 1), ()), "holidays must be sorted, each once"),
        (Calendar((), (1, 1), ()), "holidays must be sorted, each once"),
    ],
)
def test_a_calendar_out_of_order_is_rejected(desk: Desk, calendar: Calendar, problem: str) -> None:
    assert desk.refused("mof, sbp", SetCalendar(calendar)) == (
        RejectionCode.INVALID_CALENDAR,
        {"problem": problem},
    )


def test_the_sentence_tells_what_changes(desk: Desk) -> None:
    operation = SetCalendar(Calendar((4,), (THURSDAY + 1,), ()))
    assert operation.sentence(desk.state) == (
        "add the holidays 2026-01-02; take away none; weekend: Fri; cut-offs: none"
    )


def test_an_open_day_that_becomes_a_holiday_is_closed_as_any_other(desk: Desk) -> None:
    every_day_for_a_week = tuple(range(THURSDAY, THURSDAY + 7))
    desk.do("mof, sbp", SetCalendar(Calendar((5, 6), every_day_for_a_week, ())))
    desk.do("alpha", Transfer("alpha", "gamma", RUPEE, 1))
    desk.time = desk.writer.valid_until = start_of(THURSDAY + 1)
    desk.do("sbp", CloseDay(THURSDAY))
    assert desk.business_date == THURSDAY + 7


def test_a_day_that_has_passed_may_become_a_holiday(desk: Desk) -> None:
    desk.wait_until(start_of(THURSDAY + 1))
    desk.do("mof, sbp", SetCalendar(Calendar((5, 6), (THURSDAY,), ())))
    assert desk.business_date == THURSDAY + 1
    desk.do("alpha", Transfer("alpha", "gamma", RUPEE, 1))


def test_the_sentence_and_the_event_tell_the_cut_offs(desk: Desk) -> None:
    cut_offs = (CutOff(Business.AGAINST_PAYMENT, 15 * 60 + 30), CutOff(Business.ISSUE, 9 * 60))
    operation = SetCalendar(Calendar((5, 6), (), cut_offs))
    assert operation.sentence(desk.state).endswith(
        "cut-offs: against-payment at 15:30, issue at 09:00"
    )
    (event,) = desk.do("mof, sbp", operation)
    assert event.fields["cut_offs"] == "against-payment at 15:30,issue at 09:00"
