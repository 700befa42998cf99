"""What must hold at every moment, not only between blocks: seen by replaying the events.

Each leg that a receipt tells of is made anew on plain sums, one after the other, with what the
model knew before the transaction. This asks nothing of `moving` and `rules`, which predict what is
refused: were these wrong in the same way as the ledger, a cap would still be exceeded here.
"""

from collections.abc import Callable, Iterable, Iterator

from amanat.ledger.operations import (
    AnyOperation,
    DeliverVersusPayment,
    Issue,
    Transfer,
    TransferBatch,
)
from amanat.ledger.receipts import Event
from amanat.ledger.rules import AnyRule, CustodianCap, HolderCap, JurisdictionCap, ShareAbroad
from tests.model.books import HOME, Books, Place
from tests.model.claims import frozen, promised

Leg = tuple[str, str, str, int]
"""Source, target, instrument, amount; the source of an issue and the target of an end are empty."""

PLAIN = (Transfer, TransferBatch, DeliverVersusPayment, Issue)
"""What changes nothing but holdings, and leaves every claim and every rule as it was."""


def replay(
    before: Books, after: Books, acts: tuple[AnyOperation, ...], events: Iterable[Event]
) -> None:
    """Make every leg that the events tell of; look after each whether what must hold does."""
    books = before.copied()
    books.places, books.assets = after.places, after.assets
    is_plain = all(isinstance(act, PLAIN) for act in acts)
    for event in events:
        for source, target, asset, amount in legs(event, books):
            was = books.copied()
            if source:
                books.put(source, asset, -amount)
            if target:
                books.put(target, asset, amount)
            if not source:
                books.issued[asset] = books.issued.get(asset, 0) + amount
            if not target:
                books.redeemed[asset] = books.redeemed.get(asset, 0) + amount
            conserved = books.total(asset, lambda _: True) == books.outstanding(asset)
            assert conserved, (event, acts)
            if is_plain:
                assert list(broken(was, books, source, asset)) == [], (event, acts)


def broken(was: Books, books: Books, source: str, asset: str) -> Iterator[str]:
    """Yield what a leg has broken that its parties wanted."""
    if source:
        claims = promised(books, source, asset) + frozen(books, source, asset)
        if books.has(source, asset) < claims:
            yield f"{source} gave what was reserved or frozen"
    for rule in books.rules.get(asset, ()):
        for value, most in caps(rule, books, asset):
            before, after = (sum_of(each, asset, rule, value) for each in (was, books))
            if before < after and after * 10_000 > most:
                yield f"{value} has {after}: {rule}"
    instrument = books.assets[asset]
    outstanding = books.issued.get(asset, 0)
    if instrument.authorised is not None and outstanding > instrument.authorised:
        yield f"{outstanding} were issued"
    for custodian, limits in books.limits.items():
        if "distributor" not in books.people[custodian].roles or instrument.cash is None:
            continue
        after, before = (_debt(each, custodian, instrument.cash) for each in (books, was))
        if before < after and after > limits.get(("total", instrument.cash), 0):
            yield f"{custodian} serves {after}"


def caps(rule: AnyRule, books: Books, asset: str) -> Iterator[tuple[str, int]]:
    """Yield every value whose sum a rule caps, and its cap in ten thousandths."""
    issuer = books.assets[asset].issuer
    match rule:
        case HolderCap(most) | CustodianCap(most):
            names = {shares(rule)(place) for place in books.places.values()}
            yield from ((name, 10_000 * most) for name in names - {issuer})
        case JurisdictionCap(country, most):
            yield country, 10_000 * most
        case ShareAbroad(points):
            yield "abroad", points * books.outstanding(asset)


def shares(rule: AnyRule) -> Callable[[Place], str]:
    """Return by what a rule adds up."""
    if isinstance(rule, HolderCap):
        return lambda place: place.owner
    if isinstance(rule, CustodianCap):
        return lambda place: place.custodian
    if isinstance(rule, ShareAbroad):
        return lambda place: "home" if place.country == HOME else "abroad"
    return lambda place: place.country


def sum_of(books: Books, asset: str, rule: AnyRule, value: str) -> int:
    """Return what all with this value hold."""
    return books.total(asset, lambda place: shares(rule)(place) == value)


def _debt(books: Books, custodian: str, cash: str) -> int:
    debt = [each.name for each in books.assets.values() if each.cash == cash]
    return sum(books.total(each, lambda place: place.custodian == custodian) for each in debt)


def legs(event: Event, books: Books) -> Iterator[Leg]:
    """Yield what an event says has changed hands."""
    told = {name: str(value) for name, value in event.fields.items()}
    amount, asset = int(told.get("amount", 0)), told.get("instrument", "")
    match event.name:
        case "transferred" | "force-transferred":
            yield told["source"], told["target"], asset, amount
        case "hold-posted" | "pledge-enforced":
            yield told["account"], told["target"], asset, amount
        case "issued":
            yield "", told["account"], asset, amount
        case "delivered-versus-payment":
            yield told["seller"], told["buyer"], asset, amount
            yield told["buyer"], told["seller"], told["cash"], int(told["price"])
        case "instruction-settled":
            yield told["deliverer"], told["receiver"], asset, amount
            if "payment" in told:
                yield told["receiver"], told["deliverer"], told["payment"], int(told["paid"])
        case "redeemed":
            cash = books.assets[asset].cash
            if cash is not None and told["payer"] != told["account"]:
                yield told["payer"], told["account"], cash, amount
            yield told["account"], "", asset, amount
