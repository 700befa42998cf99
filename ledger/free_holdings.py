"""What of a holding its owner may move, pledge or promise: all that nobody else has a claim on."""

from amanat.ledger.balances import holding
from amanat.ledger.holds import release_expired
from amanat.ledger.operation_execution import Execution


def free(execution: Execution, account: str, instrument: str) -> int:
    """Return how much of the holding is neither held for somebody nor pledged.

    A hold whose time has passed is ended by that: nothing stays held because nobody asked for it.
    """
    state = execution.state
    held = holding(state, account, instrument)
    if held.reserved:
        release_expired(state, account, instrument, execution.time)
        held = holding(state, account, instrument)
    return held.amount - held.reserved
