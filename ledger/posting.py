"""The one way in which anything changes hands."""

from amanat.ledger import balances, checks
from amanat.ledger.movements import Movement
from amanat.ledger.operation_execution import Execution
from amanat.ledger.rules import rules_of


def post(execution: Execution, *movements: Movement) -> None:
    """Check each movement and make it, one after the other.

    Raises:
        Refused: the first reason why one of them may not be made.
    """
    for movement in movements:
        execution.check(checks.refusals(execution, movement))
        _make(execution, movement)


def _make(execution: Execution, movement: Movement) -> None:
    state = execution.state
    _, instrument, source, target, amount, reserved, _ = movement
    if source is not None and reserved:
        balances.reserve(state, source.name, instrument.id, -reserved)
    if source is not None and target is not None:
        balances.move(state, source, target, instrument, amount)
    elif target is not None:
        balances.issue(state, target, instrument, amount)
    elif source is not None:
        balances.redeem(state, source, instrument, amount)
    for rule in rules_of(state, instrument.id):
        rule.moved(execution, movement)
