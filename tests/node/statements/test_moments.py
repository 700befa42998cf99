"""From business days to blocks."""

from itertools import pairwise

import pytest

from amanat.ledger.dates import DAY_MS, start_of
from amanat.node.statements.moments import NotClosed, opening_height, seal_of
from tests.ledger.desk import Desk
from tests.ledger.world import START

THURSDAY = START // DAY_MS


@pytest.fixture
def desk() -> Desk:
    """A ledger that has closed a Thursday, the Friday, and a Monday three weeks later."""
    made = Desk()
    for days in (1, 2, 25):
        made.wait_until(start_of(THURSDAY + days))
    return made


def test_a_day_begins_behind_the_block_that_closed_the_one_before(desk: Desk) -> None:
    state = desk.state
    closed = [date for date in range(THURSDAY, THURSDAY + 25) if _closed(desk, date)]
    assert closed[:2] == [THURSDAY, THURSDAY + 1]
    assert opening_height(state, closed[0]) == 1
    for before, after in pairwise(closed):
        assert opening_height(state, after) == seal_of(state, before).height + 1


def test_what_was_no_business_day_has_no_blocks(desk: Desk) -> None:
    for date in (THURSDAY + 3, desk.business_date, THURSDAY - 1):
        with pytest.raises(NotClosed, match="was closed"):
            opening_height(desk.state, date)


def _closed(desk: Desk, date: int) -> bool:
    try:
        seal_of(desk.state, date)
    except NotClosed:
        return False
    return True
