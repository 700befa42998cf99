"""Matching: two instructions that say the same about a trade become one settlement."""

from typing import Final

from amanat.ledger.dates import Date
from amanat.ledger.operation_execution import Execution
from amanat.ledger.rejections import Refused, RejectionCode
from amanat.ledger.settlement.instructions import TURNS, Instruction, Side
from amanat.ledger.settlement.settlements import (
    INSTRUCTIONS,
    Entered,
    Party,
    Settlement,
    alike,
    drop_instruction,
    keep_instruction,
    keep_settlement,
)
from amanat.ledger.state import State

ALIKE_MAX: Final = 100
"""Unmatched instructions of one side that may be alike: so many may have to be looked at."""


def enter(execution: Execution, entered: Entered) -> Settlement | None:
    """Match an instruction with the oldest that fits, and return both as one settlement.

    One that matches none is kept until its other side comes.

    Raises:
        Refused: `too_many_alike`.
    """
    state, instruction = execution.state, entered.instruction
    other = _match(execution, instruction)
    if other is None:
        would_be = alike(instruction, instruction.side).count(state) + 1
        if would_be > ALIKE_MAX:
            raise Refused(RejectionCode.TOO_MANY_ALIKE, would_be=would_be, may_be=ALIKE_MAX)
        keep_instruction(state, entered)
        return None
    drop_instruction(state, other)
    sides = {each.instruction.side: each for each in (entered, other)}
    settlement = _settlement(execution, sides[Side.DELIVER], sides[Side.RECEIVE])
    keep_settlement(state, settlement)
    return settlement


def _match(execution: Execution, instruction: Instruction) -> Entered | None:
    """Return the oldest instruction of the other side that fits; drop those that have lapsed."""
    state = execution.state
    for member in alike(instruction, instruction.side.other).members(state):
        other = _known(state, member)
        if _is_past(other.instruction.until, execution.business_date):
            drop_instruction(state, other)
        elif _within_tolerance(instruction, other.instruction):
            return other
    return None


def _within_tolerance(one: Instruction, other: Instruction) -> bool:
    """Return whether each side can live with the cash that the other names."""
    if one.payment is None or other.payment is None:
        return one.payment == other.payment
    difference = abs(one.payment.amount - other.payment.amount)
    return difference <= min(one.tolerance, other.tolerance)


def _settlement(execution: Execution, deliver: Entered, receive: Entered) -> Settlement:
    """Return both sides as one. What the delivering side says is paid."""
    said, answered = deliver.instruction, receive.instruction
    ends = [each for each in (said.until, answered.until) if each is not None]
    return Settlement(
        id=execution.record_id(),
        deliverer=_party(deliver),
        receiver=_party(receive),
        instrument=said.instrument,
        amount=said.amount,
        payment=said.payment,
        settlement_date=said.settlement_date,
        priority=min(said.priority, answered.priority, key=TURNS.index),
        since=execution.time,
        partial=said.partial and answered.partial,
        until=min(ends, default=None),
        cancelling=None,
        failure=None,
    )


def _party(entered: Entered) -> Party:
    said = entered.instruction
    return Party(entered.id, said.account, said.reference, said.travel_data)


def _known(state: State, member: str) -> Entered:
    entered = state.get(INSTRUCTIONS, bytes.fromhex(member))
    if entered is None:
        raise AssertionError(f"the instruction {member} is listed and not on record")
    return entered


def _is_past(until: Date | None, business_date: Date) -> bool:
    return until is not None and business_date > until
