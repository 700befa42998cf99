"""What of a holding its owner may move, pledge or promise: all that nobody else has a claim on."""

from amanat.ledger.balances import holding
from amanat.ledger.operation_execution import Execution


def free(execution: Execution, account: str, instrument: str) -> int:
    """Return how much of the holding is neither held for somebody nor pledged."""
    held = holding(execution.state, account, instrument)
    return held.amount - held.reserved
