"""How an instrument's units end: what is paid for them, and legal orders that follow to it."""

from amanat.ledger.custody.accounts import Account
from amanat.ledger.holdings.free_holdings import unclaimed
from amanat.ledger.holdings.movements import Movement, Purpose
from amanat.ledger.holdings.posting import post
from amanat.ledger.instruments.instrument import Instrument
from amanat.ledger.operation_execution import Execution
from amanat.ledger.orders.freezes import Paid, follow


def redeem_for(
    execution: Execution,
    instrument: Instrument,
    account: Account,
    amount: int,
    payment: Movement,
) -> None:
    """Make a payment into the account, and end the units that it is for.

    What legal orders freeze of the units they freeze of what was paid. So redemption waits for no
    order, and what is frozen never gets free by it. Emits `freeze-followed` for each freeze.

    Raises:
        Refused: one of the two movements may not be made.
    """
    post(execution, payment)
    cash = payment.instrument.id
    paid = Paid(cash, payment.amount)
    spare = unclaimed(execution, account.name, instrument.id)
    for freeze in follow(execution, (account.name, instrument.id, amount), paid, spare):
        execution.emit(
            "freeze-followed",
            account=account.name,
            instrument=instrument.id,
            cash=cash,
            amount=freeze.amount,
            orders=",".join(freeze.orders),
        )
    post(
        execution,
        Movement(Purpose.REDEMPTION, instrument, account, None, amount, clear_of_orders=True),
    )
