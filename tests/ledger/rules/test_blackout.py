"""In its windows nothing of it changes hands."""

import pytest

from amanat.ledger.dates import start_of
from amanat.ledger.operations import Issue, Transfer
from amanat.ledger.rejections import RejectionCode
from amanat.ledger.rules import Blackout, Window
from tests.ledger.desk import Desk
from tests.ledger.rules.ruled import FACE, give, refused, ruled
from tests.ledger.world import BILL, RUPEE, START

TODAY = START // 86_400_000
RULE = Blackout((Window(TODAY + 3, TODAY + 5), Window(TODAY + 7, TODAY + 7)))


@pytest.fixture
def desk() -> Desk:
    desk = ruled(RULE)
    give(desk, "mof-house", "alpha", 10)
    return desk


def dark(first: int, last: int, today: int) -> tuple[str, dict[str, str | int]]:
    days = {"first": TODAY + first, "last": TODAY + last, "today": TODAY + today}
    return RejectionCode.BLACKOUT, dict(days)


def test_a_window_begins_and_ends_with_its_dates_in_pakistan(desk: Desk) -> None:
    desk.wait_until(start_of(TODAY + 3) - 1_000)
    give(desk, "alpha", "beta", 1)
    desk.wait_until(start_of(TODAY + 3))
    assert refused(desk, "alpha", "beta", 1) == dark(3, 5, 3)
    desk.wait_until(start_of(TODAY + 6) - 1_000)
    assert refused(desk, "alpha", "beta", 1) == dark(3, 5, 5)
    desk.wait_until(start_of(TODAY + 6))
    give(desk, "alpha", "beta", 1)
    desk.wait_until(start_of(TODAY + 7))
    assert refused(desk, "alpha", "beta", 1) == dark(7, 7, 7)


def test_nothing_is_placed_or_issued_either(desk: Desk) -> None:
    desk.wait_until(start_of(TODAY + 3))
    assert refused(desk, "mof-house", "beta", 1) == dark(3, 5, 3)
    assert desk.refused("mof, sbp", Issue(BILL, "beta", FACE)) == dark(3, 5, 3)


def test_a_holders_own_accounts_and_other_instruments_go_on(desk: Desk) -> None:
    desk.wait_until(start_of(TODAY + 3))
    give(desk, "alpha", "alpha-2", 1)
    desk.do("alpha", Transfer("alpha", "beta", RUPEE, 1))


@pytest.mark.parametrize(
    "windows",
    [
        (Window(2, 1),),
        (Window(1, 3), Window(3, 4)),
        (Window(1, 3), Window(4, 5)),
        (Window(5, 6), Window(1, 2)),
        (Window(1, 9), Window(2, 3)),
    ],
)
def test_windows_are_in_order_and_apart(windows: tuple[Window, ...]) -> None:
    assert Blackout(windows).problems() == [
        "windows must be in order, with a day between each and the next"
    ]


def test_a_window_may_be_one_day_and_the_next_begin_two_days_after() -> None:
    assert Blackout((Window(1, 1), Window(3, 9))).problems() == []


def test_it_tells_itself() -> None:
    assert RULE.sentence(ruled().state, BILL) == (
        "the blackout: 2026-01-04 to 2026-01-06, 2026-01-08 to 2026-01-08"
    )
