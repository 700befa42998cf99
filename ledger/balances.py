"""The only code that changes holdings and supply."""

from amanat.ledger.accounts import Holding, Supply
from amanat.ledger.identifiers import AMOUNT_MAX
from amanat.ledger.instruments import Instrument
from amanat.ledger.rejections import Refused, RejectionCode
from amanat.ledger.state import HOLDINGS, SUPPLIES, State


def check_denomination(instrument: Instrument, amount: int) -> None:
    """Refuse an amount that is not a multiple of the instrument's denomination."""
    denomination = instrument.terms.denomination
    if amount % denomination:
        raise Refused(RejectionCode.NOT_A_MULTIPLE, amount=amount, denomination=denomination)


def held(state: State, account: str, instrument: str) -> int:
    """Return how much of `instrument` the account holds."""
    holding = state.get(HOLDINGS, account, instrument)
    return holding.amount if holding is not None else 0


def debit(state: State, account: str, instrument: str, amount: int) -> None:
    """Take `amount` from the account; refuse to take more than it holds."""
    have = held(state, account, instrument)
    if amount > have:
        raise Refused(
            RejectionCode.INSUFFICIENT_HOLDING,
            account=account,
            instrument=instrument,
            have=have,
            need=amount,
        )
    left = Holding(have - amount) if have > amount else None
    state.put(left, HOLDINGS, account, instrument)


def credit(state: State, account: str, instrument: str, amount: int) -> None:
    """Give `amount` to the account; refuse to leave the range of amounts."""
    total = _within_range(held(state, account, instrument) + amount)
    state.put(Holding(total), HOLDINGS, account, instrument)


def issue(state: State, account: str, instrument: str, amount: int) -> None:
    """Create `amount` of the instrument in the account."""
    supply = state.get(SUPPLIES, instrument) or Supply(0, 0)
    total = Supply(_within_range(supply.issued + amount), supply.redeemed)
    state.put(total, SUPPLIES, instrument)
    credit(state, account, instrument, amount)


def redeem(state: State, account: str, instrument: str, amount: int) -> None:
    """Destroy `amount` of the instrument, out of the account."""
    debit(state, account, instrument, amount)
    supply = state.get(SUPPLIES, instrument) or Supply(0, 0)
    state.put(Supply(supply.issued, supply.redeemed + amount), SUPPLIES, instrument)


def _within_range(total: int) -> int:
    if total > AMOUNT_MAX:
        raise Refused(RejectionCode.AMOUNT_OUT_OF_RANGE, would_be=total, may_be=AMOUNT_MAX)
    return total
