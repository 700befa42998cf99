"""What legal orders freeze of a holding: amounts, each while one of its orders is in force.

Freezes of one holding never overlap, with one another or with what is reserved. Where frozen units
are redeemed, the freeze follows to what was paid for them.
"""

from collections.abc import Collection, Iterable, Iterator
from typing import NamedTuple

from amanat.ledger.operation_execution import Execution
from amanat.ledger.orders.legal_orders import Freeze, HoldingScope
from amanat.ledger.orders.order_register import has_orders, in_force, is_in_force, orders_on_account
from amanat.ledger.state import FREEZES


class Paid(NamedTuple):
    """What was paid for units that end."""

    cash: str
    """The cash instrument."""
    amount: int


def freezes_of(execution: Execution, account: str, instrument: str) -> list[Freeze]:
    """Return the freezes of a holding that are in force now, each with its orders that are."""
    if not has_orders(execution.state):
        return []
    kept = execution.state.get(FREEZES, account, instrument) or ()
    return _merged(
        Freeze(freeze.amount, orders)
        for freeze in kept
        if (orders := tuple(each for each in freeze.orders if is_in_force(execution, each)))
    )


def frozen(execution: Execution, account: str, instrument: str) -> int:
    """Return how much of the holding is frozen now."""
    return sum(freeze.amount for freeze in freezes_of(execution, account, instrument))


def add_freeze(execution: Execution, account: str, instrument: str, added: Freeze) -> None:
    """Freeze an amount more. There must be as much unclaimed."""
    _put(execution, account, instrument, [*freezes_of(execution, account, instrument), added])


def takeable(
    execution: Execution, account: str, instrument: str, orders: Collection[str]
) -> Iterator[Freeze]:
    """Yield the freezes of a holding for none but these orders."""
    for freeze in freezes_of(execution, account, instrument):
        if set(freeze.orders) <= set(orders):
            yield freeze


def let_go(
    execution: Execution, what: tuple[str, str, int], order: str, despite: set[str], spare: int
) -> None:
    """Let go what an order takes: an amount of a holding. There must be as much.

    First goes what is frozen for it, then what nobody has a claim on (`spare`), at last what is
    frozen for the orders that it goes before.
    """
    account, instrument, amount = what
    able = list(takeable(execution, account, instrument, {order, *despite}))
    own = [freeze for freeze in able if order in freeze.orders]
    others = [freeze for freeze in able if order not in freeze.orders]
    from_own = min(amount, sum(freeze.amount for freeze in own))
    from_others = max(0, amount - from_own - spare)
    left = freezes_of(execution, account, instrument)
    for freeze in (*_first(own, from_own), *_first(others, from_others)):
        _shrink(left, freeze)
    _put(execution, account, instrument, left)


def follow(
    execution: Execution, what: tuple[str, str, int], paid: Paid, spare: int
) -> list[Freeze]:
    """Let the freezes of units that are about to be redeemed pass to what was paid for them.

    What nobody has a claim on (`spare`) is redeemed first. Where an order stops the whole holding,
    all that is redeemed was frozen by it. A fraction of the smallest unit of cash is frozen as a
    whole one. Returns what is frozen of the cash by that.
    """
    account, instrument, amount = what
    holders = [
        order.id
        for order in in_force(execution, orders_on_account(account))
        if isinstance(order.scope, HoldingScope) and order.stops_debits(instrument)
    ]
    freezes = freezes_of(execution, account, instrument)
    ends = list(_first(freezes, max(0, amount - spare)))
    for freeze in ends:
        _shrink(freezes, freeze)
    _put(execution, account, instrument, freezes)
    others = min(amount, spare)
    if holders and others > 0:
        ends.append(Freeze(others, tuple(holders)))
    passed, done = [], 0
    for freeze in ends:
        before = -(-done * paid.amount // amount)
        done += freeze.amount
        share = -(-done * paid.amount // amount) - before
        if share:
            passed.append(Freeze(share, tuple(sorted({*freeze.orders, *holders}))))
    for freeze in passed:
        add_freeze(execution, account, paid.cash, freeze)
    return passed


def _first(freezes: Iterable[Freeze], amount: int) -> Iterator[Freeze]:
    """Yield so much of the freezes, oldest first."""
    for freeze in freezes:
        part = min(freeze.amount, amount)
        amount -= part
        if part:
            yield Freeze(part, freeze.orders)


def _shrink(freezes: list[Freeze], by: Freeze) -> None:
    """Take an amount off the freeze for the same orders."""
    (index,) = (i for i, freeze in enumerate(freezes) if freeze.orders == by.orders)
    left = freezes[index].amount - by.amount
    freezes[index : index + 1] = [Freeze(left, by.orders)] if left else []


def _put(execution: Execution, account: str, instrument: str, freezes: list[Freeze]) -> None:
    execution.state.put(tuple(_merged(freezes)) or None, FREEZES, account, instrument)


def _merged(freezes: Iterable[Freeze]) -> list[Freeze]:
    """Return the freezes, those for the same orders as one."""
    amounts: dict[tuple[str, ...], int] = {}
    for freeze in freezes:
        amounts[freeze.orders] = amounts.get(freeze.orders, 0) + freeze.amount
    return [Freeze(amount, orders) for orders, amount in amounts.items()]
