"""A state as a recount sees it."""

from typing import Any

Tables = dict[str, dict[tuple[Any, ...], Any]]
"""All entries by kind and by the parts of their keys, decoded without their types."""

_NO_DEBT = ("cash", "commodity-lot", "unit")
"""The kinds of instruments that are not owed."""


def cash_of(instrument: Any) -> str | None:
    """Return the cash in which an instrument, as it is stored, is owed; None if it is no debt."""
    terms = instrument[3]
    return None if terms[0] in _NO_DEBT else terms[2]
