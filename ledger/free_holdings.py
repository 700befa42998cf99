"""What of a holding its owner may move, pledge or promise: all that nobody else has a claim on."""

from amanat.ledger.freezes import unclaimed
from amanat.ledger.operation_execution import Execution
from amanat.ledger.stops import debit_stops


def free(execution: Execution, account: str, instrument: str) -> int:
    """Return how much of the holding is neither held for somebody nor pledged nor frozen.

    Nothing is free while a legal order stops the account, the holding or the instrument as a whole.
    """
    if any(debit_stops(execution, account, instrument)):
        return 0
    return unclaimed(execution, account, instrument)
