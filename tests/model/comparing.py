"""Whether the ledger says what the books of the model say."""

from collections import Counter
from collections.abc import Iterator

from amanat.ledger.claims.holds import HOLDS, holds_for, holds_on
from amanat.ledger.claims.pledges import PLEDGES, pledges_on
from amanat.ledger.days import sealed_totals
from amanat.ledger.holdings.totals import Dimension, contributors, total, value_of
from amanat.ledger.instruments.borrowing import outstanding
from amanat.ledger.settlement.settlements import (
    INSTRUCTIONS,
    SETTLEMENTS,
    instructions_of,
    settlements_of,
)
from amanat.ledger.state import (
    ACCOUNTS,
    BUSINESS_DAY,
    FREEZES,
    HOLDINGS,
    INSTRUMENTS,
    ORDERS,
    PARTICIPANTS,
    PROPOSALS,
    TRANCHES,
    State,
)
from tests.model.books import Books
from tests.model.claims import freezes, is_live, promised, promises
from tests.model.governing import sums


def differences(books: Books, state: State) -> Iterator[str]:
    """Yield every difference."""
    yield from _counts(books, state)
    yield from _holdings(books, state)
    yield from _totals(books, state)
    yield from _records(books, state)
    yield from _orders(books, state)
    yield from _closes(books, state)


def _counts(books: Books, state: State) -> Iterator[str]:
    """Yield where the ledger's lists of an account are not what the model knows of it."""
    for name in books.places:
        entered = {each for each, said in books.entered.items() if said.account == name}
        deals = {n for n, deal in books.deals.items() if name in (deal.deliverer, deal.receiver)}
        holds = {n for n, h in books.holds.items() if h.target == name and h.expires > books.time}
        past = {each for each, hold in books.holds.items() if hold.expires <= books.time}
        there = set(holds_for(name).members(state)) - past
        lists = (instructions_of(name), settlements_of(name))
        said = [there, *(set(each.members(state)) for each in lists)]
        if said != [holds, entered, deals]:
            yield f"{name} has {said}, not {[holds, entered, deals]}"
        for asset in books.assets:
            promised = list(promises(books, name, asset))
            queued = set(holds_on(name, asset).members(state)) - past
            listed = [*pledges_on(name, asset).members(state)]
            if listed != promised[: len(listed)] or queued != set(promised[len(listed) :]):
                yield f"of {asset} {name} promised {listed} and {queued}, not {promised}"


def _holdings(books: Books, state: State) -> Iterator[str]:
    stale: dict[tuple[str, str], int] = {}
    ice: dict[tuple[str, str], Counter[frozenset[str]]] = {}
    for name, hold in books.holds.items():
        kept = state.get(HOLDS, bytes.fromhex(name))
        if hold.expires > books.time:
            told = None if kept is None else (kept.amount, kept.target, frozenset(kept.orders))
            if told != (hold.amount, hold.target, hold.orders):
                yield f"the hold {name} is {kept}, and should be {hold}"
        elif kept is not None:
            place = (hold.account, hold.asset)
            stale[place] = stale.get(place, 0) + kept.amount
            live = frozenset(each for each in kept.orders if is_live(books, each))
            ice.setdefault(place, Counter())[live] += kept.amount if live else 0
    for account in books.places:
        for asset in books.assets:
            holding = state.get(HOLDINGS, account, asset)
            said = (0, 0) if holding is None else (holding.amount, holding.reserved)
            claims = promised(books, account, asset) + stale.get((account, asset), 0)
            if said != (books.has(account, asset), claims):
                yield f"{account} has {said} of {asset}, not {books.has(account, asset), claims}"
            cold = ice.get((account, asset), Counter())
            for freeze in state.get(FREEZES, account, asset) or ():
                live = frozenset(each for each in freeze.orders if is_live(books, each))
                cold[live] += freeze.amount if live else 0
            if +cold != {names: amount for amount, names in freezes(books, account, asset)}:
                yield f"of {asset} in {account} {cold} is frozen"


