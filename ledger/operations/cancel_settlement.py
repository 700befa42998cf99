"""Cancel a settlement: two matched instructions are off, once both sides say so."""

from collections.abc import Iterable

from msgspec.structs import replace

from amanat.ledger.authorization import Requirement
from amanat.ledger.identifiers import Digest
from amanat.ledger.operation_execution import Execution
from amanat.ledger.operations.operation import Operation
from amanat.ledger.rejections import RejectionCode
from amanat.ledger.settlement.instructions import CancelReason, Side
from amanat.ledger.settlement.settlements import (
    SETTLEMENTS,
    Settlement,
    drop_settlement,
    settlement_needed,
)
from amanat.ledger.state import State
from amanat.ledger.wording import quantity


class CancelSettlement(Operation, frozen=True, tag="cancel-settlement"):
    """Asks to cancel what is matched; it is off once both sides have asked.

    Until then it settles as before. What has settled in part stays settled.
    """

    signers = "the owner of either side's account; both at once, or one after the other"
    refusals = (RejectionCode.UNKNOWN_SETTLEMENT,)
    emits = ("cancellation-asked", "settlement-cancelled")

    settlement: Digest
    reason: CancelReason

    def requirements(self, execution: Execution) -> Iterable[Requirement]:
        """Either side."""
        settlement = settlement_needed(execution.state, self.settlement)
        return (execution.one_of(*_owners(execution, settlement).values()),)

    def apply(self, execution: Execution) -> None:
        """Note who asks, or drop it."""
        settlement = settlement_needed(execution.state, self.settlement)
        owners = _owners(execution, settlement)
        asking = [side for side, owner in owners.items() if execution.consents.signs(owner)]
        if settlement.cancelling is not None and settlement.cancelling not in asking:
            asking.append(settlement.cancelling)
        told = {**settlement.told, "reason": self.reason.value}
        if len(asking) == len(owners):
            drop_settlement(execution.state, settlement)
            execution.emit("settlement-cancelled", **told)
            return
        after = replace(settlement, cancelling=asking[0])
        execution.state.put(after, SETTLEMENTS, settlement.id)
        execution.emit("cancellation-asked", **told, by=asking[0].value)

    def sentence(self, state: State) -> str:
        """Return what it would do."""
        settlement = state.get(SETTLEMENTS, self.settlement)
        if settlement is None:
            return f"cancel the settlement {self.settlement.hex()[:16]}…, which is not known"
        what = quantity(state, settlement.instrument, settlement.amount)
        gives, takes = settlement.deliverer.account, settlement.receiver.account
        return f"agree that {what} is not delivered from {gives} to {takes} ({self.reason.value})"


def _owners(execution: Execution, settlement: Settlement) -> dict[Side, str]:
    return {
        Side.DELIVER: execution.owner_of(settlement.deliverer.account),
        Side.RECEIVE: execution.owner_of(settlement.receiver.account),
    }
