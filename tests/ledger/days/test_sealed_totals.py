"""What each custodian held, and what was issued and redeemed, at the close of each day."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from amanat.ledger.dates import DAY_MS, start_of
from amanat.ledger.days import sealed_totals
from amanat.ledger.days.seals import DaySeal, LastChange, SealedTotal
from amanat.ledger.instruments.supply import Supply
from amanat.ledger.operations import AnyOperation, CloseDay, Issue, Redeem, Transfer
from amanat.ledger.state import DAY_SEALS, LAST_CHANGES, SEALED_TOTALS, TOTALS
from tests.ledger.desk import Desk, desk_with_market
from tests.ledger.world import BILL, RUPEE, START

THURSDAY = START // DAY_MS
FRIDAY, MONDAY, TUESDAY = THURSDAY + 1, THURSDAY + 4, THURSDAY + 5
CUSTODIANS = ("custodian-a", "custodian-b", "mof", "sbp")
MOVES: dict[str, tuple[str, AnyOperation]] = {
    "between custodians": ("alpha", Transfer("alpha", "gamma", RUPEE, 5)),
    "and back": ("gamma", Transfer("gamma", "beta", RUPEE, 3)),
    "within one": ("alpha", Transfer("alpha", "beta", RUPEE, 7)),
    "the bill": ("mof", Transfer("mof-house", "gamma", BILL, 500_000)),
    "issued": ("sbp", Issue(RUPEE, "sbp-house", 11)),
    "redeemed": ("sbp, gamma", Redeem(RUPEE, "gamma", 2, None)),
    "all out of one": ("sbp", Transfer("sbp-house", "alpha", RUPEE, 11)),
}


@pytest.fixture
def desk() -> Desk:
    return desk_with_market()


def close(desk: Desk, date: int) -> None:
    """Close the day that is open, at the first moment of `date`."""
    desk.time = max(desk.time, start_of(date))
    desk.writer.valid_until = desk.time + DAY_MS
    desk.do("sbp", CloseDay(desk.business_date))


def custodians(desk: Desk, date: int, instrument: str = RUPEE) -> dict[str, int]:
    """Return what was sealed of those custodians that held something."""
    found = {
        each: sealed_totals.custodian_total(desk.state, date, instrument, each)
        for each in CUSTODIANS
    }
    return {name: amount for name, amount in found.items() if amount}


def test_a_closed_day_says_when_it_was_closed_and_what_came_next(desk: Desk) -> None:
    close(desk, FRIDAY)
    close(desk, FRIDAY + 1)
    tip = desk.leader.tip
    assert desk.state.get(DAY_SEALS, THURSDAY) == DaySeal(
        1, FRIDAY, tip.height - 1, start_of(FRIDAY)
    )
    assert desk.state.get(DAY_SEALS, FRIDAY) == DaySeal(2, MONDAY, tip.height, tip.time)
    assert desk.state.get(DAY_SEALS, MONDAY) is None


def test_what_changes_later_leaves_the_closed_day_as_it_was(desk: Desk) -> None:
    close(desk, FRIDAY)
    desk.do("alpha", Transfer("alpha", "gamma", RUPEE, 5))
    desk.do("sbp", Issue(RUPEE, "sbp-house", 11))
    assert custodians(desk, THURSDAY) == {"custodian-a": 2 * 10**9, "custodian-b": 10**9}
    assert sealed_totals.supply(desk.state, THURSDAY, RUPEE) == Supply(3 * 10**9, 0)
    close(desk, MONDAY)
    assert custodians(desk, FRIDAY) == {
        "custodian-a": 2 * 10**9 - 5,
        "custodian-b": 10**9 + 5,
        "sbp": 11,
    }
    assert sealed_totals.supply(desk.state, FRIDAY, RUPEE) == Supply(3 * 10**9 + 11, 0)


def test_days_without_a_change_are_sealed_as_the_day_before(desk: Desk) -> None:
    for date in (FRIDAY, FRIDAY + 1, TUESDAY):
        close(desk, date)
    desk.do("alpha", Transfer("alpha", "gamma", RUPEE, 5))
    for date in (THURSDAY, FRIDAY, MONDAY):
        assert custodians(desk, date) == {"custodian-a": 2 * 10**9, "custodian-b": 10**9}


def test_an_entry_of_the_state_holds_the_total_of_every_day_that_it_stood(desk: Desk) -> None:
    """So a proof of one entry proves the total of the day."""
    close(desk, FRIDAY)
    close(desk, FRIDAY + 1)
    desk.do("alpha", Transfer("alpha", "gamma", RUPEE, 5))
    figure = (RUPEE, "custodian", "custodian-a")
    sealed = desk.state.get(SEALED_TOTALS, *figure, THURSDAY)
    assert sealed == SealedTotal(2 * 10**9, MONDAY, None)
    assert desk.state.get(LAST_CHANGES, *figure) == LastChange(MONDAY, THURSDAY)
    close(desk, TUESDAY)
    desk.do("alpha", Transfer("alpha", "gamma", RUPEE, 5))
    assert desk.state.get(SEALED_TOTALS, *figure, MONDAY) == SealedTotal(
        2 * 10**9 - 5, TUESDAY, THURSDAY
    )


def test_on_one_day_only_the_first_change_seals_and_within_a_custodian_none(desk: Desk) -> None:
    close(desk, FRIDAY)
    key = SEALED_TOTALS.key(RUPEE, "custodian", "custodian-a", THURSDAY)
    within = desk.block([desk.writer.sign(["alpha"], Transfer("alpha", "beta", RUPEE, 1))])
    assert key not in within.changes
    order = Transfer("alpha", "gamma", RUPEE, 1)
    first, second = (desk.block([desk.writer.sign(["alpha"], order)]) for _ in range(2))
    assert key in first.changes
    assert not [key for key in second.changes if b"sealed" in key or b"last-change" in key]


def test_nothing_is_told_of_a_day_that_was_not_closed(desk: Desk) -> None:
    for date in (THURSDAY, THURSDAY - 1):
        with pytest.raises(ValueError, match=f"no business day {date} was closed"):
            sealed_totals.custodian_total(desk.state, date, RUPEE, "custodian-a")
    close(desk, FRIDAY)
    with pytest.raises(ValueError, match="no business day"):
        sealed_totals.supply(desk.state, FRIDAY, RUPEE)


def test_what_was_never_held_is_nothing(desk: Desk) -> None:
    close(desk, FRIDAY)
    assert sealed_totals.custodian_total(desk.state, THURSDAY, BILL, "custodian-a") == 0
    assert sealed_totals.supply(desk.state, THURSDAY, "PK0000000000") == Supply(0, 0)
    desk.do("mof", Transfer("mof-house", "alpha", BILL, 500_000))
    assert sealed_totals.custodian_total(desk.state, THURSDAY, BILL, "custodian-a") == 0


@settings(max_examples=40, deadline=None)
@given(st.lists(st.lists(st.sampled_from(sorted(MOVES)), max_size=4), min_size=1, max_size=6))
def test_every_close_is_what_a_model_wrote_down_then(days: list[list[str]]) -> None:
    desk = desk_with_market()
    totals: dict[tuple[int, str, str], int] = {}
    supplies: dict[tuple[int, str], Supply] = {}
    for names in days:
        for name in names:
            signers, operation = MOVES[name]
            desk.submit(desk.writer.sign(signers.split(", "), operation))
        state, date = desk.state, desk.business_date
        for instrument in (RUPEE, BILL):
            supplies[date, instrument] = Supply(*desk.supply(instrument))
            for custodian in CUSTODIANS:
                now = state.get(TOTALS, instrument, "custodian", custodian)
                totals[date, instrument, custodian] = now or 0
        close(desk, desk.business_date + 1)
    for (date, instrument), supply in supplies.items():
        assert sealed_totals.supply(desk.state, date, instrument) == supply
        held = {
            custodian: sealed_totals.custodian_total(desk.state, date, instrument, custodian)
            for custodian in CUSTODIANS
        }
        assert held == {each: totals[date, instrument, each] for each in CUSTODIANS}
        assert sum(held.values()) == supply.issued - supply.redeemed
