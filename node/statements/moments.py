"""From business days to blocks."""

from typing import Final

from amanat.ledger.dates import Date
from amanat.ledger.days.seals import DaySeal
from amanat.ledger.identifiers import Height
from amanat.ledger.state import DAY_SEALS, State
from amanat.ledger.wording import day

GAP_MAX: Final = 3_660
"""Days between one business day and the next that are looked through."""


class NotClosed(Exception):  # noqa: N818 - what it is
    """No business day of that date was closed."""


def seal_of(state: State, date: Date) -> DaySeal:
    """Return what the close of a business day left.

    Raises:
        NotClosed: there was none.
    """
    found = state.get(DAY_SEALS, date)
    if found is None:
        raise NotClosed(f"no business day {day(date)} was closed")
    return found


def opening_height(state: State, date: Date) -> Height:
    """Return the first block of a business day: the one after that which closed the day before.

    Raises:
        NotClosed: no such day was closed.
    """
    if seal_of(state, date).number == 1:
        return 1
    for before in range(date - 1, date - GAP_MAX, -1):
        seal = state.get(DAY_SEALS, before)
        if seal is not None:
            return seal.height + 1
    raise NotClosed(f"the business day before {day(date)} is too long ago")
