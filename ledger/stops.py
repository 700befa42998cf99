"""Which legal orders stand against a movement now, by what they stop as a whole."""

from collections.abc import Iterator

from amanat.ledger.legal_orders import LegalOrder
from amanat.ledger.movements import Movement, Purpose
from amanat.ledger.operation_execution import Execution
from amanat.ledger.order_register import has_orders, in_force, orders_on_account, pauses_of


def debit_stops(execution: Execution, account: str, instrument: str) -> Iterator[LegalOrder]:
    """Yield every order because of which nothing of the holding goes out."""
    if not has_orders(execution.state):
        return
    yield from in_force(execution, pauses_of(instrument))
    for order in in_force(execution, orders_on_account(account)):
        if order.stops_debits(instrument):
            yield order


def credit_stops(execution: Execution, account: str, instrument: str) -> Iterator[LegalOrder]:
    """Yield every order because of which nothing of the instrument comes into the account."""
    if not has_orders(execution.state):
        return
    yield from in_force(execution, pauses_of(instrument))
    for order in in_force(execution, orders_on_account(account)):
        if order.stops_credits(instrument):
            yield order


def standing_against(execution: Execution, movement: Movement) -> Iterator[LegalOrder]:
    """Yield every order that stops what a movement takes out or brings in, each once.

    What an instrument owes at its end comes in all the same: value may not vanish, and it goes no
    further than the account.
    """
    source, target, instrument = movement.source, movement.target, movement.instrument.id
    orders: dict[str, LegalOrder] = {}
    if source is not None:
        orders |= {each.id: each for each in debit_stops(execution, source.name, instrument)}
    if target is not None and movement.purpose is not Purpose.REDEMPTION:
        orders |= {each.id: each for each in credit_stops(execution, target.name, instrument)}
    yield from orders.values()
