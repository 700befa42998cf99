"""What each rule of an instrument has against a movement: one short sentence of arithmetic each."""

from collections.abc import Callable, Iterator
from datetime import date
from functools import singledispatch

from amanat.ledger.rejections import RejectionCode as Code
from amanat.ledger.rules import (
    AllowedJurisdictions,
    AnyRule,
    Blackout,
    CustodianCap,
    DeniedJurisdictions,
    HolderCap,
    HolderCount,
    HolderShare,
    InvestorClasses,
    JurisdictionCap,
    LockUp,
    MinimumHolding,
    ShareAbroad,
    TravelData,
    Velocity,
)
from tests.model.books import HOME, Asset, Books, Given, Place

EPOCH = date(1970, 1, 1).toordinal()


def period_of(kind: str, day: int) -> tuple[int, ...]:
    """Return the day, ISO week or month of a date."""
    when = date.fromordinal(EPOCH + day)
    if kind == "day":
        return (day,)
    return when.isocalendar()[:2] if kind == "week" else (when.year, when.month)


class Ends:
    """A movement as a rule sees it: who gives, who takes, and what each total would come to."""

    def __init__(
        self, books: Books, asset: Asset, source: Place | None, target: Place | None, amount: int
    ) -> None:
        self.books, self.asset, self.amount = books, asset, amount
        self.source, self.target = source, target
        self.same_owner = source is not None and target is not None and source.owner == target.owner

    def would_have(self, shares: Callable[[Place], object]) -> int:
        """Return what all accounts like the target would hold; 0 if they get nothing by this."""
        assert self.target is not None
        value = shares(self.target)
        if self.source is not None and shares(self.source) == value:
            return 0
        return self.books.total(self.asset.name, lambda p: shares(p) == value) + self.amount

    def whole(self) -> int:
        """Return what will be outstanding."""
        return self.books.outstanding(self.asset.name) + (self.amount if not self.source else 0)

    def holders(self) -> tuple[int, int]:
        """Return how many hold something before and after, the issuer apart."""
        assert self.target is not None
        before: dict[str, int] = {}
        for (account, asset), amount in self.books.held.items():
            owner = self.books.places[account].owner
            if asset == self.asset.name and owner != self.asset.issuer:
                before[owner] = before.get(owner, 0) + amount
        after = before | {self.target.owner: self.amount}
        if self.source is not None and before.get(self.source.owner) == self.amount:
            del after[self.source.owner]
        return len(before), len(after)

    def owned(self, owner: str) -> int:
        """Return what a holder has in all its accounts."""
        return self.books.total(self.asset.name, lambda place: place.owner == owner)

    def is_invested(self) -> bool:
        """Return whether somebody else than the issuer receives."""
        return self.target is not None and self.target.owner != self.asset.issuer

    def enters(self, shares: Callable[[Place], str]) -> str | None:
        """Return what an investor that receives is; None where it was that and had it already."""
        if self.target is None or not self.is_invested():
            return None
        is_new = self.source is None or shares(self.source) != shares(self.target)
        return shares(self.target) if is_new or not self.same_owner else None

    def giver(self) -> str | None:
        """Return the investor that gives something to somebody else."""
        if self.source is None or self.same_owner or self.source.owner == self.asset.issuer:
            return None
        return self.source.owner


@singledispatch
def against(rule: AnyRule, ends: Ends, _travel: bool) -> Iterator[Code]:
    """Yield what a rule has against a voluntary movement."""
    raise AssertionError(rule, ends)


@against.register
def _(rule: LockUp, ends: Ends, _travel: bool) -> Iterator[Code]:
    if ends.giver() is not None and ends.books.today < rule.until:
        yield Code.LOCKED_UP


@against.register
def _(rule: Blackout, ends: Ends, _travel: bool) -> Iterator[Code]:
    today = ends.books.today
    if not ends.same_owner and any(each.first <= today <= each.last for each in rule.windows):
        yield Code.BLACKOUT


