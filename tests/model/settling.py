"""Settlement instructions: matched, and settled whole or in part."""

from collections.abc import Iterable

from amanat.ledger.operations import (
    CancelInstruction,
    CancelSettlement,
    EnterInstruction,
    SettleDue,
    SettleInstructions,
)
from amanat.ledger.rejections import RejectionCode as Code
from amanat.ledger.settlement.instructions import Instruction
from tests.model.acts import carry, needs, one_of
from tests.model.books import Books, Deal, Said, Stop, need
from tests.model.claims import free, stopping
from tests.model.consents import Approves, Consents, Need, Signs
from tests.model.moving import Move, post

PRIORITIES = ("high", "normal", "low")
SHORT = (Code.INSUFFICIENT_HOLDING, Code.FROZEN)
"""What lets as much settle as there is."""


@needs.register
def _(act: EnterInstruction, books: Books, _consents: Consents) -> list[Need]:
    return [Signs(books.place(act.instruction.account).owner)]


@carry.register
def _(act: EnterInstruction, books: Books, _consents: Consents) -> None:
    said = act.instruction
    books.place(said.account)
    books.place(said.counterparty)
    need(said.account != said.counterparty, Code.SAME_ACCOUNT)
    asset = books.asset(said.instrument)
    paid = None if said.payment is None else books.asset(said.payment.instrument)
    if paid is not None and said.payment is not None:
        need(said.payment.amount % paid.unit == 0, Code.NOT_A_MULTIPLE)
        need(paid != asset, Code.INVALID_INSTRUCTION)
    need(said.amount % asset.unit == 0, Code.NOT_A_MULTIPLE)
    if paid is not None and (paid.kind == "cash", paid.name) < (asset.kind == "cash", asset.name):
        entered, asset, paid = _said(said, swapped=True), paid, asset
    else:
        entered = _said(said, swapped=False)
    is_sale = paid is not None and paid.kind == "cash" and asset.kind != "cash"
    need(is_sale or not said.tolerance, Code.INVALID_INSTRUCTION)
    need(paid is None or paid.unit == 1 or not said.partial, Code.INVALID_INSTRUCTION)
    earliest = max(said.settlement_date, books.open_day)
    need(said.until is None or said.until >= earliest, Code.INVALID_INSTRUCTION)
    _match(books, entered)


def _said(said: Instruction, *, swapped: bool) -> Said:
    """Return what a side says, called from the other leg where that is the first."""
    legs = [(said.instrument, said.amount)]
    legs.append(("", 0) if said.payment is None else (said.payment.instrument, said.payment.amount))
    delivers = (said.side.value == "deliver") != swapped
    (asset, amount), (paid, price) = legs[::-1] if swapped else legs
    ends = (said.account, said.counterparty) if delivers else (said.counterparty, said.account)
    return Said(
        delivers,
        said.account,
        (*ends, asset, amount, paid, said.settlement_date),
        price,
        PRIORITIES.index(said.priority.value),
        said.partial,
        said.tolerance,
        said.until,
        said.travel_data is not None,
    )


def _match(books: Books, said: Said) -> None:
    """Find the oldest instruction of the other side that fits."""
    name = books.new()
    for other, kept in list(books.entered.items()):
        if kept.trade != said.trade or kept.delivers == said.delivers:
            continue
        if kept.until is not None and books.open_day > kept.until:
            del books.entered[other]
        elif abs(kept.price - said.price) <= min(kept.tolerance, said.tolerance):
            del books.entered[other]
            _deal(books, said, kept)
            return
    books.entered[name] = said


def _deal(books: Books, one: Said, other: Said) -> None:
    gives, takes = (one, other) if one.delivers else (other, one)
    deliverer, receiver, asset, amount, paid, date = gives.trade
    name = books.new()
    books.deals[name] = Deal(
        deliverer,
        receiver,
        asset,
        amount,
        paid,
        gives.price,
        date,
        min(gives.priority, takes.priority),
        books.time,
        gives.partial and takes.partial,
        min((each.until for each in (gives, takes) if each.until is not None), default=None),
        (gives.travel, takes.travel),
    )
    if books.has_come(date):
        attempt(books, name)


def attempt(books: Books, name: str) -> None:
    """Settle what there is, if both sides allow less than all; else all or nothing."""
    deal = books.deals[name]
    if deal.until is not None and books.open_day > deal.until:
        del books.deals[name]
        return
    against = _settled(books, name, deal.amount)
    if against and deal.partial and against[0] in SHORT:
        most = _most(books, deal)
        if most and not _settled(books, name, most):
            return
    if against:
        books.deals[name] = deal._replace(failed=tuple(against))


