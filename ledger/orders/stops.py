"""Which legal orders stand against a movement now, by what they stop as a whole."""

from collections.abc import Iterator

from amanat.ledger.holdings.movements import Movement, Purpose
from amanat.ledger.operation_execution import Execution
from amanat.ledger.orders.legal_orders import LegalOrder
from amanat.ledger.orders.order_register import has_orders, in_force, orders_on_account, pauses_of


def debit_stops(execution: Execution, account: str, instrument: str) -> Iterator[LegalOrder]:
    """Yield every order because of which nothing of the holding goes out."""
    if has_orders(execution.state):
        yield from in_force(execution, pauses_of(instrument))
        yield from _on_debits(execution, account, instrument)


def standing_against(execution: Execution, movement: Movement) -> Iterator[LegalOrder]:
    """Yield every order that stops what a movement takes out of one account or into another.

    What an instrument owes at its end comes in all the same: value may not vanish, and it goes no
    further than the account.
    """
    if not has_orders(execution.state):
        return
    source, target, instrument = movement.source, movement.target, movement.instrument.id
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
