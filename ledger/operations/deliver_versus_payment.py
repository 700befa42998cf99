"""Delivery versus payment: securities against cash, both or neither."""

from collections.abc import Iterable

from amanat.ledger.authorization import Requirement, SignatureOf
from amanat.ledger.balances import check_denomination, credit, debit
from amanat.ledger.identifiers import InstrumentId, Name, PositiveAmount
from amanat.ledger.instruments import CashTerms
from amanat.ledger.operations.operation import Execution, Operation
from amanat.ledger.rejections import Refused, RejectionCode


class DeliverVersusPayment(Operation, frozen=True, tag="deliver-versus-payment"):
    """Delivers an amount of an instrument from seller to buyer against a total price in cash."""

    signers = "the owners of the seller's and the buyer's accounts"
    refusals = (
        RejectionCode.UNKNOWN_ACCOUNT,
        RejectionCode.MISSING_SIGNATURE,
        RejectionCode.UNKNOWN_INSTRUMENT,
        RejectionCode.SAME_ACCOUNT,
        RejectionCode.NOT_CASH,
        RejectionCode.NOT_A_MULTIPLE,
        RejectionCode.INSUFFICIENT_HOLDING,
        RejectionCode.AMOUNT_OUT_OF_RANGE,
    )

    seller: Name
    buyer: Name
    instrument: InstrumentId
    amount: PositiveAmount
    cash: InstrumentId
    price: PositiveAmount
    """The whole price, in the smallest unit of `cash`."""

    def requirements(self, execution: Execution) -> Iterable[Requirement]:
        """Both owners."""
        return (
            SignatureOf(execution.account(self.seller).owner),
            SignatureOf(execution.account(self.buyer).owner),
        )

    def apply(self, execution: Execution) -> None:
        """Move the securities one way and the cash the other."""
        if self.seller == self.buyer:
            raise Refused(RejectionCode.SAME_ACCOUNT, account=self.seller)
        if not isinstance(execution.instrument(self.cash).terms, CashTerms):
            raise Refused(RejectionCode.NOT_CASH, instrument=self.cash)
        check_denomination(execution.instrument(self.instrument), self.amount)
        state = execution.state
        debit(state, self.seller, self.instrument, self.amount)
        credit(state, self.buyer, self.instrument, self.amount)
        debit(state, self.buyer, self.cash, self.price)
        credit(state, self.seller, self.cash, self.price)
        execution.emit(
            "delivered-versus-payment",
            seller=self.seller,
            buyer=self.buyer,
            instrument=self.instrument,
            amount=self.amount,
            cash=self.cash,
            price=self.price,
        )
