"""Legal orders, and what is taken for them."""

from amanat.ledger.operations import ExtendOrder, ForceTransfer, LiftOrder, RegisterOrder
from amanat.ledger.orders.legal_orders import (
    AccountScope,
    AmountScope,
    HoldingScope,
    InstrumentScope,
)
from amanat.ledger.rejections import RejectionCode as Code
from tests.model.acts import carry, needs
from tests.model.books import Books, Order, Stop, need
from tests.model.claims import (
    Freezes,
    free,
    freezes,
    give_up,
    is_live,
    keep,
    promises,
    stopping,
    thawed,
)
from tests.model.consents import Approves, Consents, Need, Signs
from tests.model.moving import Move, post


def _order(act: RegisterOrder) -> Order:
    ends, most = act.expires, act.seizable
    match act.scope:
        case AccountScope(account, way):
            out, into = way.value in ("debit", "both"), way.value in ("credit", "both")
            return Order("account", account, None, out, into, ends, most)
        case HoldingScope(account, asset, way):
            out, into = way.value in ("debit", "both"), way.value in ("credit", "both")
            return Order("holding", account, asset, out, into, ends, most)
        case AmountScope(account, asset, _):
            return Order("amount", account, asset, False, False, ends, most)
        case InstrumentScope(asset):
            return Order("instrument", None, asset, False, False, ends, most)


@needs.register
def _(act: RegisterOrder, books: Books, _consents: Consents) -> list[Need]:
    books.person(act.entered_by)
    return [Signs(act.entered_by), Approves(f"register-order/{_order(act).kind}")]


@carry.register
def _(act: RegisterOrder, books: Books, _consents: Consents) -> None:
    need(act.order not in books.orders, Code.ALREADY_EXISTS)
    order, scope = _order(act), act.scope
    if order.account is not None:
        books.place(order.account)
    if order.asset is not None:
        books.asset(order.asset)
    need(order.expires is None or order.expires >= books.today, Code.INVALID_ORDER)
    if isinstance(scope, AmountScope):
        need(order.seizable <= scope.amount, Code.INVALID_ORDER)
    else:
        seizes = order.kind == "holding" and order.out
        need(order.seizable == 0 or seizes, Code.INVALID_ORDER)
    books.orders[act.order] = order
    if isinstance(scope, AmountScope):
        may = free(books, scope.account, scope.instrument)
        need(scope.amount <= may, Code.FREEZES_TOO_MUCH)
        kept = freezes(books, scope.account, scope.instrument)
        kept.append((scope.amount, frozenset({act.order})))
        keep(books, scope.account, scope.instrument, kept)


def _in_force(books: Books, name: str) -> Order:
    need(name in books.orders, Code.UNKNOWN_ORDER)
    need(is_live(books, name), Code.ORDER_NOT_IN_FORCE)
    return books.orders[name]


@needs.register
def _(_act: ExtendOrder, _books: Books, _consents: Consents) -> list[Need]:
    return [Approves("extend-order")]


@carry.register
def _(act: ExtendOrder, books: Books, _consents: Consents) -> None:
    order = _in_force(books, act.order)
    need(order.expires is not None, Code.INVALID_ORDER)
    need(act.expires is None or act.expires > (order.expires or 0), Code.INVALID_ORDER)
    books.orders[act.order] = order._replace(expires=act.expires)


@needs.register
def _(_act: LiftOrder, _books: Books, _consents: Consents) -> list[Need]:
    return [Approves("lift-order")]


@carry.register
def _(act: LiftOrder, books: Books, _consents: Consents) -> None:
    books.orders[act.order] = _in_force(books, act.order)._replace(is_lifted=True)


@needs.register
def _(_act: ForceTransfer, _books: Books, _consents: Consents) -> list[Need]:
    return [Approves("force-transfer")]


@carry.register
def _(act: ForceTransfer, books: Books, _consents: Consents) -> None:
    order, asset = _in_force(books, act.order), books.asset(act.instrument)
    source, target = books.place(act.source), books.place(act.target)
    for each in act.despite:
        _in_force(books, each)
    before = {act.order, *act.despite}
    kept = freezes(books, act.source, asset.name)
    there = promises(books, act.source, asset.name)
    named = dict.fromkeys(each.hex() for each in act.despite_claims)
    claims = {name: there[name] for name in named if name in there}
    under = {*stopping(books, act.source, asset.name, out=True)}
    under |= stopping(books, act.target, asset.name, out=False)
    promised = {each for claim in claims.values() for each in claim.orders}
    under |= {each for each in promised if is_live(books, each)}
    spare = free(books, act.source, asset.name)
    able = spare + sum(amount for amount, names in kept if names <= before)
    concerned = promised.union(*(names for _, names in kept))
    concerns = order.account == act.source and (order.asset == asset.name or act.order in concerned)
    against = [] if concerns else [Code.OUT_OF_SCOPE]
    if order.taken + act.amount > order.seizable:
        against.append(Code.EXCEEDS_ORDER)
    if under - before:
        against.append(Code.STOPPED)
    if act.amount > able + sum(claim.amount for claim in claims.values()):
        against.append(Code.INSUFFICIENT_HOLDING)
    if against:
        raise Stop(against)
    _take(books, act, kept, spare)
    left = act.amount - min(act.amount, able)
    for name, claim in claims.items():
        part = min(claim.amount, left)
        left -= part
        if part:
            give_up(books, name, claim, part)
    post(books, Move("order", asset, source, target, act.amount, is_clear=True))
    books.orders[act.order] = order._replace(taken=order.taken + act.amount)


def _take(books: Books, act: ForceTransfer, kept: Freezes, spare: int) -> None:
    """Let what is taken be frozen no longer: for the order itself first, for others at last."""
    before = {act.order, *act.despite}
    own = [names for _, names in kept if names <= before and act.order in names]
    others = [names for _, names in kept if names <= before and act.order not in names]
    from_own = sum(amount for amount, names in kept if names in own)
    left, _ = thawed(kept, min(act.amount, from_own), own)
    left, _ = thawed(left, max(0, act.amount - from_own - spare), others)
    keep(books, act.source, act.instrument, left)
