"""Terms, and what an amendment changes in them, in words for who is to approve."""

from collections.abc import Callable, Iterator
from typing import Any, Final, get_type_hints

from amanat.ledger.dates import Date
from amanat.ledger.encoding import Structure
from amanat.ledger.terms.scales import (
    INDEX_SCALE,
    PRICE_SCALE,
    RATE_SCALE,
    IndexValue,
    Margin,
    Price,
    Rate,
)
from amanat.ledger.wording import day, decimal


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


def in_words(terms: Structure) -> str:
    """Return every field of the terms with its value."""
    return _fields(terms, "; ")


def differences(before: Structure, after: Structure) -> Iterator[tuple[str, str, str]]:
    """Yield each field that differs between two terms of a kind: its path, what it was, and is."""
    hints = get_type_hints(type(before), include_extras=True)
    for field in before.__struct_fields__:
        was, now = getattr(before, field), getattr(after, field)
        if was == now:
            continue
        if isinstance(was, Structure) and type(was) is type(now):
            for path, *values in differences(was, now):
                yield f"{field}.{path}", values[0], values[1]
        else:
            yield field, _told(was, hints[field]), _told(now, hints[field])


def _told(value: object, hint: object = None) -> str:
    if value is None:
        return "none"
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, tuple):
        return "[" + "; ".join(_told(each) for each in value) + "]"
    if isinstance(value, Structure):
        return _fields(value, ", ")
    for kind, tell in _TOLD:
        if isinstance(value, int) and hint == kind:
            return tell(value)
    return str(value)


def _fields(of: Structure, between: str) -> str:
    hints = get_type_hints(type(of), include_extras=True)
    return between.join(
        f"{name} {_told(getattr(of, name), hints[name])}" for name in of.__struct_fields__
    )
