"""The only code that changes holdings, what is reserved of them, and supply.

It refuses nothing: `checks` has looked before. What would break an account's books is a fault of
this program.
"""

from amanat.ledger.custody.accounts import Account, Holding
from amanat.ledger.days import sealed_totals
from amanat.ledger.holdings import totals
from amanat.ledger.identifiers import AMOUNT_MAX
from amanat.ledger.instruments.instrument import Instrument
from amanat.ledger.instruments.supplies import supply
from amanat.ledger.instruments.supply import Supply
from amanat.ledger.linked_sets import LinkedSet
from amanat.ledger.state import HOLDINGS, SUPPLIES, State

NOTHING = Holding(0, 0)


def holding(state: State, account: str, instrument: str) -> Holding:
    """Return what the account holds of the instrument, which may be nothing."""
    return state.get(HOLDINGS, account, instrument) or NOTHING


def instruments_of(account: str) -> LinkedSet:
    """Return the instruments of which the account holds something."""
    return LinkedSet("held", account)


def move(
    state: State, source: Account, target: Account, instrument: Instrument, amount: int
) -> None:
    """Take an amount out of one account and put it into the other."""
    _change(state, source, instrument, -amount)
    _change(state, target, instrument, amount)
    totals.move(state, source, target, instrument, amount)


def issue(state: State, account: Account, instrument: Instrument, amount: int) -> None:
    """Create an amount of the instrument in the account."""
    before = supply(state, instrument.id)
    sealed_totals.seal(state, before.issued, instrument.id, sealed_totals.ISSUED)
    state.put(Supply(before.issued + amount, before.redeemed), SUPPLIES, instrument.id)
    _change(state, account, instrument, amount)
    totals.add(state, account, instrument, amount)


def redeem(state: State, account: Account, instrument: Instrument, amount: int) -> None:
    """Destroy an amount of the instrument, out of the account."""
    before = supply(state, instrument.id)
    sealed_totals.seal(state, before.redeemed, instrument.id, sealed_totals.REDEEMED)
    state.put(Supply(before.issued, before.redeemed + amount), SUPPLIES, instrument.id)
    _change(state, account, instrument, -amount)
    totals.add(state, account, instrument, -amount)


def reserve(state: State, account: str, instrument: str, amount: int) -> None:
    """Reserve more of a holding, or release some where `amount` is negative."""
    before = holding(state, account, instrument)
    _put(state, account, instrument, Holding(before.amount, before.reserved + amount))


def readdress(state: State, before: Account, after: Account, instrument: Instrument) -> None:
    """Let the totals follow an account whose custodian, owner or jurisdiction changes."""
    amount = holding(state, before.name, instrument.id).amount
    totals.move(state, before, after, instrument, amount)


def _change(state: State, account: Account, instrument: Instrument, amount: int) -> None:
    before = holding(state, account.name, instrument.id)
    after = Holding(before.amount + amount, before.reserved)
    _put(state, account.name, instrument.id, after)
    if before.amount == 0:
        instruments_of(account.name).add(state, instrument.id)
    if after.amount == 0:
        instruments_of(account.name).remove(state, instrument.id)


def _put(state: State, account: str, instrument: str, after: Holding) -> None:
    if not 0 <= after.reserved <= after.amount <= AMOUNT_MAX:
        raise AssertionError(f"{account} would hold {after} of {instrument}")
    state.put(after if after.amount else None, HOLDINGS, account, instrument)
