"""Settling: both legs of what is matched move, whole or in part, or it is said why they do not."""

from enum import StrEnum
from typing import Final

from msgspec.structs import replace

from amanat.ledger.claims.free_holdings import free
from amanat.ledger.dates import Date
from amanat.ledger.holdings.movements import Movement, Purpose
from amanat.ledger.identifiers import Digest
from amanat.ledger.moving.posting import post
from amanat.ledger.operation_execution import Execution
from amanat.ledger.receipts import Figures
from amanat.ledger.rejections import Refused, RejectionCode
from amanat.ledger.settlement.instructions import Payment
from amanat.ledger.settlement.settlements import (
    SETTLEMENTS,
    Failure,
    Settlement,
    drop_settlement,
)


class Result(StrEnum):
    """What became of an attempt."""

    SETTLED = "settled"
    PARTLY = "partly"
    FAILED = "failed"
    LAPSED = "lapsed"


_SHORT: Final = (RejectionCode.INSUFFICIENT_HOLDING, RejectionCode.FROZEN)
"""What refuses a whole settlement, and may leave part of it."""

_TOLD: Final = ("account", "instrument", "participant")
"""What both sides are told of why it failed: on whom it hangs, and not what that one holds, nor by
which order it is stopped."""

EVENTS = ("instruction-settled", "settlement-failed", "settlement-lapsed")
"""What an attempt may emit."""


def check_due(execution: Execution, date: Date) -> None:
    """Refuse while a settlement date has not come.

    Raises:
        Refused: `not_yet_due`.
    """
    if not execution.has_come(date):
        raise Refused(
            RejectionCode.NOT_YET_DUE,
            settlement_date=date,
            business_date=execution.business_date,
            today=execution.today,
        )


def attempt(execution: Execution, settlement: Settlement) -> Result:
    """Settle what is due if it can be: whole, else as much as there is where both sides allow it.

    It refuses nothing: why it fails is kept with it and told, and everything stays as it was.
    """
    if settlement.lapsed(execution.business_date):
        drop_settlement(execution.state, settlement)
        execution.emit("settlement-lapsed", **settlement.told)
        return Result.LAPSED
    refused = _try(execution, settlement, settlement.amount)
    if refused is None:
        return Result.SETTLED
    if settlement.partial and refused.code in _SHORT:
        part = _possible(execution, settlement)
        if part and _try(execution, settlement, part) is None:
            return Result.PARTLY
    _fail(execution, settlement, refused)
    return Result.FAILED


def _try(execution: Execution, settlement: Settlement, amount: int) -> Refused | None:
    """Move an amount and what is paid for it; return why not, with all undone."""
    mark, told = execution.state.mark(), len(execution.events)
    payment = _paid_for(settlement, amount)
    try:
        post(execution, *_movements(execution, settlement, amount, payment))
    except Refused as refused:
        execution.state.rollback(mark)
        del execution.events[told:]
        return refused
    _settle(execution, settlement, amount, payment)
    return None


def _movements(
    execution: Execution, settlement: Settlement, amount: int, payment: Payment | None
) -> list[Movement]:
    """Return the legs. Each carries its originator's travel data, or else the other side's."""
    gives, takes = settlement.deliverer, settlement.receiver
    source, target = execution.account(gives.account), execution.account(takes.account)

    def leg(instrument: str, units: int, data: Digest | None) -> Movement:
        known = execution.instrument(instrument)
        movement = Movement(Purpose.TRANSFER, known, source, target, units)
        return movement._replace(travel_data=data)

    legs = [leg(settlement.instrument, amount, gives.travel_data or takes.travel_data)]
    if payment is not None:
        paid = leg(payment.instrument, payment.amount, takes.travel_data or gives.travel_data)
        legs.append(paid._replace(source=target, target=source))
    return legs


def _paid_for(settlement: Settlement, amount: int) -> Payment | None:
    """Return what is paid for part of what is left, rounded down; the last part pays the rest.

    So nobody ever pays more than was agreed, and in the end all of it has been paid.
    """
    payment = settlement.payment
    if payment is None:
        return None
    return replace(payment, amount=payment.amount * amount // settlement.amount)


def _possible(execution: Execution, settlement: Settlement) -> int:
    """Return the most that could settle now: whole units that are there and can be paid for."""
    most = free(execution, settlement.deliverer.account, settlement.instrument)
    payment = settlement.payment
    if payment is not None:
        funds = free(execution, settlement.receiver.account, payment.instrument)
        most = min(most, ((funds + 1) * settlement.amount - 1) // payment.amount)
    denomination = execution.instrument(settlement.instrument).terms.denomination
    part = min(most, settlement.amount) // denomination * denomination
    if payment is not None and payment.amount * part < settlement.amount:
        return 0  # Nothing would be paid for so little.
    return max(part, 0)


def _settle(
    execution: Execution, settlement: Settlement, amount: int, payment: Payment | None
) -> None:
    left = settlement.amount - amount
    if left:
        rest = settlement.payment
        if rest is not None and payment is not None:
            rest = replace(rest, amount=rest.amount - payment.amount)
        after = replace(settlement, amount=left, payment=rest, failure=None)
        execution.state.put(after, SETTLEMENTS, settlement.id)
    else:
        drop_settlement(execution.state, settlement)
    paid: Figures = {}
    if payment is not None:
        paid = {"payment": payment.instrument, "paid": payment.amount}
    execution.emit(
        "instruction-settled",
        **settlement.told,
        instrument=settlement.instrument,
        amount=amount,
        left=left,
        **paid,
    )


def _fail(execution: Execution, settlement: Settlement, refused: Refused) -> None:
    figures: Figures = {name: refused.figures[name] for name in _TOLD if name in refused.figures}
    failure = Failure(execution.business_date, refused.code.value, figures)
    execution.state.put(replace(settlement, failure=failure), SETTLEMENTS, settlement.id)
    execution.emit("settlement-failed", code=refused.code.value, **(figures | settlement.told))
