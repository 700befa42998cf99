"""Business days are counted by the calendar, and cut-offs told in ledger time."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from amanat.ledger.dates import MINUTE_MS, start_of
from amanat.ledger.days.calendar import Business, Calendar, CutOff

EPOCH = date(1970, 1, 1)
DATES = st.integers(10_000, 20_000)
WEEKENDS = st.sets(st.integers(0, 6), max_size=6)
HOLIDAYS = st.sets(st.integers(9_990, 20_010), max_size=30)


def calendar(weekend: set[int], holidays: set[int]) -> Calendar:
    return Calendar(tuple(sorted(weekend)), tuple(sorted(holidays)), ())


@given(DATES, WEEKENDS, HOLIDAYS)
def test_a_business_day_is_neither_weekend_nor_holiday(
    day: int, weekend: set[int], holidays: set[int]
) -> None:
    weekday = (EPOCH + timedelta(days=day)).weekday()
    expected = weekday not in weekend and day not in holidays
    assert calendar(weekend, holidays).is_business_day(day) == expected


@given(DATES, WEEKENDS, HOLIDAYS)
def test_the_days_around_a_date_are_the_nearest_business_days(
    day: int, weekend: set[int], holidays: set[int]
) -> None:
    of = calendar(weekend, holidays)
    after, before = of.following(day), of.preceding(day)
    assert before < day < after
    assert of.is_business_day(after)
    assert of.is_business_day(before)
    between = (*range(before + 1, day), *range(day + 1, after))
    assert not any(of.is_business_day(each) for each in between)
    assert of.preceding(after) == of.on_or_before(day)
    assert of.following(before) == of.on_or_after(day)


@given(DATES, WEEKENDS, HOLIDAYS, st.integers(-8, 8))
def test_business_days_are_counted_one_by_one(
    day: int, weekend: set[int], holidays: set[int], days: int
) -> None:
    of = calendar(weekend, holidays)
    first, found = of.on_or_after(day), of.add(day, days)
    assert of.is_business_day(found)
    low, high = min(first, found), max(first, found)
    assert sum(of.is_business_day(each) for each in range(low, high)) == abs(days)
    assert (found > first) == (days > 0)


def test_a_cut_off_is_told_in_ledger_time() -> None:
    of = Calendar((), (), (CutOff(Business.ISSUE, 870),))
    assert of.cut_off(Business.ISSUE, 20_000) == start_of(20_000) + 870 * MINUTE_MS
    assert of.cut_off(Business.REDEMPTION, 20_000) is None


@pytest.mark.parametrize(
    ("broken", "problem"),
    [
        (Calendar((6, 5), (), ()), "weekend days must be sorted, each once"),
        (Calendar((), (2, 2), ()), "holidays must be sorted, each once"),
        (
            Calendar((), (), (CutOff(Business.REDEMPTION, 1), CutOff(Business.ISSUE, 1))),
            "cut-offs must be sorted by business, each once",
        ),
        (
            Calendar((), (), (CutOff(Business.ISSUE, 1), CutOff(Business.ISSUE, 2))),
            "cut-offs must be sorted by business, each once",
        ),
    ],
)
def test_what_is_out_of_order_is_named(broken: Calendar, problem: str) -> None:
    assert broken.problems() == [problem]
