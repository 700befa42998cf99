"""One function for each act of the courts that may be asked for."""

from amanat.ledger.operations import ExtendOrder, ForceTransfer, LiftOrder, RegisterOrder
from amanat.ledger.orders.legal_orders import (
    AccountScope,
    AmountScope,
    Direction,
    HoldingScope,
    InstrumentScope,
    Scope,
)
from tests.ledger.world import BILL, RUPEE
from tests.model.choosing import Chooser
from tests.model.claims import free, is_live, promises


def order(c: Chooser) -> RegisterOrder:
    """Stop something: what is to be delivered soon, among others."""
    deals = [(each.deliverer, each.asset) for each in c.books.deals.values()]
    is_due = c.books.today >= (c.books.assets[BILL].matures or 0) - 2
    due = [each for each in c.books.held if is_due and each[1] == BILL]
    there = [each for each in (*deals, *due) if each in c.books.held]
    claims = (*c.books.pledges.values(), *c.live_holds().values())
    there += 3 * [(each.account, each.asset) for each in claims]
    name, asset = c.of(there) if there and not c.chance(3) else c.held()
    stays = (name, asset) in due and c.chance(2)
    way = Direction.DEBIT if stays else c.of(list(Direction))
    amount = AmountScope(name, asset, c.amount(name, asset))
    whole = HoldingScope(name, asset, way)
    scopes: list[Scope] = [amount, amount, amount, whole, whole, AccountScope(name, way)]
    scope = whole if stays else c.of([*scopes, InstrumentScope(asset)])
    able = isinstance(scope, AmountScope) or (scope == whole and way is not Direction.CREDIT)
    has = c.books.has(name, asset) if scope == whole else amount.amount
    unit = c.books.assets[asset].unit
    most = 0
    if able or c.chance(20):
        most = has if c.chance(2) else min(has, unit * c.number(0, 4))
    ends = c.of([c.books.today, c.books.today + 1, c.books.today + 3, c.date(), None])
    if stays:
        ends = c.of([None, None, c.books.today + 6])
    number = f"order-{len(c.books.orders)}"
    return RegisterOrder(number, "A court", "Case", bytes(32), scope, most, ends, "sbp")


def _order(c: Chooser) -> str:
    live = [name for name in c.books.orders if is_live(c.books, name)]
    c.is_idle |= not live
    names = live if live and not c.chance(8) else list(c.books.orders)
    return c.of(names) if names else "order-x"


def extend(c: Chooser) -> ExtendOrder:
    return ExtendOrder(_order(c), c.of([None, c.date(), c.date()]), "Decision", bytes(32))


def lift(c: Chooser) -> LiftOrder:
    return LiftOrder(_order(c), "Decision", bytes(32))


def force_transfer(c: Chooser) -> ForceTransfer:
    books, name = c.books, _order(c)
    seizing = [n for n, o in books.orders.items() if o.seizable > o.taken and is_live(books, n)]
    c.is_idle |= not seizing
    name = c.of(seizing) if seizing and not c.chance(15) else name
    kept = books.orders.get(name)
    source, asset = c.held()
    if kept is not None and kept.account is not None:
        source = kept.account
        asset = kept.asset or asset
        asset = RUPEE if c.chance(5) else asset
    despite = tuple(n for n in books.orders if n != name and is_live(books, n) and c.chance(3))
    claims = [each for each in promises(books, source, asset) if not each.startswith("new")]
    named = tuple(bytes.fromhex(each) for each in claims if not c.chance(3))
    if c.chance(10):
        named = (*named, c.record(books.pledges))
    unit, loose = books.assets[asset].unit, free(books, source, asset)
    most = 3 if kept is None else max(1, (kept.seizable - kept.taken) // unit)
    units = c.number(1, most)
    if named and c.chance(2):
        units = min(most, loose // unit + c.number(1, 4))
    return ForceTransfer(name, source, c.place(), asset, unit * units, despite, named)


def of_courts(c: Chooser) -> ForceTransfer | RegisterOrder:
    """Take what an order lets be taken, or register one."""
    orders = c.books.orders.items()
    able = [name for name, each in orders if each.seizable > each.taken and is_live(c.books, name)]
    return force_transfer(c) if able and not c.chance(3) else order(c)
