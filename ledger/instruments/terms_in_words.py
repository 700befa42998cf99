"""Terms, and what an amendment changes in them, in words for who is to approve."""

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any, Final, get_type_hints

from amanat.ledger.dates import Date
from amanat.ledger.encoding import Structure
from amanat.ledger.identifiers import PositiveAmount
from amanat.ledger.state import State
from amanat.ledger.terms import Terms
from amanat.ledger.terms.scales import (
    INDEX_SCALE,
    PRICE_SCALE,
    RATE_SCALE,
    IndexValue,
    Margin,
    Price,
    Rate,
)
from amanat.ledger.wording import amount_under, day, decimal


def _percent(rate: int) -> str:
    sign, places = "-" if rate < 0 else "", len(str(RATE_SCALE)) - 3
    return f"{sign}{decimal(abs(rate), places)} %"


_TOLD: Final[tuple[tuple[Any, Callable[[int], str]], ...]] = (
    (Date, day),
    (Rate, _percent),
    (Margin, _percent),
    (Price, lambda price: decimal(price, len(str(PRICE_SCALE)) - 1)),
    (IndexValue, lambda value: decimal(value, len(str(INDEX_SCALE)) - 1)),
)
"""How a number of each type is read."""


def in_words(terms: Terms, state: State) -> str:
    """Return every field of the terms with its value, amounts in units that `state` knows."""
    return _fields(terms, "; ", partial(amount_under, state, terms))


def differences(
    before: Structure, after: Structure, amounts: Callable[[int], str] = str
) -> Iterator[tuple[str, str, str]]:
    """Yield each field that differs between two terms of a kind: its path, what it was, and is.

    `amounts` says how an amount is told.
    """
    hints = get_type_hints(type(before), include_extras=True)
    for field in before.__struct_fields__:
        was, now = getattr(before, field), getattr(after, field)
        if was == now:
            continue
        if isinstance(was, Structure) and type(was) is type(now):
            for path, *values in differences(was, now, amounts):
                yield f"{field}.{path}", values[0], values[1]
        else:
            told = (_told(value, hints[field], amounts) for value in (was, now))
            yield field, next(told), next(told)


def _told(value: object, hint: object, amounts: Callable[[int], str]) -> str:
    if value is None:
        return "none"
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, tuple):
        return "[" + "; ".join(_told(each, None, amounts) for each in value) + "]"
    if isinstance(value, Structure):
        return _fields(value, ", ", amounts)
    if isinstance(value, int) and hint == PositiveAmount:
        return amounts(value)
    for kind, tell in _TOLD:
        if isinstance(value, int) and hint == kind:
            return tell(value)
    return str(value)


def _fields(of: Structure, between: str, amounts: Callable[[int], str]) -> str:
    hints = get_type_hints(type(of), include_extras=True)
    return between.join(
        f"{name} {_told(getattr(of, name), hints[name], amounts)}" for name in of.__struct_fields__
    )
