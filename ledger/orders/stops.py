"""Which legal orders stand against a movement now, by what they stop as a whole."""

from collections.abc import Iterator

from amanat.ledger.holdings.movements import Movement, Purpose
from amanat.ledger.operation_execution import Execution
from amanat.ledger.orders.legal_orders import HoldingScope, LegalOrder
from amanat.ledger.orders.order_register import (
    among_those_in_force,
    has_orders,
    in_force,
    orders_on_account,
    pauses_of,
)


def debit_stops(execution: Execution, account: str, instrument: str) -> Iterator[LegalOrder]:
    """Yield every order because of which nothing of the holding goes out."""
    if has_orders(execution.state):
        yield from in_force(execution, pauses_of(instrument))
        yield from _on_debits(execution, account, instrument)


def holding_stops(execution: Execution, account: str, instrument: str) -> list[str]:
    """Return the orders because of which nothing of this holding, as such, goes out."""
    if not has_orders(execution.state):
        return []
    return [
        order.id
        for order in in_force(execution, orders_on_account(account))
        if isinstance(order.scope, HoldingScope) and order.stops_debits(instrument)
    ]


def standing_against(execution: Execution, movement: Movement) -> Iterator[LegalOrder]:
    """Yield every order that stops what a movement takes out of one account or into another.

    What an instrument owes at its end comes in all the same: value may not vanish, and it goes no
    further than the account.
    """
    if not has_orders(execution.state):
        return
    source, target, instrument = movement.source, movement.target, movement.instrument.id
    yield from among_those_in_force(execution, movement.under)
    yield from in_force(execution, pauses_of(instrument))
    if source is not None:
        yield from _on_debits(execution, source.name, instrument)
    if target is not None and movement.purpose is not Purpose.REDEMPTION:
        for order in in_force(execution, orders_on_account(target.name)):
            if order.stops_credits(instrument):
                yield order


def _on_debits(execution: Execution, account: str, instrument: str) -> Iterator[LegalOrder]:
    for order in in_force(execution, orders_on_account(account)):
        if order.stops_debits(instrument):
            yield order
