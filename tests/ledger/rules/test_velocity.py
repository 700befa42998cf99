"""A holder gives away at most so much in a day, a week, a month."""

from itertools import pairwise

import pytest

from amanat.ledger.dates import start_of
from amanat.ledger.operations import DeliverVersusPayment, SetRules, Transfer
from amanat.ledger.rejections import RejectionCode
from amanat.ledger.rules import Period, Velocity
from amanat.ledger.rules.velocity import MOVED_OUT, MovedOut, number_of
from tests.ledger.desk import Desk
from tests.ledger.rules.ruled import FACE, give, refused, ruled, set_rules
from tests.ledger.world import BILL, RUPEE, START

TODAY = START // 86_400_000
"""2026-01-01, a Thursday."""

DAILY = Velocity(Period.DAY, 10 * FACE)


def fast(would_move: int, period: Period = Period.DAY) -> tuple[str, dict[str, str | int]]:
    return RejectionCode.VELOCITY, {
        "holder": "alpha",
        "period": period.value,
        "would_move": would_move * FACE,
        "may_move": 10 * FACE,
    }


def desk_with(*rules: Velocity) -> Desk:
    desk = ruled(*rules)
    give(desk, "mof-house", "alpha", 100)
    return desk


@pytest.fixture
def desk() -> Desk:
    return desk_with(DAILY)


def test_exactly_so_much_leaves_in_a_day_and_no_piece_more(desk: Desk) -> None:
    give(desk, "alpha", "beta", 6)
    give(desk, "alpha", "gamma", 4)
    assert refused(desk, "alpha", "beta", 1) == fast(11)


def test_what_is_refused_does_not_count(desk: Desk) -> None:
    assert refused(desk, "alpha", "beta", 11) == fast(11)
    give(desk, "alpha", "beta", 10)


def test_all_accounts_of_a_holder_count_together_and_among_themselves_nothing_does(
    desk: Desk,
) -> None:
    give(desk, "alpha", "alpha-2", 50)
    give(desk, "alpha", "beta", 6)
    give(desk, "alpha-2", "beta", 4)
    give(desk, "alpha-2", "alpha", 20)
    assert refused(desk, "alpha-2", "beta", 1) == fast(11)


def test_each_holder_counts_by_itself_and_what_comes_in_gives_no_room(desk: Desk) -> None:
    give(desk, "alpha", "beta", 10)
    give(desk, "beta", "alpha", 10)
    assert refused(desk, "alpha", "beta", 1) == fast(11)


def test_the_legs_of_one_transaction_count_each(desk: Desk) -> None:
    legs = [DeliverVersusPayment("alpha", "beta", BILL, n * FACE, RUPEE, 1) for n in (6, 5)]
    assert desk.refused("alpha, beta", *legs) == fast(11)
    desk.do("alpha, beta", legs[0])
    assert refused(desk, "alpha", "beta", 5) == fast(11)


def test_the_issuer_places_as_much_as_it_likes() -> None:
    desk = ruled(DAILY)
    give(desk, "mof-house", "alpha", 11)
    give(desk, "mof-house", "alpha", 11)


def test_a_day_ends_at_midnight_in_pakistan(desk: Desk) -> None:
    give(desk, "alpha", "beta", 10)
    desk.wait_until(start_of(TODAY + 1) - 1_000)
    assert refused(desk, "alpha", "beta", 1) == fast(11)
    desk.wait_until(start_of(TODAY + 1))
    give(desk, "alpha", "beta", 10)


def test_a_week_ends_with_sunday() -> None:
    desk = desk_with(Velocity(Period.WEEK, 10 * FACE))
    give(desk, "alpha", "beta", 10)
    desk.wait_until(start_of(TODAY + 4) - 1_000)
    assert refused(desk, "alpha", "beta", 1) == fast(11, Period.WEEK)
    desk.wait_until(start_of(TODAY + 4))
    give(desk, "alpha", "beta", 10)


def test_a_month_ends_with_its_last_date() -> None:
    desk = desk_with(Velocity(Period.MONTH, 10 * FACE))
    give(desk, "alpha", "beta", 10)
    desk.wait_until(start_of(TODAY + 31) - 1_000)
    assert refused(desk, "alpha", "beta", 1) == fast(11, Period.MONTH)
    desk.wait_until(start_of(TODAY + 31))
    give(desk, "alpha", "beta", 10)


def test_day_week_and_month_hold_together() -> None:
    desk = desk_with(
        Velocity(Period.DAY, 10 * FACE),
        Velocity(Period.MONTH, 25 * FACE),
        Velocity(Period.WEEK, 15 * FACE),
    )
    give(desk, "alpha", "beta", 10)
    desk.wait_until(start_of(TODAY + 1))
    assert refused(desk, "alpha", "beta", 6)[1]["period"] == "week"
    give(desk, "alpha", "beta", 5)
    desk.wait_until(start_of(TODAY + 4))
    give(desk, "alpha", "beta", 10)
    desk.wait_until(start_of(TODAY + 5))
    assert refused(desk, "alpha", "beta", 1)[1]["period"] == "month"


def test_the_state_keeps_one_count_for_each_holder_and_period(desk: Desk) -> None:
    give(desk, "alpha", "beta", 3)
    assert desk.state.get(MOVED_OUT, BILL, "alpha", "day") == MovedOut(TODAY, 3 * FACE)
    desk.wait_until(start_of(TODAY + 1))
    give(desk, "alpha", "beta", 2)
    assert desk.state.get(MOVED_OUT, BILL, "alpha", "day") == MovedOut(TODAY + 1, 2 * FACE)
    entries = [key for key, _ in desk.leader.tip.tree.items() if b"moved-out" in key]
    assert len(entries) == 1


def test_a_limit_that_is_changed_goes_on_counting(desk: Desk) -> None:
    give(desk, "alpha", "beta", 8)
    set_rules(desk, Velocity(Period.DAY, 12 * FACE))
    give(desk, "alpha", "beta", 4)
    set_rules(desk, DAILY)
    assert refused(desk, "alpha", "beta", 1) == fast(13)


def test_cash_has_a_velocity_too(desk: Desk) -> None:
    desk.do("mof, sbp", SetRules(RUPEE, (Velocity(Period.DAY, 100),)))
    desk.do("beta", Transfer("beta", "gamma", RUPEE, 100))
    assert desk.refused("beta", Transfer("beta", "gamma", RUPEE, 1)) == (
        RejectionCode.VELOCITY,
        {"holder": "beta", "period": "day", "would_move": 101, "may_move": 100},
    )


def test_periods_follow_one_another_without_gaps() -> None:
    for period in Period:
        numbers = [number_of(period, date) for date in range(1_000)]
        assert {after - before for before, after in pairwise(numbers)} <= {0, 1}


def test_weeks_have_seven_days_and_begin_on_monday() -> None:
    monday = 4  # 1970-01-05
    assert number_of(Period.WEEK, monday) == number_of(Period.WEEK, monday + 6)
    assert number_of(Period.WEEK, monday) == number_of(Period.WEEK, monday - 1) + 1


def test_it_tells_itself() -> None:
    assert DAILY.subject == "day"
    assert DAILY.sentence(ruled().state, BILL) == (
        f"what a holder may give away in a day: PKR 50,000.00 of {BILL}"
    )
