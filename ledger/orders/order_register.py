"""The register of legal orders: which there are, and which are in force now.

An order that has expired is in force no longer without anybody doing anything; it is taken off the
lists when the next order comes onto one of them or is lifted from it.
"""

from collections.abc import Iterable, Iterator
from typing import Final

from msgspec.structs import replace

from amanat.ledger.linked_sets import LinkedSet
from amanat.ledger.operation_execution import Execution
from amanat.ledger.orders.legal_orders import InstrumentScope, LegalOrder, OrderStatus
from amanat.ledger.rejections import Refused, RejectionCode
from amanat.ledger.state import ORDERS, State

ORDERS_MAX: Final = 32
"""Orders in force on one account, and on one instrument as a whole: each movement asks them all."""

STANDING: Final = LinkedSet("orders")
"""All orders that were not lifted, and whose lapse nobody has noted yet."""


def orders_on_account(account: str) -> LinkedSet:
    """Return those of `STANDING` that concern the account, or a holding in it."""
    return LinkedSet("orders-on-account", account)


def orders_on_instrument(instrument: str) -> LinkedSet:
    """Return those of `STANDING` that concern the instrument, in one account or as a whole."""
    return LinkedSet("orders-on-instrument", instrument)


def pauses_of(instrument: str) -> LinkedSet:
    """Return those of `STANDING` that concern the instrument as a whole."""
    return LinkedSet("pauses", instrument)


def has_orders(state: State) -> bool:
    """Return whether there may be an order in force at all: where not, nothing need be asked."""
    return STANDING.count(state) > 0


def order_in_force(execution: Execution, identifier: str) -> LegalOrder:
    """Return an order that is in force now.

    Raises:
        Refused: `unknown_order`, or `order_not_in_force`.
    """
    order = execution.state.get(ORDERS, identifier)
    if order is None:
        raise Refused(RejectionCode.UNKNOWN_ORDER, order=identifier)
    if not order.is_in_force(execution.today):
        stands = order.status is OrderStatus.STANDING
        status = OrderStatus.LAPSED if stands else order.status
        raise Refused(RejectionCode.ORDER_NOT_IN_FORCE, order=identifier, status=status.value)
    return order


def in_force(execution: Execution, among: LinkedSet) -> Iterator[LegalOrder]:
    """Yield the orders of a list that are in force now, oldest first."""
    for identifier in among.members(execution.state):
        order = _known(execution.state, identifier)
        if order.is_in_force(execution.today):
            yield order


def among_those_in_force(execution: Execution, identifiers: Iterable[str]) -> Iterator[LegalOrder]:
    """Yield those of some known orders that are in force now."""
    for identifier in identifiers:
        order = _known(execution.state, identifier)
        if order.is_in_force(execution.today):
            yield order


def is_in_force(execution: Execution, identifier: str) -> bool:
    """Return whether an order that is known is in force now."""
    return _known(execution.state, identifier).is_in_force(execution.today)


def add_order(execution: Execution, order: LegalOrder) -> None:
    """Put a new order on the register, and take what has lapsed off the list that it joins.

    Raises:
        Refused: `too_many_orders`, as many as may be are in force there.
    """
    joins = _bounded_list(order)
    _note_lapses(execution, joins)
    count = joins.count(execution.state)
    if count >= ORDERS_MAX:
        raise Refused(RejectionCode.TOO_MANY_ORDERS, would_be=count + 1, may_be=ORDERS_MAX)
    execution.state.put(order, ORDERS, order.id)
    for each in _lists(order):
        each.add(execution.state, order.id)


def lift_order(execution: Execution, order: LegalOrder) -> None:
    """Take an order out of force, and with it what has lapsed off the list that it was on."""
    _close(execution.state, order, OrderStatus.LIFTED)
    _note_lapses(execution, _bounded_list(order))


def _note_lapses(execution: Execution, among: LinkedSet) -> None:
    for identifier in among.members(execution.state):
        order = _known(execution.state, identifier)
        if not order.is_in_force(execution.today):
            _close(execution.state, order, OrderStatus.LAPSED)


def _close(state: State, order: LegalOrder, status: OrderStatus) -> None:
    """Take an order off all lists. It stays on the register, for whoever asks what stood."""
    state.put(replace(order, status=status), ORDERS, order.id)
    for each in _lists(order):
        each.remove(state, order.id)


def _bounded_list(order: LegalOrder) -> LinkedSet:
    if isinstance(order.scope, InstrumentScope):
        return pauses_of(order.scope.instrument)
    return orders_on_account(order.scope.account)


def _lists(order: LegalOrder) -> Iterator[LinkedSet]:
    yield STANDING
    yield _bounded_list(order)
    if order.instrument is not None:
        yield orders_on_instrument(order.instrument)


def _known(state: State, identifier: str) -> LegalOrder:
    order = state.get(ORDERS, identifier)
    if order is None:
        raise AssertionError(f"the order {identifier} is listed and not on the register")
    return order
