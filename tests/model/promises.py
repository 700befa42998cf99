"""Holds and pledges."""

from amanat.ledger.operations import (
    EnforcePledge,
    OpenHold,
    PostHold,
    ReleasePledge,
    SubstitutePledge,
    VoidHold,
)
from amanat.ledger.operations import Pledge as PledgeAct
from amanat.ledger.rejections import RejectionCode as Code
from tests.model.acts import carry, needs, one_of
from tests.model.books import DAY, Asset, Books, Hold, Place, Pledge, Promise, Stop, need
from tests.model.claims import give_up, is_live
from tests.model.consents import Approves, Consents, Need, Signs
from tests.model.moving import Move, post, reasons


def _promise(books: Books, asset: Asset, source: Place, target: Place | None, amount: int) -> None:
    """Stop where it could not even be promised."""
    move = Move("transfer", asset, source, target, amount)
    against = list(reasons(books, move, promised=True))
    if against:
        raise Stop(against)


@needs.register
def _(act: OpenHold, books: Books, _consents: Consents) -> list[Need]:
    return [Signs(books.place(act.account).owner)]


@carry.register
def _(act: OpenHold, books: Books, _consents: Consents) -> None:
    if act.agent is not None:
        books.person(act.agent)
    need(books.time < act.expires <= books.time + 366 * DAY, Code.INVALID_HOLD)
    ends = books.place(act.account), books.place(act.target)
    _promise(books, books.asset(act.instrument), *ends, act.amount)
    books.holds[books.new()] = Hold(
        act.account, act.instrument, act.amount, act.target, act.agent, act.expires
    )


def _freeze_again(books: Books, promise: Promise, amount: int) -> None:
    """Freeze what is given up for the orders under which it was promised."""
    live = frozenset(each for each in promise.orders if is_live(books, each))
    books.freeze(promise.account, promise.asset, amount, live)


def _hold(books: Books, identifier: bytes) -> Hold:
    need(identifier.hex() in books.holds, Code.UNKNOWN_HOLD)
    return books.holds[identifier.hex()]


@needs.register
def _(act: PostHold, books: Books, _consents: Consents) -> list[Need]:
    hold = _hold(books, act.hold)
    return [Signs(hold.agent or books.place(hold.target).owner)]


@carry.register
def _(act: PostHold, books: Books, _consents: Consents) -> None:
    hold = _hold(books, act.hold)
    need(books.time < hold.expires, Code.HOLD_EXPIRED)
    need(act.amount <= hold.amount, Code.BEYOND_RESERVED)
    give_up(books, act.hold.hex(), hold, act.amount)
    ends = books.place(hold.account), books.place(hold.target)
    travel = act.travel_data is not None
    move = Move("enforcement", books.asset(hold.asset), *ends, act.amount, travel)
    post(books, move._replace(under=hold.orders))


@needs.register
def _(act: VoidHold, books: Books, consents: Consents) -> list[Need]:
    hold = _hold(books, act.hold)
    may = [books.place(hold.target).owner]
    may += [] if hold.agent is None else [hold.agent]
    may += [books.place(hold.account).owner] if books.time >= hold.expires else []
    return [one_of(consents, *may)]


@carry.register
def _(act: VoidHold, books: Books, _consents: Consents) -> None:
    hold = books.holds.pop(act.hold.hex())
    _freeze_again(books, hold, hold.amount)


@needs.register
def _(act: PledgeAct, books: Books, _consents: Consents) -> list[Need]:
    return [Signs(books.place(act.account).owner)]


@carry.register
def _(act: PledgeAct, books: Books, _consents: Consents) -> None:
    books.person(act.beneficiary)
    source, asset = books.place(act.account), books.asset(act.instrument)
    _promise(books, asset, source, None, act.amount)
    books.pledges[books.new()] = Pledge(act.account, asset.name, act.amount, act.beneficiary)


def _pledge(books: Books, identifier: bytes) -> Pledge:
    need(identifier.hex() in books.pledges, Code.UNKNOWN_PLEDGE)
    return books.pledges[identifier.hex()]


def _giving_up(books: Books, pledge: Pledge) -> Need:
    """Return who gives a pledge up: governance, while its beneficiary can sign nothing."""
    if books.people[pledge.beneficiary].suspended:
        return Approves("release-pledge")
    return Signs(pledge.beneficiary)


def _take(books: Books, identifier: bytes, amount: int) -> None:
    """Let a pledge be for less."""
    pledge = _pledge(books, identifier)
    need(amount <= pledge.amount, Code.BEYOND_RESERVED)
    give_up(books, identifier.hex(), pledge, amount)


@needs.register
def _(act: ReleasePledge, books: Books, _consents: Consents) -> list[Need]:
    return [_giving_up(books, _pledge(books, act.pledge))]


@carry.register
def _(act: ReleasePledge, books: Books, _consents: Consents) -> None:
    pledge = _pledge(books, act.pledge)
    need(act.amount % books.asset(pledge.asset).unit == 0, Code.NOT_A_MULTIPLE)
    _take(books, act.pledge, act.amount)
    _freeze_again(books, pledge, act.amount)


@needs.register
def _(act: SubstitutePledge, books: Books, _consents: Consents) -> list[Need]:
    pledge = _pledge(books, act.pledge)
    return [Signs(books.place(pledge.account).owner), _giving_up(books, pledge)]


@carry.register
def _(act: SubstitutePledge, books: Books, _consents: Consents) -> None:
    before, source = _pledge(books, act.pledge), books.place(act.account)
    need(source.owner == books.place(before.account).owner, Code.DIFFERENT_OWNER)
    need(act.release % books.asset(before.asset).unit == 0, Code.NOT_A_MULTIPLE)
    _take(books, act.pledge, act.release)
    _freeze_again(books, before, act.release)
    asset = books.asset(act.instrument)
    _promise(books, asset, source, None, act.amount)
    books.pledges[books.new()] = Pledge(act.account, asset.name, act.amount, before.beneficiary)


@needs.register
def _(act: EnforcePledge, books: Books, _consents: Consents) -> list[Need]:
    return [Signs(_pledge(books, act.pledge).beneficiary), Approves("enforce-pledge")]


@carry.register
def _(act: EnforcePledge, books: Books, _consents: Consents) -> None:
    pledge, target = _pledge(books, act.pledge), books.place(act.target)
    need(target.owner == pledge.beneficiary, Code.DIFFERENT_OWNER)
    _take(books, act.pledge, act.amount)
    ends, travel = (books.place(pledge.account), target), act.travel_data is not None
    move = Move("enforcement", books.asset(pledge.asset), *ends, act.amount, travel)
    post(books, move._replace(under=pledge.orders))