def _totals(books: Books, state: State) -> Iterator[str]:
    for asset in books.assets.values():
        for dimension in Dimension:
            if asset.kind == "cash" and dimension is Dimension.OWNER:
                continue
            sums_: dict[str, int] = {}
            for (account, held), amount in books.held.items():
                kept = state.get(ACCOUNTS, account)
                if held == asset.name and kept is not None:
                    value = value_of(kept, dimension)
                    sums_[value] = sums_.get(value, 0) + amount
            there = set(contributors(asset.name, dimension).members(state))
            said = {each: total(state, asset.name, dimension, each) for each in there}
            if said != sums_:
                yield f"{asset.name} by {dimension}: {said}, not {sums_}"
        if asset.kind == "cash" and outstanding(state, asset.name) != books.debt(asset.name):
            yield f"owed in {asset.name}: {outstanding(state, asset.name)}"


def _records(books: Books, state: State) -> Iterator[str]:
    for name, pledge in books.pledges.items():
        kept = state.get(PLEDGES, bytes.fromhex(name))
        said = None if kept is None else (kept.account, kept.amount, frozenset(kept.orders))
        if said != (pledge.account, pledge.amount, pledge.orders):
            yield f"the pledge {name} is {kept}, and should be {pledge}"
    for name, proposal in books.proposals.items():
        told = state.get(PROPOSALS, bytes.fromhex(name))
        status = None if told is None else told.status.value
        lapsed = status == "lapsed" and books.time > proposal.expires
        if status != proposal.status and not lapsed:
            yield f"the proposal {name} is {status}, and should be {proposal.status}"
    yield from _settlements(books, state)
    yield from _parties(books, state)
    yield from _instruments(books, state)


def _settlements(books: Books, state: State) -> Iterator[str]:
    for name in books.entered:
        if state.get(INSTRUCTIONS, bytes.fromhex(name)) is None:
            yield f"the instruction {name} is gone"
    for name, deal in books.deals.items():
        found = state.get(SETTLEMENTS, bytes.fromhex(name))
        price = 0 if found is None or found.payment is None else found.payment.amount
        if found is None or (found.amount, price) != (deal.amount, deal.price):
            yield f"the settlement {name} is {found}, and should be {deal}"
            continue
        code = None if found.failure is None else found.failure.code
        if code not in (deal.failed or (None,)):
            yield f"the settlement {name} failed: {code}, not {deal.failed}"


def _parties(books: Books, state: State) -> Iterator[str]:
    for name, place in books.places.items():
        account = state.get(ACCOUNTS, name)
        said = None if account is None else (account.owner, account.custodian)
        if said != (place.owner, place.custodian):
            yield f"the account {name} is {account}, and should be {place}"
    for name, person in books.people.items():
        known = state.get(PARTICIPANTS, name)
        if known is None or {each.key.hex(): each.until for each in known.keys} != person.keys:
            yield f"the participant {name} is {known}, and should be {person}"


def _instruments(books: Books, state: State) -> Iterator[str]:
    for name, asset in books.assets.items():
        instrument = state.get(INSTRUMENTS, name)
        said = None
        if instrument is not None:
            said = (instrument.status.value, instrument.authorised, instrument.paying_agent)
        if said != (asset.status, asset.authorised, asset.agent):
            yield f"the instrument {name} is {instrument}, and should be {asset}"
        for number, tranche in enumerate(books.tranches.get(name, ()), 1):
            kept = state.get(TRANCHES, name, number)
            if kept is None or (kept.amount, kept.issued) != (tranche.amount, tranche.issued):
                yield f"tranche {number} of {name} is {kept}, and should be {tranche}"


def _orders(books: Books, state: State) -> Iterator[str]:
    for name, order in books.orders.items():
        kept = state.get(ORDERS, name)
        live = kept is not None and kept.is_in_force(books.today)
        if kept is None or live != is_live(books, name) or kept.taken != order.taken:
            yield f"the order {name} is {kept}, and should be {order}"


def _closes(books: Books, state: State) -> Iterator[str]:
    day = state.get(BUSINESS_DAY)
    if day is None or day.date != books.open_day:
        yield f"{day} is open, and should be {books.open_day}"
    for date, closed in books.closed.items():
        names = closed.keys() | sums(books).keys()
        for asset, what, *of in names:
            if what == "custodian":
                said = sealed_totals.custodian_total(state, date, asset, of[0])
            else:
                said = getattr(sealed_totals.supply(state, date, asset), what)
            if said != closed.get((asset, what, *of), 0):
                yield f"at close {date}, {asset} {what} {of} was {said}, not {closed}"
