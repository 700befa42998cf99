"""The one way in which anything changes hands."""

from amanat.ledger import checks
from amanat.ledger.holdings import balances
from amanat.ledger.holdings.movements import Movement
from amanat.ledger.instruments import borrowing, life_cycle
from amanat.ledger.operation_execution import Execution
from amanat.ledger.rules import rules_of


def post(execution: Execution, *movements: Movement) -> None:
    """Check each movement and make it, one after the other.

    Raises:
        Refused: the first reason why one of them may not be made.
    """
    execution.each(movements, checks.refusals, _make)


def _make(execution: Execution, movement: Movement) -> None:
    state = execution.state
    instrument, source, target = movement.instrument, movement.source, movement.target
    amount, reserved = movement.amount, movement.reserved
    if source is not None and reserved:
        balances.reserve(state, source.name, instrument.id, -reserved)
    if source is not None and target is not None:
        balances.move(state, source, target, instrument, amount)
    elif target is not None:
        balances.issue(state, target, instrument, amount)
        borrowing.issued(execution, instrument, amount)
    elif source is not None:
        balances.redeem(state, source, instrument, amount)
        borrowing.redeemed(execution, instrument, amount)
        life_cycle.end_if_redeemed(execution, instrument)
    for rule in rules_of(state, instrument.id):
        rule.moved(execution, movement)