def _settled(books: Books, name: str, amount: int) -> list[Code]:
    """Move both legs, or return why not."""
    deal, tried = books.deals[name], books.copied()
    ends, asset = (books.place(deal.deliverer), books.place(deal.receiver)), books.asset(deal.asset)
    price = deal.price * amount // deal.amount
    try:
        post(tried, Move("transfer", asset, *ends, amount, any(deal.travel)))
        if deal.paid:
            paid = tried.asset(deal.paid)
            post(tried, Move("transfer", paid, *ends[::-1], price, any(deal.travel)))
    except Stop as stop:
        return stop.codes
    vars(books).update(vars(tried))
    left = deal._replace(amount=deal.amount - amount, price=deal.price - price, failed=None)
    books.deals[name] = left
    if not left.amount:
        del books.deals[name]
    return []


def _most(books: Books, deal: Deal) -> int:
    """Return the most that is there and can be paid for, found by trying every amount."""
    unit = books.assets[deal.asset].unit

    def can(amount: int) -> bool:
        price = deal.price * amount // deal.amount
        if deal.paid and not 0 < price <= _loose(books, deal.receiver, deal.paid):
            return False
        return amount <= _loose(books, deal.deliverer, deal.asset)

    return max((each for each in range(unit, deal.amount + 1, unit) if can(each)), default=0)


def _loose(books: Books, account: str, asset: str) -> int:
    stops = stopping(books, account, asset, out=True)
    return 0 if stops else free(books, account, asset)


@needs.register
def _(act: CancelInstruction, books: Books, _consents: Consents) -> list[Need]:
    need(act.instruction.hex() in books.entered, Code.UNKNOWN_INSTRUCTION)
    return [Signs(books.place(books.entered[act.instruction.hex()].account).owner)]


@carry.register
def _(act: CancelInstruction, books: Books, _consents: Consents) -> None:
    del books.entered[act.instruction.hex()]


def _owners(books: Books, identifier: bytes) -> dict[bool, str]:
    need(identifier.hex() in books.deals, Code.UNKNOWN_SETTLEMENT)
    deal = books.deals[identifier.hex()]
    return {True: books.place(deal.deliverer).owner, False: books.place(deal.receiver).owner}


@needs.register
def _(act: CancelSettlement, books: Books, consents: Consents) -> list[Need]:
    return [one_of(consents, *_owners(books, act.settlement).values())]


@carry.register
def _(act: CancelSettlement, books: Books, consents: Consents) -> None:
    owners, deal = _owners(books, act.settlement), books.deals[act.settlement.hex()]
    asking = {side for side, owner in owners.items() if consents.signs(owner)} | deal.asked
    books.deals[act.settlement.hex()] = deal._replace(asked=frozenset(asking))
    if len(asking) == 2:
        del books.deals[act.settlement.hex()]


@needs.register
def _(act: SettleInstructions, books: Books, consents: Consents) -> list[Need]:
    return [one_of(consents, *_owners(books, each).values()) for each in act.settlements]


@carry.register
def _(act: SettleInstructions, books: Books, _consents: Consents) -> None:
    names = [each.hex() for each in act.settlements]
    for name in names:
        need(name in books.deals, Code.UNKNOWN_SETTLEMENT)
        need(books.has_come(books.deals[name].date), Code.NOT_YET_DUE)
    turns = sorted(names, key=lambda name: (books.deals[name].priority, books.deals[name].since))
    _settle_each(books, turns, known=True)


@needs.register
def _(_act: SettleDue, _books: Books, _consents: Consents) -> list[Need]:
    return [Approves("settle-due")]


@carry.register
def _(act: SettleDue, books: Books, _consents: Consents) -> None:
    need(books.has_come(act.date), Code.NOT_YET_DUE)
    names = [name for name, deal in books.deals.items() if deal.date == act.date]
    names.sort(key=lambda name: books.deals[name].priority)
    if act.start is not None:
        need(act.start.hex() in names, Code.UNKNOWN_SETTLEMENT)
        names = names[names.index(act.start.hex()) :]
    _settle_each(books, names[: act.limit], known=False)


def _settle_each(books: Books, names: Iterable[str], *, known: bool) -> None:
    for name in names:
        need(name in books.deals or not known, Code.UNKNOWN_SETTLEMENT)
        attempt(books, name)
