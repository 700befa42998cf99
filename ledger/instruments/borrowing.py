"""What the state owes in all, kept as debt is issued and redeemed.

Counted is face value, of debt in whosever account, also in the issuer's own.
"""

from amanat.ledger.instruments.ceilings import Borrowing, Ceiling
from amanat.ledger.instruments.instrument import Instrument
from amanat.ledger.operation_execution import Execution
from amanat.ledger.state import BORROWING, CEILINGS, State
from amanat.ledger.terms import DebtTerms


def outstanding(state: State, cash: str) -> int:
    """Return the face value of all debt that is paid in this cash instrument."""
    owed = state.get(BORROWING, cash)
    return 0 if owed is None else owed.outstanding


def ceiling(execution: Execution, cash: str) -> Ceiling | None:
    """Return the ceiling on it that holds today, by the calendar; None if none does."""
    ceilings = execution.state.get(CEILINGS, cash)
    return None if ceilings is None else ceilings.on(execution.today)


def issued(execution: Execution, instrument: Instrument, amount: int) -> None:
    """Let the total follow an issue."""
    if isinstance(instrument.terms, DebtTerms):
        cash, state = instrument.terms.cash, execution.state
        held = ceiling(execution, cash)
        limit = None if held is None else held.amount
        state.put(Borrowing(outstanding(state, cash) + amount, limit), BORROWING, cash)


def redeemed(execution: Execution, instrument: Instrument, amount: int) -> None:
    """Let the total follow a redemption."""
    if isinstance(instrument.terms, DebtTerms):
        cash, state = instrument.terms.cash, execution.state
        owed = state.get(BORROWING, cash)
        if owed is None or owed.outstanding < amount:
            raise AssertionError(f"more is redeemed in {cash} than is owed")
        state.put(Borrowing(owed.outstanding - amount, owed.ceiling), BORROWING, cash)
