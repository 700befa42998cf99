"""Amounts as people read them, in the unit of their instrument."""

import pytest

from amanat.ledger.state import State
from amanat.ledger.terms import CashTerms
from amanat.ledger.wording import amount_under, counted, quantity
from tests.ledger.desk import desk_with_market
from tests.ledger.papers import FACE, GOLD, LAND, PIB, PIB_TERMS, TERMS, bring
from tests.ledger.world import RUPEE


@pytest.fixture
def state() -> State:
    desk = desk_with_market()
    bring(desk, PIB)
    bring(desk, GOLD, 1_000_000)
    return desk.state


def test_an_amount_is_told_of_its_instrument(state: State) -> None:
    assert quantity(state, RUPEE, 150) == "PKR 1.50"
    assert quantity(state, PIB, FACE) == f"PKR 100,000.00 of {PIB}"
    assert quantity(state, GOLD, 12_500) == f"12.500 oz of {GOLD}"


def test_an_amount_is_told_under_terms_that_are_not_on_the_ledger(state: State) -> None:
    assert amount_under(state, CashTerms("USD", 2), 150) == "USD 1.50"
    assert amount_under(state, PIB_TERMS, FACE) == "PKR 100,000.00"
    assert amount_under(state, TERMS[LAND], 1_500) == "1,500 share"


def test_what_is_not_known_is_told_as_a_number() -> None:
    nothing = State(lambda _: None)
    assert quantity(nothing, PIB, FACE) == f"10,000,000 of {PIB}"
    assert amount_under(nothing, PIB_TERMS, FACE) == "10,000,000"


def test_one_is_not_many() -> None:
    assert [counted(count, "key") for count in (0, 1, 1_200)] == ["0 keys", "1 key", "1,200 keys"]