@against.register
def _(rule: Velocity, ends: Ends, _travel: bool) -> Iterator[Code]:
    this = (ends.asset.name, ends.giver(), rule.period)
    now = period_of(rule.period, ends.books.today)
    given = sum(
        each.amount
        for each in ends.books.given
        if (each.asset, each.holder, each.period) == this
        and period_of(each.period, each.date) == now
    )
    if ends.giver() is not None and given + ends.amount > rule.most:
        yield Code.VELOCITY


@against.register
def _(rule: MinimumHolding, ends: Ends, _travel: bool) -> Iterator[Code]:
    for end, change in ((ends.source, -ends.amount), (ends.target, ends.amount)):
        if end is None or ends.same_owner or end.owner == ends.asset.issuer:
            continue
        if 0 < ends.owned(end.owner) + change < rule.least:
            yield Code.BELOW_MINIMUM


@against.register
def _(rule: TravelData, ends: Ends, travel: bool) -> Iterator[Code]:
    source, target = ends.source, ends.target
    crosses = source and target and source.custodian != target.custodian
    if crosses and ends.amount >= rule.from_amount and not travel:
        yield Code.TRAVEL_DATA_MISSING


@against.register
def _(rule: AllowedJurisdictions, ends: Ends, _travel: bool) -> Iterator[Code]:
    if ends.enters(lambda place: place.country) not in (None, *rule.allowed):
        yield Code.JURISDICTION_NOT_ALLOWED


@against.register
def _(rule: DeniedJurisdictions, ends: Ends, _travel: bool) -> Iterator[Code]:
    if ends.enters(lambda place: place.country) in rule.denied:
        yield Code.JURISDICTION_NOT_ALLOWED


@against.register
def _(rule: InvestorClasses, ends: Ends, _travel: bool) -> Iterator[Code]:
    if ends.enters(lambda place: place.investor) not in (None, *rule.allowed):
        yield Code.CLASS_NOT_ALLOWED


@against.register
def _(rule: HolderCap, ends: Ends, _travel: bool) -> Iterator[Code]:
    if ends.is_invested() and ends.would_have(lambda place: place.owner) > rule.most:
        yield Code.HOLDER_CAP


@against.register
def _(rule: HolderShare, ends: Ends, _travel: bool) -> Iterator[Code]:
    target = ends.target
    if target is None or target.investor != rule.investor_class or not ends.is_invested():
        return
    if ends.would_have(lambda place: place.owner) * 10_000 > rule.basis_points * ends.whole():
        yield Code.HOLDER_SHARE


@against.register
def _(rule: JurisdictionCap, ends: Ends, _travel: bool) -> Iterator[Code]:
    if ends.target is None or ends.target.country != rule.jurisdiction:
        return
    if ends.would_have(lambda place: place.country) > rule.most:
        yield Code.JURISDICTION_CAP


@against.register
def _(rule: CustodianCap, ends: Ends, _travel: bool) -> Iterator[Code]:
    if ends.target is None or ends.target.custodian == ends.asset.issuer:
        return
    if ends.would_have(lambda place: place.custodian) > rule.most:
        yield Code.CUSTODIAN_CAP


@against.register
def _(rule: ShareAbroad, ends: Ends, _travel: bool) -> Iterator[Code]:
    if ends.target is None or ends.target.country == HOME:
        return
    abroad = ends.would_have(lambda place: place.country != HOME)
    if abroad * 10_000 > rule.basis_points * ends.whole():
        yield Code.SHARE_ABROAD


@against.register
def _(rule: HolderCount, ends: Ends, _travel: bool) -> Iterator[Code]:
    if ends.target is None or not ends.is_invested() or ends.owned(ends.target.owner):
        return
    before, after = ends.holders()
    if before < after and after > rule.most:
        yield Code.TOO_MANY_HOLDERS


def count(ends: Ends) -> None:
    """Write down what a movement that was made means for the rules that count."""
    giver = ends.giver()
    for rule in ends.books.rules.get(ends.asset.name, ()):
        if isinstance(rule, Velocity) and giver is not None:
            ends.books.given.append(
                Given(ends.asset.name, giver, rule.period, ends.books.today, ends.amount)
            )
