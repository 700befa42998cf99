"""What legal orders freeze of a holding: amounts, each while one of its orders is in force.

Freezes of one holding never overlap, with one another or with what is reserved.
"""

from collections.abc import Collection, Iterable, Iterator

from amanat.ledger.operation_execution import Execution
from amanat.ledger.orders.legal_orders import Freeze
from amanat.ledger.orders.order_register import among_those_in_force, has_orders, is_in_force
from amanat.ledger.state import FREEZES


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


def freeze_again(
    execution: Execution, account: str, instrument: str, amount: int, orders: Iterable[str]
) -> None:
    """Freeze what somebody gives up his claim on for those of these orders that are in force."""
    left = tuple(order.id for order in among_those_in_force(execution, orders))
    if left:
        add_freeze(execution, account, instrument, Freeze(amount, left))


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


def take_frozen(execution: Execution, what: tuple[str, str, int]) -> list[Freeze]:
    """Let go so much of what is frozen of a holding, the oldest first; return what was let go."""
    account, instrument, amount = what
    freezes = freezes_of(execution, account, instrument)
    taken = list(_first(freezes, amount))
    for freeze in taken:
        _shrink(freezes, freeze)
    _put(execution, account, instrument, freezes)
    return taken


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
