"""What each rule of an instrument has against a movement: one short sentence of arithmetic each."""

from collections.abc import Callable, Iterator
from datetime import date

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
from tests.ledger.model.books import HOME, Asset, Books, Given, Place

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

    def giver(self) -> str | None:
        """Return the investor that gives something to somebody else."""
        if self.source is None or self.same_owner or self.source.owner == self.asset.issuer:
            return None
        return self.source.owner


def against(rule: AnyRule, ends: Ends, *, travel: bool) -> Iterator[Code]:
    """Yield what a rule has against a voluntary movement."""
    books, asset, source, target = ends.books, ends.asset, ends.source, ends.target
    match rule:
        case LockUp(until):
            if ends.giver() is not None and books.today < until:
                yield Code.LOCKED_UP
        case Blackout(windows):
            if not ends.same_owner and any(w.first <= books.today <= w.last for w in windows):
                yield Code.BLACKOUT
        case Velocity(period, most):
            if ends.giver() is not None and _given(ends, period) + ends.amount > most:
                yield Code.VELOCITY
        case MinimumHolding(least):
            for end, change in ((source, -ends.amount), (target, ends.amount)):
                if end is None or ends.same_owner or end.owner == asset.issuer:
                    continue
                before = books.total(asset.name, lambda p, o=end.owner: p.owner == o)  # type: ignore[misc]
                if 0 < before + change < least:
                    yield Code.BELOW_MINIMUM
        case TravelData(least):
            crosses = source and target and source.custodian != target.custodian
            if crosses and ends.amount >= least and not travel:
                yield Code.TRAVEL_DATA_MISSING
        case _ if target is not None:
            yield from _entering(rule, ends, target)


def _given(ends: Ends, period: str) -> int:
    this = (ends.asset.name, ends.giver(), period)
    now = period_of(period, ends.books.today)
    return sum(
        each.amount
        for each in ends.books.given
        if (each.asset, each.holder, each.period) == this and period_of(period, each.date) == now
    )


def _entering(rule: AnyRule, ends: Ends, target: Place) -> Iterator[Code]:
    """Yield what a rule has against who receives."""
    source, is_issuer = ends.source, target.owner == ends.asset.issuer
    stays = ends.same_owner and source is not None
    match rule:
        case AllowedJurisdictions(allowed):
            stays = stays and source is not None and source.country == target.country
            if not (is_issuer or stays or target.country in allowed):
                yield Code.JURISDICTION_NOT_ALLOWED
        case DeniedJurisdictions(denied):
            stays = stays and source is not None and source.country == target.country
            if not (is_issuer or stays) and target.country in denied:
                yield Code.JURISDICTION_NOT_ALLOWED
        case InvestorClasses(allowed):
            stays = stays and source is not None and source.investor == target.investor
            if not (is_issuer or stays or target.investor in allowed):
                yield Code.CLASS_NOT_ALLOWED
        case HolderCap(most):
            if not is_issuer and ends.would_have(lambda p: p.owner) > most:
                yield Code.HOLDER_CAP
        case HolderShare(investor, points):
            would = ends.would_have(lambda p: p.owner)
            if target.investor == investor and not is_issuer:
                if would * 10_000 > points * ends.whole():
                    yield Code.HOLDER_SHARE
        case JurisdictionCap(country, most):
            if target.country == country and ends.would_have(lambda p: p.country) > most:
                yield Code.JURISDICTION_CAP
        case CustodianCap(most):
            is_issuers = target.custodian == ends.asset.issuer
            if not is_issuers and ends.would_have(lambda p: p.custodian) > most:
                yield Code.CUSTODIAN_CAP
        case ShareAbroad(points):
            would = 0 if target.country == HOME else ends.would_have(lambda p: p.country != HOME)
            if would * 10_000 > points * ends.whole():
                yield Code.SHARE_ABROAD
        case HolderCount(most):
            holds = ends.books.total(ends.asset.name, lambda p: p.owner == target.owner)
            before, after = (0, 0) if is_issuer or holds else ends.holders()
            if before < after and after > most:
                yield Code.TOO_MANY_HOLDERS
        case _:
            raise AssertionError(rule)


def count(ends: Ends) -> None:
    """Write down what a movement that was made means for the rules that count."""
    giver = ends.giver()
    for rule in ends.books.rules.get(ends.asset.name, ()):
        if isinstance(rule, Velocity) and giver is not None:
            ends.books.given.append(
                Given(ends.asset.name, giver, rule.period, ends.books.today, ends.amount)
            )
