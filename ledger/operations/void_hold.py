"""Void a hold: what was held is its owner's again."""

from collections.abc import Iterable

from amanat.ledger.authorization import Requirement
from amanat.ledger.claims import holds
from amanat.ledger.claims.holds import HOLDS
from amanat.ledger.identifiers import Digest
from amanat.ledger.operation_execution import Execution
from amanat.ledger.operations.operation import Operation
from amanat.ledger.rejections import RejectionCode
from amanat.ledger.state import State
from amanat.ledger.wording import quantity


class VoidHold(Operation, frozen=True, tag="void-hold"):
    """Ends a hold; what is left of it is free again.

    Before the hold expires whoever gains by it gives it up. From then on it holds nothing and its
    owner may have it off the record; nobody has to.
    """

    signers = (
        "the owner of the account for which it is held, or the agent that the hold names; once it "
        "has expired, the owner of the account as well"
    )
    refusals = (RejectionCode.UNKNOWN_HOLD,)
    emits = ("hold-voided",)

    hold: Digest

    def requirements(self, execution: Execution) -> Iterable[Requirement]:
        """Whoever gains by the hold, or after it nobody does, the owner."""
        hold = holds.needed(execution.state, self.hold)
        may = [execution.owner_of(hold.target)]
        if hold.agent is not None:
            may.append(hold.agent)
        if execution.time >= hold.expires:
            may.append(execution.owner_of(hold.account))
        return (execution.one_of(*may),)

    def apply(self, execution: Execution) -> None:
        """Free it."""
        hold = holds.needed(execution.state, self.hold)
        holds.end(execution, hold)
        execution.emit(
            "hold-voided",
            hold=self.hold.hex(),
            account=hold.account,
            target=hold.target,
            instrument=hold.instrument,
            amount=hold.amount,
        )

    def sentence(self, state: State) -> str:
        """Return what it would do."""
        hold = state.get(HOLDS, self.hold)
        if hold is None:
            return f"void the hold {self.hold.hex()[:16]}…, which is not open"
        what = quantity(state, hold.instrument, hold.amount)
        return f"give {what} back to {hold.account} that it holds for {hold.target}"
