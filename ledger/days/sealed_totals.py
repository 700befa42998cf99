"""Totals as they stood at the close of each business day, sealed as they change.

A day's close touches none of them, however many there are. The first change of a total on a later
day seals what it was until then, under the date since when; what has not changed since stands in
the books as it is. A sealed total is never written again.
"""

from amanat.ledger.dates import Date
from amanat.ledger.days.seals import LastChange, SealedTotal
from amanat.ledger.instruments.supply import Supply
from amanat.ledger.state import (
    DAY_SEALS,
    LAST_CHANGES,
    SEALED_TOTALS,
    SUPPLIES,
    TOTALS,
    State,
    business_day_of,
)

CUSTODIAN = "custodian"
ISSUED = "issued"
REDEEMED = "redeemed"


def seal(state: State, amount: int, instrument: str, *figure: str) -> None:
    """Seal a total that is about to change, if this is its first change on the open day.

    Args:
        state: where it changes.
        amount: what it has been until now.
        instrument: of which instrument it is a total.
        figure: which one: `custodian` and a name, `issued`, or `redeemed`.
    """
    today = business_day_of(state).date
    last = state.get(LAST_CHANGES, instrument, *figure)
    if last is not None and last.date == today:
        return
    if last is not None:
        sealed = SealedTotal(amount, today, last.before)
        state.put(sealed, SEALED_TOTALS, instrument, *figure, last.date)
    before = None if last is None else last.date
    state.put(LastChange(today, before), LAST_CHANGES, instrument, *figure)


def custodian_total(state: State, date: Date, instrument: str, custodian: str) -> int:
    """Return what the custodian's accounts held together when the day `date` was closed.

    Raises:
        ValueError: no such business day was closed.
    """
    now = state.get(TOTALS, instrument, CUSTODIAN, custodian) or 0
    return _at_close(state, date, now, instrument, CUSTODIAN, custodian)


def supply(state: State, date: Date, instrument: str) -> Supply:
    """Return how much had been issued and redeemed when the day `date` was closed.

    Raises:
        ValueError: no such business day was closed.
    """
    now = state.get(SUPPLIES, instrument) or Supply(0, 0)
    return Supply(
        _at_close(state, date, now.issued, instrument, ISSUED),
        _at_close(state, date, now.redeemed, instrument, REDEEMED),
    )


def _at_close(state: State, date: Date, now: int, instrument: str, *figure: str) -> int:
    """Go back from what it is `now` to the last change that is not after `date`."""
    if state.get(DAY_SEALS, date) is None:
        raise ValueError(f"no business day {date} was closed")
    last: LastChange | SealedTotal | None = state.get(LAST_CHANGES, instrument, *figure)
    if last is None or (isinstance(last, LastChange) and last.date <= date):
        return now
    while last is not None and last.before is not None:
        since = last.before
        last = state.get(SEALED_TOTALS, instrument, *figure, since)
        if last is not None and since <= date:
            return last.amount
    return 0
