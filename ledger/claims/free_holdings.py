"""What of a holding its owner may move, pledge or promise: all that nobody else has a claim on."""

from amanat.ledger.claims.holds import release_expired
from amanat.ledger.holdings.balances import holding
from amanat.ledger.operation_execution import Execution
from amanat.ledger.orders.freezes import frozen
from amanat.ledger.orders.stops import debit_stops


def unclaimed(execution: Execution, account: str, instrument: str) -> int:
    """Return how much of the holding is neither held for somebody nor pledged nor frozen.

    A hold whose time has passed is ended by that: nothing stays held because nobody asked for it.
    """
    state = execution.state
    held = holding(state, account, instrument)
    if held.reserved:
        release_expired(execution, account, instrument)
        held = holding(state, account, instrument)
    return held.amount - held.reserved - frozen(execution, account, instrument)


def free(execution: Execution, account: str, instrument: str) -> int:
    """Return how much of the holding may move: what is unclaimed, unless it is stopped as a whole.

    Nothing is free while a legal order stops the account, the holding or the instrument.
    """
    if any(debit_stops(execution, account, instrument)):
        return 0
    return unclaimed(execution, account, instrument)
