"""The recount finds every list from which an instruction or a settlement is missing."""

import pytest
from msgspec.structs import replace

from amanat.ledger.invariants import violations
from amanat.ledger.state import SETS
from tests.ledger.desk import desk_with_market
from tests.ledger.trades import MONDAY, SALE, answer, enter, matched
from tests.ledger.world import BILL, RUPEE

DESK = desk_with_market()
matched(DESK, replace(SALE, settlement_date=MONDAY))
enter(DESK, SALE)
enter(DESK, answer(SALE, counterparty="beta", payment=None))
SOUND = dict(DESK.leader.tip.tree.items())
TRADE = ("mof-house", "alpha", BILL, "2000000", RUPEE, str(SALE.settlement_date))
LISTS = [
    ("instructions-of", "mof-house"),
    ("instructions-of", "alpha"),
    ("instructions-against", "alpha"),
    ("instructions-against", "beta"),
    ("alike", "deliver", *TRADE),
    ("settlements-of", "mof-house"),
    ("settlements-of", "alpha"),
    ("due", str(MONDAY), "normal"),
    ("settlement-dates",),
]


def test_a_sound_state_violates_nothing() -> None:
    assert violations(SOUND.items()) == []


@pytest.mark.parametrize("name", LISTS)
def test_a_list_that_is_gone_is_found(name: tuple[str, ...]) -> None:
    left = {key: value for key, value in SOUND.items() if key != SETS.key(*name)}
    assert len(left) == len(SOUND) - 1
    assert violations(left.items()) == [f"the list {' '.join(name)} is []"]
