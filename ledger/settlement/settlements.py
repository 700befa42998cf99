"""What is entered and what is matched: kept until it has settled, lapsed or been cancelled.

Instructions reserve nothing. What is needed has to be there on the day, as in any depository: who
wants to be sure before opens a hold.
"""

from collections.abc import Iterator
from typing import Final

from amanat.ledger.dates import Date
from amanat.ledger.encoding import Structure
from amanat.ledger.identifiers import (
    Digest,
    InstrumentId,
    LedgerTime,
    Name,
    PositiveAmount,
    Reference,
)
from amanat.ledger.linked_sets import LinkedSet
from amanat.ledger.receipts import Figures
from amanat.ledger.rejections import Refused, RejectionCode
from amanat.ledger.settlement.instructions import TURNS, Instruction, Payment, Priority, Side
from amanat.ledger.state import State, Table


class Entered(Structure, frozen=True):
    """An instruction that still looks for its other side."""

    id: Digest
    instruction: Instruction


class Party(Structure, frozen=True):
    """One side of a settlement."""

    instruction: Digest
    """The id that its instruction had."""
    account: Name
    reference: Reference
    travel_data: Digest | None


class Failure(Structure, frozen=True):
    """Why it did not settle when it was last tried."""

    date: Date
    """The business date."""
    code: str
    """A `RejectionCode`."""
    figures: Figures


class Settlement(Structure, frozen=True):
    """Two instructions that match, and what of them is still to settle."""

    id: Digest
    deliverer: Party
    receiver: Party
    instrument: InstrumentId
    amount: PositiveAmount
    """What is left to deliver."""
    payment: Payment | None
    """What is left to pay."""
    settlement_date: Date
    priority: Priority
    since: LedgerTime
    """When it was matched."""
    partial: bool
    until: Date | None
    cancelling: Side | None
    """The side that has asked to cancel it."""
    failure: Failure | None

    @property
    def told(self) -> Figures:
        """What every event about it says: both accounts, so that both sides are told."""
        return {
            "settlement": self.id.hex(),
            "deliverer": self.deliverer.account,
            "receiver": self.receiver.account,
        }

    def lapsed(self, business_date: Date) -> bool:
        """Return whether the last date on which it might settle is past."""
        return self.until is not None and business_date > self.until


INSTRUCTIONS: Final = Table("instruction", Entered)
"""By id; unmatched ones alone."""
SETTLEMENTS: Final = Table("settlement", Settlement)
"""By id; those with something left to settle alone."""
DATES: Final = LinkedSet("settlement-dates")
"""The dates for which something is matched and not settled."""


def instructions_of(account: str) -> LinkedSet:
    """Return the unmatched instructions that an account's side has entered."""
    return LinkedSet("instructions-of", account)


def instructions_against(account: str) -> LinkedSet:
    """Return the unmatched instructions that name the account as counterparty."""
    return LinkedSet("instructions-against", account)


def settlements_of(account: str) -> LinkedSet:
    """Return the matched ones of an account."""
    return LinkedSet("settlements-of", account)


def due(date: Date, priority: Priority) -> LinkedSet:
    """Return what is matched for a settlement date and has a priority, oldest first."""
    return LinkedSet("due", str(date), priority.value)


def alike(instruction: Instruction, side: Side) -> LinkedSet:
    """Return the unmatched instructions by `side` of the same trade, oldest first.

    Alike is what agrees in accounts, instruments, amount and date; payments may differ.
    """
    return LinkedSet(
        "alike",
        side.value,
        instruction.deliverer,
        instruction.receiver,
        instruction.instrument,
        str(instruction.amount),
        "" if instruction.payment is None else instruction.payment.instrument,
        str(instruction.settlement_date),
    )


def instruction_needed(state: State, identifier: bytes) -> Entered:
    """Return the unmatched instruction. Raises `Refused`: `unknown_instruction`."""
    entered = state.get(INSTRUCTIONS, identifier)
    if entered is None:
        raise Refused(RejectionCode.UNKNOWN_INSTRUCTION, instruction=identifier.hex())
    return entered


def settlement_needed(state: State, identifier: bytes) -> Settlement:
    """Return the settlement. Raises `Refused`: `unknown_settlement`."""
    settlement = state.get(SETTLEMENTS, identifier)
    if settlement is None:
        raise Refused(RejectionCode.UNKNOWN_SETTLEMENT, settlement=identifier.hex())
    return settlement


def keep_instruction(state: State, entered: Entered) -> None:
    """Put an instruction that matches none on record."""
    state.put(entered, INSTRUCTIONS, entered.id)
    for place in _places(entered.instruction):
        place.add(state, entered.id.hex())


def drop_instruction(state: State, entered: Entered) -> None:
    """Take an instruction off the record: it is matched, cancelled or lapsed."""
    state.put(None, INSTRUCTIONS, entered.id)
    for place in _places(entered.instruction):
        place.remove(state, entered.id.hex())


def keep_settlement(state: State, settlement: Settlement) -> None:
    """Put two instructions that match on record."""
    state.put(settlement, SETTLEMENTS, settlement.id)
    for place in _due_places(settlement):
        place.add(state, settlement.id.hex())
    DATES.add(state, str(settlement.settlement_date))


def drop_settlement(state: State, settlement: Settlement) -> None:
    """Take them off the record: they are settled, cancelled or lapsed."""
    state.put(None, SETTLEMENTS, settlement.id)
    for place in _due_places(settlement):
        place.remove(state, settlement.id.hex())
    if not any(due(settlement.settlement_date, turn).count(state) for turn in TURNS):
        DATES.remove(state, str(settlement.settlement_date))


def _places(instruction: Instruction) -> Iterator[LinkedSet]:
    yield instructions_of(instruction.account)
    yield instructions_against(instruction.counterparty)
    yield alike(instruction, instruction.side)


def _due_places(settlement: Settlement) -> Iterator[LinkedSet]:
    yield settlements_of(settlement.deliverer.account)
    yield settlements_of(settlement.receiver.account)
    yield due(settlement.settlement_date, settlement.priority)
