"""The JSON of what is promised and what is to settle: holds, pledges, instructions, settlements."""

import msgspec

from amanat.ledger.claims.holds import Hold
from amanat.ledger.claims.pledges import Pledge
from amanat.ledger.settlement.instructions import Payment, Priority, Side
from amanat.ledger.settlement.settlements import Entered, Failure, Party, Settlement
from amanat.ledger.wording import day
from amanat.node.api.messages import texts
from amanat.node.api.notation import AmountText, DateText, Hex32Text, TimeMs


class HoldView(msgspec.Struct, frozen=True):
    """An open hold on a holding; from `expires` on it holds nothing."""

    id: Hex32Text
    account: str
    target: str
    instrument: str
    amount: AmountText
    agent: str | None
    expires: TimeMs
    reference: str | None
    orders: tuple[str, ...]
    """The legal orders under which it is."""


class PledgeView(msgspec.Struct, frozen=True):
    """A pledge on a holding."""

    id: Hex32Text
    account: str
    instrument: str
    amount: AmountText
    beneficiary: str
    reference: str
    orders: tuple[str, ...]
    """The legal orders under which it is."""


class PaymentView(msgspec.Struct, frozen=True):
    """What is given for what is delivered."""

    instrument: str
    amount: AmountText


class InstructionView(msgspec.Struct, frozen=True):
    """An instruction that still looks for its other side."""

    id: Hex32Text
    side: Side
    account: str
    counterparty: str
    instrument: str
    amount: AmountText
    payment: PaymentView | None
    settlement_date: DateText
    priority: Priority
    partial: bool
    tolerance: AmountText
    until: DateText | None
    reference: str
    travel_data: Hex32Text | None


class PartyView(msgspec.Struct, frozen=True):
    """One side of a settlement."""

    instruction: Hex32Text
    account: str
    reference: str
    travel_data: Hex32Text | None


class FailureView(msgspec.Struct, frozen=True):
    """Why it did not settle when it was last tried."""

    date: DateText
    code: str
    figures: dict[str, str]


class SettlementView(msgspec.Struct, frozen=True):
    """What two sides agree on, and what of it is still to settle."""

    id: Hex32Text
    deliverer: PartyView
    receiver: PartyView
    instrument: str
    amount: AmountText
    payment: PaymentView | None
    settlement_date: DateText
    priority: Priority
    since: TimeMs
    partial: bool
    until: DateText | None
    cancelling: Side | None
    """The side that has asked to cancel it."""
    failure: FailureView | None


class SettlementDateView(msgspec.Struct, frozen=True):
    """A date for which something is matched."""

    date: DateText
    count: int
    """How many settlements."""


def hold_view(hold: Hold) -> HoldView:
    """Return a hold as JSON shows it."""
    told = msgspec.structs.asdict(hold)
    return HoldView(**{**told, "id": hold.id.hex(), "amount": str(hold.amount)})


def pledge_view(pledge: Pledge) -> PledgeView:
    """Return a pledge as JSON shows it."""
    told = msgspec.structs.asdict(pledge)
    return PledgeView(**{**told, "id": pledge.id.hex(), "amount": str(pledge.amount)})


def instruction_view(entered: Entered) -> InstructionView:
    """Return an unmatched instruction as JSON shows it."""
    said = entered.instruction
    return InstructionView(
        id=entered.id.hex(),
        side=said.side,
        account=said.account,
        counterparty=said.counterparty,
        instrument=said.instrument,
        amount=str(said.amount),
        payment=_payment(said.payment),
        settlement_date=day(said.settlement_date),
        priority=said.priority,
        partial=said.partial,
        tolerance=str(said.tolerance),
        until=None if said.until is None else day(said.until),
        reference=said.reference,
        travel_data=None if said.travel_data is None else said.travel_data.hex(),
    )


def settlement_view(settlement: Settlement) -> SettlementView:
    """Return a settlement as JSON shows it."""
    return SettlementView(
        id=settlement.id.hex(),
        deliverer=_party(settlement.deliverer),
        receiver=_party(settlement.receiver),
        instrument=settlement.instrument,
        amount=str(settlement.amount),
        payment=_payment(settlement.payment),
        settlement_date=day(settlement.settlement_date),
        priority=settlement.priority,
        since=settlement.since,
        partial=settlement.partial,
        until=None if settlement.until is None else day(settlement.until),
        cancelling=settlement.cancelling,
        failure=_failure(settlement.failure),
    )


def _payment(payment: Payment | None) -> PaymentView | None:
    return None if payment is None else PaymentView(payment.instrument, str(payment.amount))


def _party(party: Party) -> PartyView:
    travel_data = None if party.travel_data is None else party.travel_data.hex()
    return PartyView(party.instruction.hex(), party.account, party.reference, travel_data)


def _failure(failure: Failure | None) -> FailureView | None:
    if failure is None:
        return None
    return FailureView(day(failure.date), failure.code, texts(failure.figures))
