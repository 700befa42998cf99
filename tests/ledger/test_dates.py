"""Dates in Pakistan."""

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from amanat.ledger.dates import DAY_MS, civil, date_of, months_before, of_civil, start_of
from amanat.ledger.days.calendar import Calendar
from amanat.ledger.wording import day, duration, moment

EPOCH = date(1970, 1, 1)
KARACHI = timezone(timedelta(hours=5))


@given(st.integers(0, 200_000))
def test_a_date_is_the_one_of_the_gregorian_calendar(days: int) -> None:
    expected = EPOCH + timedelta(days=days)
    assert civil(days) == (expected.year, expected.month, expected.day)
    assert day(days) == expected.isoformat()


@given(st.integers(0, 200_000))
def test_a_date_is_found_again_by_its_year_month_and_day(days: int) -> None:
    assert of_civil(*civil(days)) == days


@pytest.mark.parametrize(
    ("of", "months", "expected"),
    [
        ("2026-08-31", 6, "2026-02-28"),
        ("2024-08-31", 6, "2024-02-29"),
        ("2026-01-15", 1, "2025-12-15"),
        ("2026-12-31", 12, "2025-12-31"),
        ("2026-03-31", 1, "2026-02-28"),
        ("2026-01-31", 0, "2026-01-31"),
        ("2026-02-28", 240, "2006-02-28"),
    ],
)
def test_months_go_back_to_the_same_day_or_the_last_one(
    of: str, months: int, expected: str
) -> None:
    before = months_before((date.fromisoformat(of) - EPOCH).days, months)
    assert day(before) == expected


@given(st.integers(0, 200_000))
def test_a_date_lasts_from_midnight_to_midnight_in_pakistan(days: int) -> None:
    begins = start_of(days)
    assert date_of(begins) == date_of(begins + DAY_MS - 1) == days
    assert date_of(begins - 1) == days - 1


def test_a_moment_is_read_in_utc() -> None:
    assert moment(1_767_225_661_999) == "2026-01-01T00:01:01Z"


@pytest.mark.parametrize(
    ("milliseconds", "text"),
    [(0, "0 ms"), (1, "1 ms"), (60_000, "1 minute"), (7_200_000, "2 hours"), (DAY_MS, "1 day")],
)
def test_a_duration_is_told_in_its_largest_unit(milliseconds: int, text: str) -> None:
    assert duration(milliseconds) == text


@given(st.integers(0, 199_000), st.sets(st.integers(0, 199_100), max_size=20))
def test_the_next_business_day_is_neither_weekend_nor_holiday(
    days: int, holidays: set[int]
) -> None:
    calendar = Calendar((5, 6), tuple(sorted(holidays)), ())
    found = calendar.on_or_after(days)
    assert (EPOCH + timedelta(days=found)).weekday() < 5
    assert found not in holidays
    assert not any(calendar.is_business_day(each) for each in range(days, found))


@given(st.datetimes(datetime(1970, 1, 2), datetime(2200, 1, 1), timezones=st.just(UTC)))
def test_a_date_on_the_ledger_is_the_date_in_pakistan(moment: datetime) -> None:
    time = (moment - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(milliseconds=1)
    days = (moment.astimezone(KARACHI).date() - date(1970, 1, 1)).days
    assert date_of(time) == days


def test_the_day_begins_at_midnight_in_pakistan() -> None:
    midnight = datetime(2026, 1, 2, tzinfo=KARACHI)
    time = int(midnight.timestamp() * 1_000)
    assert date_of(time) == date_of(time - 1) + 1 == (date(2026, 1, 2) - date(1970, 1, 1)).days


def test_the_first_moment_is_a_date() -> None:
    assert (date_of(0), date_of(DAY_MS)) == (0, 1)
