"""Settle instructions: a side asks to settle what is matched and due."""

from collections.abc import Iterator
from typing import Annotated

from msgspec import Meta

from amanat.ledger.authorization import Requirement
from amanat.ledger.identifiers import Digest
from amanat.ledger.operation_execution import Execution
from amanat.ledger.operations.operation import Operation
from amanat.ledger.rejections import RejectionCode
from amanat.ledger.settlement.instructions import TURNS
from amanat.ledger.settlement.settlements import SETTLEMENTS, Settlement, settlement_needed
from amanat.ledger.settlement.settling import EVENTS, attempt, check_due
from amanat.ledger.state import State
from amanat.ledger.wording import quantity


class SettleInstructions(Operation, frozen=True, tag="settle-instructions"):
    """Settles these as far as it can be done: the most urgent first, then the oldest.

    What cannot settle stays matched, and says why. Where both sides allow it as much settles as
    there is; the rest stays.
    """

    signers = "the owner of either side's account, for each"
    refusals = (RejectionCode.UNKNOWN_SETTLEMENT, RejectionCode.NOT_YET_DUE)
    emits = EVENTS

    settlements: Annotated[tuple[Digest, ...], Meta(min_length=1, max_length=100)]

    @property
    def weight(self) -> int:
        """As many as it names."""
        return len(self.settlements)

    def requirements(self, execution: Execution) -> Iterator[Requirement]:
        """A side of each."""
        for each in self.settlements:
            settlement = settlement_needed(execution.state, each)
            yield execution.one_of(
                execution.owner_of(settlement.deliverer.account),
                execution.owner_of(settlement.receiver.account),
            )

    def apply(self, execution: Execution) -> None:
        """Try one after the other."""
        found = [settlement_needed(execution.state, each) for each in self.settlements]
        for settlement in found:
            check_due(execution, settlement.settlement_date)
        for settlement in sorted(found, key=_turn):
            attempt(execution, settlement_needed(execution.state, settlement.id))

    def sentence(self, state: State) -> str:
        """Return what it would do."""
        return "settle " + ", ".join(_told(state, each) for each in self.settlements)


def _turn(settlement: Settlement) -> tuple[int, int]:
    return TURNS.index(settlement.priority), settlement.since


def _told(state: State, identifier: bytes) -> str:
    settlement = state.get(SETTLEMENTS, identifier)
    if settlement is None:
        return f"{identifier.hex()[:16]}…, which is not known"
    what = quantity(state, settlement.instrument, settlement.amount)
    return f"{what} from {settlement.deliverer.account} to {settlement.receiver.account}"
