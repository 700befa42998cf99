"""How an instrument's units end: what is paid for them, and the claims that follow to it."""

from collections.abc import Iterable

from amanat.ledger.claims.following import follow
from amanat.ledger.claims.free_holdings import unclaimed
from amanat.ledger.custody.accounts import Account
from amanat.ledger.holdings.movements import Movement, Purpose
from amanat.ledger.holdings.proceeds import Proceeds
from amanat.ledger.instruments.instrument import Instrument
from amanat.ledger.moving.posting import post
from amanat.ledger.operation_execution import Execution
from amanat.ledger.orders.freezes import add_freeze, frozen, take_frozen
from amanat.ledger.orders.legal_orders import Freeze
from amanat.ledger.orders.stops import holding_stops

FOLLOWING = ("freeze-followed", "pledge-followed", "hold-followed")
"""What it may emit."""


def redeem_for(
    execution: Execution,
    instrument: Instrument,
    account: Account,
    amount: int,
    payment: Movement,
) -> None:
    """Make a payment into the account, and end the units that it is for.

    What nobody has a claim on ends first, then what legal orders freeze, then what is pledged and
    held. Each claim follows to what was paid for its units. So redemption waits for nobody, and
    nothing gets free by it. Emits an event for each claim that followed.

    Raises:
        Refused: one of the two movements may not be made, or too many claims would follow.
    """
    post(execution, payment)
    name, identifier = account.name, instrument.id
    spare = min(amount, unclaimed(execution, name, identifier))
    ends = min(amount - spare, frozen(execution, name, identifier))
    stops = holding_stops(execution, name, identifier)
    paid = Proceeds(payment.instrument.id, payment.amount, amount, tuple(stops))
    _follow(execution, account, instrument, take_frozen(execution, (name, identifier, ends)), paid)
    claimed = follow(execution, (name, identifier, amount - spare - ends), paid)
    if stops and spare > 0:
        _follow(execution, account, instrument, [Freeze(spare, tuple(stops))], paid)
    post(
        execution,
        Movement(
            Purpose.REDEMPTION,
            instrument,
            account,
            None,
            amount,
            reserved=claimed,
            clear_of_orders=True,
        ),
    )


def _follow(
    execution: Execution,
    account: Account,
    instrument: Instrument,
    freezes: Iterable[Freeze],
    paid: Proceeds,
) -> None:
    """Freeze the share of units that were frozen, for their orders and those on the holding."""
    for freeze in freezes:
        share = paid.share_of(freeze.amount)
        orders = tuple(sorted({*freeze.orders, *paid.orders}))
        if share:
            add_freeze(execution, account.name, paid.cash, Freeze(share, orders))
            execution.emit(
                "freeze-followed",
                account=account.name,
                instrument=instrument.id,
                cash=paid.cash,
                amount=share,
                orders=",".join(orders),
            )
