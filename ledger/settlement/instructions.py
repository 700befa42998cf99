"""Settlement instructions: what each of two sides says is to settle between their accounts.

Each side enters its own. The ledger keeps them in one form, whichever leg a side called first:
securities before cash, and two of a kind by their identifiers. So both sides of a trade are
comparable field by field.
"""

from enum import StrEnum
from typing import Final

from msgspec.structs import replace

from amanat.ledger.dates import Date
from amanat.ledger.encoding import Structure
from amanat.ledger.identifiers import (
    Amount,
    Digest,
    InstrumentId,
    Name,
    PositiveAmount,
    Reference,
)
from amanat.ledger.instruments.instrument import Instrument
from amanat.ledger.terms import CashTerms


class Side(StrEnum):
    """What the account of an instruction does with the instrument."""

    DELIVER = "deliver"
    RECEIVE = "receive"

    @property
    def other(self) -> "Side":
        """The side of the counterparty."""
        return Side.RECEIVE if self is Side.DELIVER else Side.DELIVER


class Priority(StrEnum):
    """In which turn what is due is settled."""

    HIGH = "high"
    NORMAL = "normal"
    LOW = "low"


TURNS: Final = tuple(Priority)
"""The priorities, the most urgent first."""


class SettlementKind(StrEnum):
    """What is exchanged for what."""

    FREE = "free_of_payment"
    DVP = "delivery_versus_payment"
    PVP = "payment_versus_payment"
    DVD = "delivery_versus_delivery"


class CancelReason(StrEnum):
    """Why a side cancels."""

    ERROR = "error"
    """It was entered wrongly."""
    DUPLICATE = "duplicate"
    """The same was entered twice."""
    AGREED = "agreed"
    """The trade is off, by agreement."""
    UNANSWERED = "unanswered"
    """The other side does not enter its own, or has nothing to settle with."""
    OTHER = "other"


class Payment(Structure, frozen=True):
    """What is given for what is delivered: cash, or other securities."""

    instrument: InstrumentId
    amount: PositiveAmount


class Instruction(Structure, frozen=True):
    """What one side says."""

    side: Side
    account: Name
    """Its own."""
    counterparty: Name
    """The other side's account."""
    instrument: InstrumentId
    amount: PositiveAmount
    payment: Payment | None
    """Null for a delivery free of payment."""
    settlement_date: Date
    """The business date from which on it settles."""
    priority: Priority
    """The more urgent of the two sides' counts."""
    partial: bool
    """Whether it may settle in parts; only where both sides say so."""
    tolerance: Amount
    """By how much the cash that the sides name may differ, for this side; 0 for all but a delivery
    versus payment. Within it, what the delivering side says is paid."""
    until: Date | None
    """The last business date on which it may settle, if it is to lapse; the earlier of the two."""
    reference: Reference
    """Its side's own."""
    travel_data: Digest | None
    """See `transfer`."""

    @property
    def deliverer(self) -> str:
        """The account that delivers the instrument."""
        return self.account if self.side is Side.DELIVER else self.counterparty

    @property
    def receiver(self) -> str:
        """The account that receives it, and pays."""
        return self.counterparty if self.side is Side.DELIVER else self.account

    def seen_from_payment(self) -> "Instruction":
        """Return the same, where what was the payment is called the delivery."""
        if self.payment is None:
            return self
        return replace(
            self,
            side=self.side.other,
            instrument=self.payment.instrument,
            amount=self.payment.amount,
            payment=Payment(self.instrument, self.amount),
        )


def kind_of(instrument: Instrument, payment: Instrument | None) -> SettlementKind:
    """Return what is exchanged for what, in the form in which the ledger keeps it."""
    if payment is None:
        return SettlementKind.FREE
    if not isinstance(payment.terms, CashTerms):
        return SettlementKind.DVD
    if isinstance(instrument.terms, CashTerms):
        return SettlementKind.PVP
    return SettlementKind.DVP


def is_in_form(instrument: Instrument, payment: Instrument | None) -> bool:
    """Return whether the two legs stand in the order in which the ledger keeps them."""
    return payment is None or _order(instrument) < _order(payment)


def _order(instrument: Instrument) -> tuple[bool, str]:
    return isinstance(instrument.terms, CashTerms), instrument.id
