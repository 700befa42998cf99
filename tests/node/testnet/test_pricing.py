"""What a treasury bill costs: price per 100 = 100 / (1 + y·d/365), Act/365, in exact integers."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from amanat.node.testnet.pricing import PRICE_SCALE, YIELD_SCALE, bill_price, cost, half_up


@pytest.mark.parametrize(
    ("annual_yield", "days", "price"),
    [
        # The State Bank's worked figures: 3.1845 % for 91 days, 3.5202 % for 182.
        (31_845, 91, 99.2123),
        (35_202, 182, 98.2750),
        (105_000, 84, 97.6406),
        (0, 84, 100.0),
        (105_000, 0, 100.0),
        (1_000_000, 365, 50.0),
    ],
)
def test_a_price_is_what_a_simple_yield_makes_of_100(
    annual_yield: int, days: int, price: float
) -> None:
    assert bill_price(annual_yield, days) == round(price * PRICE_SCALE)


@given(st.integers(0, 10 * YIELD_SCALE), st.integers(0, 3650))
def test_a_price_is_the_formulas_to_half_a_unit_of_the_fourth_decimal(
    annual_yield: int, days: int
) -> None:
    exact = 100 / (1 + Fraction(annual_yield, YIELD_SCALE) * Fraction(days, 365))
    assert abs(Fraction(bill_price(annual_yield, days), PRICE_SCALE) - exact) <= Fraction(1, 20_000)


def test_a_cost_is_face_at_the_price_in_paisa() -> None:
    assert cost(10_000, 992_123) == 9_921
    assert cost(500_000, 976_406) == 488_203
    assert cost(6_000_000_000, 976_406) == 5_858_436_000
    assert cost(500_000, 100 * PRICE_SCALE) == 500_000


@pytest.mark.parametrize(
    ("numerator", "denominator", "rounded"),
    [(0, 3, 0), (1, 3, 0), (1, 2, 1), (2, 3, 1), (3, 2, 2), (5, 2, 3), (7, 7, 1)],
)
def test_half_is_rounded_up_whether_odd_or_even(
    numerator: int, denominator: int, rounded: int
) -> None:
    assert half_up(numerator, denominator) == rounded


@given(st.integers(0, 10**30), st.integers(1, 10**20))
def test_rounding_is_exact_for_numbers_of_any_size(numerator: int, denominator: int) -> None:
    difference = half_up(numerator, denominator) - Fraction(numerator, denominator)
    assert Fraction(-1, 2) < difference <= Fraction(1, 2)
