"""The tranches of an instrument, and what they and it promise together.

Once an instrument has one, all that is issued of it is issued in a tranche.
"""

from collections.abc import Iterator
from typing import Final

import msgspec

from amanat.ledger.instruments.supplies import supply
from amanat.ledger.instruments.tranche import Tranche, TrancheTotals
from amanat.ledger.operation_execution import Execution
from amanat.ledger.rejections import Refused, RejectionCode
from amanat.ledger.state import TRANCHE_TOTALS, TRANCHES, State

DRAWING_CODES: Final = (
    RejectionCode.TRANCHE_NEEDED,
    RejectionCode.UNKNOWN_TRANCHE,
    RejectionCode.TRANCHE_CLOSED,
    RejectionCode.TRANCHE_EXCEEDED,
)
"""Every code with which `draw` may refuse."""


def totals(state: State, instrument: str) -> TrancheTotals:
    """Return all tranches of the instrument together."""
    return state.get(TRANCHE_TOTALS, instrument) or TrancheTotals(0, 0, 0)


def tranches_of(state: State, instrument: str) -> Iterator[Tranche]:
    """Yield the tranches of an instrument, in the order of their numbers."""
    for number in range(1, totals(state, instrument).count + 1):
        found = state.get(TRANCHES, instrument, number)
        if found is None:
            raise AssertionError(f"tranche {number} of {instrument} is counted and is not there")
        yield found


def promised(state: State, instrument: str) -> int:
    """Return what was issued outside of tranches and what all tranches may come to."""
    together = totals(state, instrument)
    return supply(state, instrument).issued - together.issued + together.amount


def put(state: State, instrument: str, number: int, after: Tranche) -> None:
    """Set a tranche, new or changed, and let the totals follow."""
    before = state.get(TRANCHES, instrument, number)
    amount, issued = (0, 0) if before is None else (before.amount, before.issued)
    together = totals(state, instrument)
    state.put(after, TRANCHES, instrument, number)
    state.put(
        TrancheTotals(
            together.count + (before is None),
            together.amount + after.amount - amount,
            together.issued + after.issued - issued,
        ),
        TRANCHE_TOTALS,
        instrument,
    )


def draw(execution: Execution, instrument: str, number: int | None, amount: int) -> None:
    """Count an issue in its tranche; None names none.

    Raises:
        Refused: one must be named, or this one is not there, not open or used up.
    """
    state = execution.state
    if number is None:
        if totals(state, instrument).count:
            raise Refused(RejectionCode.TRANCHE_NEEDED, instrument=instrument)
        return
    tranche, today = state.get(TRANCHES, instrument, number), execution.business_date
    if tranche is None:
        raise Refused(RejectionCode.UNKNOWN_TRANCHE, instrument=instrument, tranche=number)
    if not tranche.opens <= today <= tranche.closes:
        raise Refused(
            RejectionCode.TRANCHE_CLOSED,
            tranche=number,
            opens=tranche.opens,
            closes=tranche.closes,
            today=today,
        )
    would_be = tranche.issued + amount
    if would_be > tranche.amount:
        raise Refused(
            RejectionCode.TRANCHE_EXCEEDED,
            tranche=number,
            would_be=would_be,
            may_be=tranche.amount,
        )
    put(state, instrument, number, msgspec.structs.replace(tranche, issued=would_be))
