"""Delivery versus payment: securities against cash, both or neither."""

from collections.abc import Iterable

from amanat.ledger.authorization import Requirement, SignatureOf
from amanat.ledger.checks import MOVEMENT_CODES
from amanat.ledger.days.calendar import Business
from amanat.ledger.holdings.movements import Movement, Purpose
from amanat.ledger.identifiers import Digest, InstrumentId, Name, PositiveAmount
from amanat.ledger.moving.posting import post
from amanat.ledger.operation_execution import Execution
from amanat.ledger.operations.operation import Operation
from amanat.ledger.rejections import Refused, RejectionCode
from amanat.ledger.state import State
from amanat.ledger.terms import CashTerms
from amanat.ledger.wording import quantity


class DeliverVersusPayment(Operation, frozen=True, tag="deliver-versus-payment"):
    """Delivers an amount of an instrument from seller to buyer against a total price in cash."""

    signers = "the owners of the seller's and the buyer's accounts"
    business = Business.AGAINST_PAYMENT
    refusals = (
        RejectionCode.UNKNOWN_ACCOUNT,
        RejectionCode.UNKNOWN_INSTRUMENT,
        RejectionCode.NOT_CASH,
        *MOVEMENT_CODES,
    )
    emits = ("delivered-versus-payment",)

    seller: Name
    buyer: Name
    instrument: InstrumentId
    amount: PositiveAmount
    cash: InstrumentId
    price: PositiveAmount
    """The whole price, in the smallest unit of `cash`."""
    travel_data: Digest | None = None
    """See `transfer`; one file for both legs."""

    def requirements(self, execution: Execution) -> Iterable[Requirement]:
        """Both owners."""
        return (
            SignatureOf(execution.account(self.seller).owner),
            SignatureOf(execution.account(self.buyer).owner),
        )

    def apply(self, execution: Execution) -> None:
        """Move the securities one way and the cash the other."""
        seller, buyer = execution.account(self.seller), execution.account(self.buyer)
        instrument, cash = execution.instrument(self.instrument), execution.instrument(self.cash)
        if not isinstance(cash.terms, CashTerms):
            raise Refused(RejectionCode.NOT_CASH, instrument=self.cash)
        delivery = Movement(Purpose.TRANSFER, instrument, seller, buyer, self.amount)
        payment = Movement(Purpose.TRANSFER, cash, buyer, seller, self.price)
        legs = (leg._replace(travel_data=self.travel_data) for leg in (delivery, payment))
        post(execution, *legs)
        told = {} if self.travel_data is None else {"travel_data": self.travel_data.hex()}
        execution.emit(
            "delivered-versus-payment",
            seller=self.seller,
            buyer=self.buyer,
            instrument=self.instrument,
            amount=self.amount,
            cash=self.cash,
            price=self.price,
            **told,
        )

    def sentence(self, state: State) -> str:
        """Return what it would do."""
        what = quantity(state, self.instrument, self.amount)
        price = quantity(state, self.cash, self.price)
        return f"deliver {what} from {self.seller} to {self.buyer} against payment of {price}"
