"""What every movement must pass, in the order in which the manual lists it; and what it does."""

from collections.abc import Iterator
from typing import NamedTuple

from amanat.ledger.rejections import RejectionCode as Code
from tests.model import rules
from tests.model.books import MOST, Asset, Books, Place, Stop
from tests.model.claims import free, frozen, is_live, stopping

VOLUNTARY = ("issue", "withdrawal", "transfer", "enforcement")


class Move(NamedTuple):
    """An amount that is to change hands, and why."""

    why: str
    asset: Asset
    source: Place | None
    target: Place | None
    amount: int
    travel: bool = False
    is_clear: bool = False
    """Whether legal orders were seen to."""
    under: frozenset[str] = frozenset()
    """Legal orders that stop it while one of them is in force."""


def reasons(books: Books, move: Move, *, promised: bool = False) -> Iterator[Code]:
    """Yield everything against a movement; of its rules, nothing where it is only promised."""
    if move.source is not None and move.source == move.target:
        yield Code.SAME_ACCOUNT
    yield from _life(books, move)
    if move.amount % move.asset.unit:
        yield Code.NOT_A_MULTIPLE
    if not move.is_clear:
        yield from _orders(books, move)
    yield from _amounts(books, move)
    if move.why in VOLUNTARY:
        yield from _parties(books, move)
        if move.target is not None:
            yield from serving(books, move.asset, move.source, move.target, move.amount)
            expires = move.target.expires
            if expires is not None and books.today > expires:
                yield Code.ATTESTATION_EXPIRED
        if not promised:
            yield from ruled(books, move.asset, move.source, move.target, move.amount, move.travel)


def ruled(
    books: Books,
    asset: Asset,
    source: Place | None,
    target: Place | None,
    amount: int,
    travel: bool,
) -> Iterator[Code]:
    """Yield what the rules of the instrument say."""
    ends = rules.Ends(books, asset, source, target, amount)
    for rule in books.rules.get(asset.name, ()):
        yield from rules.against(rule, ends, travel)


def _life(books: Books, move: Move) -> Iterator[Code]:
    status, asset = move.asset.status, move.asset
    refused = status in ("announced", "redeemed", "cancelled")
    refused |= status == "suspended" and move.why in VOLUNTARY
    if refused or (status == "default" and move.why == "issue"):
        yield Code.WRONG_STATUS
    if move.why == "issue" and asset.matures is not None and books.open_day >= asset.matures:
        yield Code.ALREADY_MATURED


def _orders(books: Books, move: Move) -> Iterator[Code]:
    source = None if move.source is None else move.source.name
    target = None if move.target is None or move.why == "redemption" else move.target.name
    asset = move.asset.name
    stops = stopping(books, source, asset, out=True) | stopping(books, target, asset, out=False)
    if stops or any(is_live(books, each) for each in move.under):
        yield Code.STOPPED
    if source is not None:
        have, ice = free(books, source, asset), frozen(books, source, asset)
        if have < move.amount <= have + ice:
            yield Code.FROZEN


def _amounts(books: Books, move: Move) -> Iterator[Code]:
    asset, amount = move.asset, move.amount
    if move.source is not None and amount > free(books, move.source.name, asset.name):
        yield Code.INSUFFICIENT_HOLDING
    if move.why != "issue":
        return
    issued = books.issued.get(asset.name, 0) + amount
    if issued > MOST:
        yield Code.AMOUNT_OUT_OF_RANGE
    if asset.authorised is not None and issued > asset.authorised:
        yield Code.AUTHORISED_EXCEEDED
    ceilings = books.ceilings.get(asset.cash or "", ())
    most = [each for first, last, each in ceilings if first <= books.today <= last]
    if asset.cash is not None and ceilings and not most:
        yield Code.NO_CEILING
    if asset.cash is not None and most and books.debt(asset.cash) + amount > most[0]:
        yield Code.CEILING_EXCEEDED


def _parties(books: Books, move: Move) -> Iterator[Code]:
    source = None if move.why == "enforcement" else move.source
    for place in (source, move.target):
        names = () if place is None else (place.owner, place.custodian)
        if any(books.people[name].suspended for name in names):
            yield Code.SUSPENDED


def serving(
    books: Books, asset: Asset, source: Place | None, target: Place, amount: int
) -> Iterator[Code]:
    """Yield why the custodian of the target may not serve what comes in."""
    roles = books.people[target.custodian].roles
    if not may_serve(roles, is_client=target.is_client):
        yield Code.NOT_SERVING
    limits = books.limits.get(target.custodian)
    if "distributor" not in roles:
        return
    if limits is None:
        yield Code.NO_LIMITS
        return

    def debt(country: str | None) -> int:
        return sum(
            books.total(
                each.name,
                lambda p: p.custodian == target.custodian and country in (None, p.country),
            )
            for each in books.assets.values()
            if asset.cash is not None and each.cash == asset.cash
        )

    enters = source is None or source.custodian != target.custodian
    named = limits.get(("instrument", asset.name), 0 if asset.kind == "commodity-lot" else MOST)
    served = books.total(asset.name, lambda p: p.custodian == target.custodian)
    over = enters and served + amount > named
    if asset.cash is not None:
        total = limits.get(("total", asset.cash), 0)
        over |= enters and debt(None) + amount > total
        most = limits.get(("country", target.country, asset.cash), 2**80)
        arrives = enters or (source is not None and source.country != target.country)
        over |= arrives and debt(target.country) + amount > most
    if over:
        yield Code.DISTRIBUTOR_LIMIT


def may_serve(roles: frozenset[str], *, is_client: bool) -> bool:
    """Return whether a participant may serve an account."""
    house = () if is_client else ("issuer", "central_bank")
    return any(role in roles for role in ("custodian", "distributor", *house))


def post(books: Books, move: Move) -> None:
    """Make a movement, or stop."""
    against = list(reasons(books, move))
    if against:
        raise Stop(against)
    rules_counted = move.why in VOLUNTARY
    ends = rules.Ends(books, move.asset, move.source, move.target, move.amount)
    asset = move.asset.name
    if move.source is not None:
        books.put(move.source.name, asset, -move.amount)
    if move.target is not None:
        books.put(move.target.name, asset, move.amount)
    if move.source is None:
        books.issued[asset] = books.issued.get(asset, 0) + move.amount
    if move.target is None:
        books.redeemed[asset] = books.redeemed.get(asset, 0) + move.amount
        end_if_over(books, asset)
    if rules_counted:
        rules.count(ends)


def end_if_over(books: Books, name: str) -> None:
    """Close an instrument of which nothing is left and no more can come."""
    asset = books.assets[name]
    is_due = asset.matures is not None and books.open_day >= asset.matures
    if books.outstanding(name) == 0 and (is_due or books.issued.get(name) == asset.authorised):
        books.assets[name] = asset._replace(status="redeemed")
