"""When somebody is warned that a certificate ends."""

from datetime import UTC, datetime, timedelta
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from amanat.node.expiry import Reminder, Urgency, urgency_of_operators, urgency_of_own
from amanat.node.tls import LIFETIME, RENEW_AFTER


@pytest.mark.parametrize(
    ("left", "urgency"),
    [
        (LIFETIME, Urgency.NONE),
        (LIFETIME - RENEW_AFTER, Urgency.NONE),
        (LIFETIME - RENEW_AFTER - timedelta(days=1), Urgency.NONE),
        (LIFETIME - RENEW_AFTER - timedelta(days=1, seconds=1), Urgency.NEAR),
        (timedelta(hours=23), Urgency.NOW),
    ],
)
def test_a_nodes_own_is_told_only_if_it_was_not_renewed(left: timedelta, urgency: Urgency) -> None:
    assert urgency_of_own(left) is urgency


@pytest.mark.parametrize(
    ("left", "urgency"),
    [
        (timedelta(days=365), Urgency.NONE),
        (timedelta(days=30), Urgency.NONE),
        (timedelta(days=30, seconds=-1), Urgency.NEAR),
        (timedelta(days=7), Urgency.NEAR),
        (timedelta(days=7, seconds=-1), Urgency.NOW),
        (timedelta(days=-1), Urgency.NOW),
    ],
)
def test_an_operators_is_told_while_there_is_time_to_fetch_another(
    left: timedelta, urgency: Urgency
) -> None:
    assert urgency_of_operators(left) is urgency


END: Final = datetime(2027, 1, 1, tzinfo=UTC)


def told(reminder: Reminder, expires: datetime, hours: range) -> list[int]:
    """Return the days that were left at each telling, if one looks every so many hours."""
    looks = (expires - timedelta(hours=left) for left in hours)
    return [(expires - now).days for now in looks if reminder.is_due(expires, now)]


def test_it_is_told_once_at_30_14_and_7_days_and_daily_from_then_on() -> None:
    days = told(Reminder(), END, range(60 * 24, -3 * 24, -1))
    assert days == [29, 13, 6, 5, 4, 3, 2, 1, 0, -1, -2, -3]


def test_a_node_that_was_not_looking_tells_once_of_all_that_it_missed() -> None:
    assert told(Reminder(), END, range(10 * 24, 9 * 24, -1)) == [10]


def test_after_a_new_one_it_is_told_from_the_beginning() -> None:
    reminder = Reminder()
    assert told(reminder, END, range(3 * 24, 2 * 24, -1)) == [3]
    renewed = END + timedelta(days=365)
    assert not reminder.is_due(renewed, END)
    assert told(reminder, renewed, range(40 * 24, 20 * 24, -1)) == [29]


@given(st.lists(st.integers(min_value=1, max_value=72), max_size=200))
def test_in_the_last_week_no_day_passes_in_silence_while_one_looks(steps: list[int]) -> None:
    reminder, now, last = Reminder(), END - timedelta(days=8), None
    for step in steps:
        now += timedelta(hours=step)
        if reminder.is_due(END, now):
            last = now
        if END - now < timedelta(days=7):
            assert last is not None
            assert now - last < timedelta(days=1)
