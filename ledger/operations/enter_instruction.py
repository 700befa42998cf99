"""Enter an instruction: one side says what is to settle; the ledger matches it with the other's."""

from collections.abc import Iterable, Iterator

from amanat.ledger.authorization import Requirement, SignatureOf
from amanat.ledger.checks.denomination import DENOMINATION
from amanat.ledger.holdings.movements import Movement, Purpose
from amanat.ledger.instruments.instrument import Instrument
from amanat.ledger.operation_execution import Execution
from amanat.ledger.operations.operation import Operation
from amanat.ledger.rejections import Refused, RejectionCode
from amanat.ledger.settlement.instructions import (
    Instruction,
    SettlementKind,
    Side,
    is_in_form,
    kind_of,
)
from amanat.ledger.settlement.matching import enter
from amanat.ledger.settlement.settlements import Entered, Settlement
from amanat.ledger.settlement.settling import EVENTS, attempt
from amanat.ledger.state import State
from amanat.ledger.wording import day, quantity


class EnterInstruction(Operation, frozen=True, tag="enter-instruction"):
    """Enters one side's settlement instruction, and matches it with the other side's.

    Two instructions match where they name the same accounts, instruments, amount and settlement
    date, from either side, and payments that differ by no more than both sides tolerate; what the
    delivering side says is paid. What matches none is kept, and shown to both sides. What matches
    is settled at once if its date has come and all is there, else later by `settle-instructions` or
    `settle-due`. Nothing is reserved until then. Its id is the digest that the event shows.
    """

    signers = "the owner of the instruction's own account"
    refusals = (
        RejectionCode.UNKNOWN_ACCOUNT,
        RejectionCode.UNKNOWN_INSTRUMENT,
        RejectionCode.SAME_ACCOUNT,
        RejectionCode.INVALID_INSTRUCTION,
        RejectionCode.TOO_MANY_ALIKE,
        *DENOMINATION.codes,
    )
    emits = ("instruction-entered", "instructions-matched", *EVENTS)

    instruction: Instruction

    def requirements(self, execution: Execution) -> Iterable[Requirement]:
        """The owner of the side's account."""
        return (SignatureOf(execution.owner_of(self.instruction.account)),)

    def apply(self, execution: Execution) -> None:
        """Check it, match it, settle it."""
        said = self.instruction
        execution.account(said.account)
        execution.account(said.counterparty)
        if said.account == said.counterparty:
            raise Refused(RejectionCode.SAME_ACCOUNT, account=said.account)
        instrument = execution.instrument(said.instrument)
        paid = None if said.payment is None else execution.instrument(said.payment.instrument)
        if paid is not None and said.payment is not None:
            _check_units(execution, paid, said.payment.amount)
            if paid.id == instrument.id:
                raise _invalid("two different instruments", instrument=instrument.id)
        _check_units(execution, instrument, said.amount)
        if paid is not None and not is_in_form(instrument, paid):
            said, instrument, paid = said.seen_from_payment(), paid, instrument
        execution.check(_contradictions(execution, said, instrument, paid))
        entered = Entered(execution.record_id(), said)
        told = {} if said.travel_data is None else {"travel_data": said.travel_data.hex()}
        execution.emit(
            "instruction-entered",
            instruction=entered.id.hex(),
            kind=kind_of(instrument, paid).value,
            deliverer=said.deliverer,
            receiver=said.receiver,
            instrument=said.instrument,
            amount=said.amount,
            payment="" if said.payment is None else said.payment.instrument,
            price=0 if said.payment is None else said.payment.amount,
            settlement_date=said.settlement_date,
            reference=said.reference,
            **told,
        )
        settlement = enter(execution, entered)
        if settlement is not None:
            _tell(execution, settlement)
            if execution.has_come(settlement.settlement_date):
                attempt(execution, settlement)

    def sentence(self, state: State) -> str:
        """Return what it would do."""
        said = self.instruction
        what = quantity(state, said.instrument, said.amount)
        delivers = said.side is Side.DELIVER
        direction = "deliver" if delivers else "receive"
        way = "to" if delivers else "from"
        against = "free of payment"
        if said.payment is not None:
            against = f"against {quantity(state, said.payment.instrument, said.payment.amount)}"
        return (
            f"instruct that {said.account} {direction}s {what} {way} {said.counterparty} {against} "
            f"on {day(said.settlement_date)}"
        )


def _check_units(execution: Execution, instrument: Instrument, amount: int) -> None:
    leg = Movement(Purpose.TRANSFER, instrument, None, None, amount)
    execution.check(DENOMINATION.refusals(execution, leg))


def _contradictions(
    execution: Execution, said: Instruction, instrument: Instrument, paid: Instrument | None
) -> Iterator[Refused]:
    kind = kind_of(instrument, paid)
    if said.tolerance and kind is not SettlementKind.DVP:
        yield _invalid("no tolerance: nothing is paid in cash for securities", have=said.tolerance)
    if said.partial and paid is not None and paid.terms.denomination != 1:
        yield _invalid("whole settlement: what is paid cannot be divided", payment=paid.id)
    earliest = max(said.settlement_date, execution.business_date)
    if said.until is not None and said.until < earliest:
        yield _invalid("a date until which it can settle", until=said.until, earliest=earliest)


def _invalid(need: str, **figures: int | str) -> Refused:
    return Refused(RejectionCode.INVALID_INSTRUCTION, need=need, **figures)


def _tell(execution: Execution, settlement: Settlement) -> None:
    execution.emit(
        "instructions-matched",
        settlement=settlement.id.hex(),
        delivering=settlement.deliverer.instruction.hex(),
        receiving=settlement.receiver.instruction.hex(),
        price=0 if settlement.payment is None else settlement.payment.amount,
        settlement_date=settlement.settlement_date,
        priority=settlement.priority.value,
    )
