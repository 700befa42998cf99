"""What a treasury bill costs: price per 100 = 100 / (1 + y·d/365), in exact integers.

The State Bank quotes bills to four decimals per 100 of face, Act/365, y a simple annual yield.
"""

from typing import Final

PRICE_SCALE: Final = 10_000
"""A price of 97.6203 per 100 is 976,203."""

YIELD_SCALE: Final = 1_000_000
"""A yield of 10.5 % is 105,000."""


def bill_price(annual_yield: int, days: int) -> int:
    """Return the price per 100 of face, times PRICE_SCALE, rounded half up.

    Args:
        annual_yield: simple annual yield times YIELD_SCALE.
        days: to maturity.
    """
    return half_up(
        100 * PRICE_SCALE * 365 * YIELD_SCALE, 365 * YIELD_SCALE + annual_yield * days
    )


def cost(face: int, price: int) -> int:
    """Return what `face`, in paisa, costs at `price`, to the paisa, rounded half up."""
    return half_up(face * price, 100 * PRICE_SCALE)


def half_up(numerator: int, denominator: int) -> int:
    """Return a quotient of natural numbers, rounded half up."""
    return (2 * numerator + denominator) // (2 * denominator)
