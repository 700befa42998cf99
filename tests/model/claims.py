"""What of a holding is whose: held for somebody, pledged, frozen, or free.

Every question is answered from the list of claims; nothing is reserved anywhere.
"""

from collections.abc import Collection

from tests.model.books import Books, Order, Pledge, Promise

Freezes = list[tuple[int, frozenset[str]]]


def is_live(books: Books, name: str) -> bool:
    """Return whether an order is in force."""
    order = books.orders[name]
    return not order.is_lifted and (order.expires is None or books.today <= order.expires)


def live_orders(books: Books) -> dict[str, Order]:
    """Return the orders that are in force."""
    return {name: order for name, order in books.orders.items() if is_live(books, name)}


def promised(books: Books, account: str, asset: str) -> int:
    """Return how much of a holding is held for somebody or pledged."""
    return sum(each.amount for each in promises(books, account, asset).values())


def promises(books: Books, account: str, asset: str) -> dict[str, Promise]:
    """Return the pledges on a holding, the oldest first, and the holds, the first to end first."""
    this = (account, asset)
    pledges = {n: each for n, each in books.pledges.items() if (each.account, each.asset) == this}
    live = {n: each for n, each in books.holds.items() if each.expires > books.time}
    holds = [(n, each) for n, each in live.items() if (each.account, each.asset) == this]
    holds.sort(key=lambda each: (each[1].expires, each[0]))
    return {**pledges, **dict(holds)}


def give_up(books: Books, name: str, promise: Promise, amount: int) -> None:
    """Let a pledge or a hold be for less."""
    left = promise.amount - amount
    if isinstance(promise, Pledge):
        books.pledges[name] = promise._replace(amount=left)
    else:
        books.holds[name] = promise._replace(amount=left)
    if left == 0:
        del (books.pledges if isinstance(promise, Pledge) else books.holds)[name]


def freezes(books: Books, account: str, asset: str) -> Freezes:
    """Return what is frozen for which orders that are in force, oldest first."""
    found: dict[frozenset[str], int] = {}
    for amount, names in books.freezes.get((account, asset), ()):
        live = frozenset(name for name in names if is_live(books, name))
        if live:
            found[live] = found.get(live, 0) + amount
    return [(amount, names) for names, amount in found.items()]


def frozen(books: Books, account: str, asset: str) -> int:
    """Return how much of a holding does not go out."""
    return sum(amount for amount, _ in freezes(books, account, asset))


def free(books: Books, account: str, asset: str) -> int:
    """Return what nobody else has a claim on."""
    have = books.has(account, asset)
    return have - promised(books, account, asset) - frozen(books, account, asset)


def keep(books: Books, account: str, asset: str, kept: Freezes) -> None:
    """Write down what is frozen of a holding from now on."""
    books.freezes.pop((account, asset), None)
    if kept:
        books.freezes[account, asset] = tuple(kept)


def thawed(
    kept: Freezes, amount: int, within: Collection[frozenset[str]]
) -> tuple[Freezes, Freezes]:
    """Return what is left when so much of these freezes goes, oldest first; and what went."""
    left: Freezes = []
    gone: Freezes = []
    for size, names in kept:
        part = min(size, amount) if names in within else 0
        amount -= part
        if part:
            gone.append((part, names))
        if size - part:
            left.append((size - part, names))
    return left, gone


def stopping(books: Books, account: str | None, asset: str, *, out: bool) -> set[str]:
    """Return the orders that stop one way of a holding as a whole, or all of the instrument."""
    found = set()
    for name, order in live_orders(books).items():
        if order.kind == "instrument" and order.asset == asset:
            found.add(name)
        here = order.account == account and order.asset in (None, asset)
        if account is not None and here and (order.out if out else order.into):
            found.add(name)
    return found
