"""Before its end no holder gives it away."""

import pytest

from amanat.ledger.dates import start_of
from amanat.ledger.operations import Issue
from amanat.ledger.rejections import RejectionCode
from amanat.ledger.rules import LockUp
from tests.ledger.desk import Desk
from tests.ledger.rules.ruled import FACE, give, refused, ruled
from tests.ledger.world import BILL, START

TODAY = START // 86_400_000
UNTIL = TODAY + 30


@pytest.fixture
def desk() -> Desk:
    desk = ruled(LockUp(UNTIL))
    give(desk, "mof-house", "alpha", 10)
    return desk


def locked(today: int) -> tuple[str, dict[str, str | int]]:
    return RejectionCode.LOCKED_UP, {"account": "alpha", "until": UNTIL, "today": today}


def test_a_holder_gives_nothing_away(desk: Desk) -> None:
    assert refused(desk, "alpha", "beta", 1) == locked(TODAY)
    assert refused(desk, "alpha", "mof-house", 1) == locked(TODAY)


def test_it_ends_when_its_date_begins_in_pakistan(desk: Desk) -> None:
    desk.wait_until(start_of(UNTIL) - 1_000)
    assert refused(desk, "alpha", "beta", 1) == locked(UNTIL - 1)
    desk.wait_until(start_of(UNTIL))
    give(desk, "alpha", "beta", 1)


def test_what_is_issued_is_placed_meanwhile(desk: Desk) -> None:
    give(desk, "mof-house", "beta", 1)
    desk.do("mof, sbp", Issue(BILL, "gamma", FACE))


def test_a_holder_moves_it_among_its_own_accounts(desk: Desk) -> None:
    give(desk, "alpha", "alpha-2", 1)


def test_it_tells_itself() -> None:
    assert LockUp(UNTIL).sentence(ruled().state, BILL) == "the lock-up: until 2026-01-31"
