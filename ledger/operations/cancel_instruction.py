"""Cancel an instruction that is not matched."""

from collections.abc import Iterable

from amanat.ledger.authorization import Requirement, SignatureOf
from amanat.ledger.identifiers import Digest
from amanat.ledger.operation_execution import Execution
from amanat.ledger.operations.operation import Operation
from amanat.ledger.rejections import RejectionCode
from amanat.ledger.settlement.instructions import CancelReason
from amanat.ledger.settlement.settlements import INSTRUCTIONS, drop_instruction, instruction_needed
from amanat.ledger.state import State
from amanat.ledger.wording import quantity


class CancelInstruction(Operation, frozen=True, tag="cancel-instruction"):
    """Takes back an instruction that the other side has not answered. It is off the record.

    One that is matched is cancelled by both sides: see `cancel-settlement`.
    """

    signers = "the owner of the instruction's own account"
    refusals = (RejectionCode.UNKNOWN_INSTRUCTION,)
    emits = ("instruction-cancelled",)

    instruction: Digest
    reason: CancelReason

    def requirements(self, execution: Execution) -> Iterable[Requirement]:
        """The side that entered it."""
        entered = instruction_needed(execution.state, self.instruction)
        return (SignatureOf(execution.owner_of(entered.instruction.account)),)

    def apply(self, execution: Execution) -> None:
        """Drop it."""
        entered = instruction_needed(execution.state, self.instruction)
        drop_instruction(execution.state, entered)
        execution.emit(
            "instruction-cancelled",
            instruction=self.instruction.hex(),
            account=entered.instruction.account,
            reason=self.reason.value,
            reference=entered.instruction.reference,
        )

    def sentence(self, state: State) -> str:
        """Return what it would do."""
        entered = state.get(INSTRUCTIONS, self.instruction)
        if entered is None:
            return f"cancel the instruction {self.instruction.hex()[:16]}…, which is not known"
        said = entered.instruction
        what = quantity(state, said.instrument, said.amount)
        return (
            f"cancel the instruction {said.reference} of {said.account} over {what} "
            f"({self.reason.value})"
        )
