"""Set parameters: the limits that every node applies alike."""

from collections.abc import Iterable

import msgspec

from amanat.ledger.authorization import ApprovalOf, Requirement
from amanat.ledger.governance.policies import Parameters
from amanat.ledger.operation_execution import Execution
from amanat.ledger.operations.operation import Operation
from amanat.ledger.rejections import Refused, RejectionCode
from amanat.ledger.state import PARAMETERS, State


class SetParameters(Operation, frozen=True, tag="set-parameters"):
    """Replaces the network's limits, whole. They hold from the next block on."""

    signers = "whom the policy `set-parameters` asks"
    acts = ("set-parameters",)
    refusals = (RejectionCode.INVALID_PARAMETERS,)
    emits = ("parameters-set",)

    parameters: Parameters

    def requirements(self, execution: Execution) -> Iterable[Requirement]:
        """The policy."""
        del execution
        return (ApprovalOf("set-parameters"),)

    def apply(self, execution: Execution) -> None:
        """Check them and put them in force."""
        for problem in self.parameters.problems():
            raise Refused(RejectionCode.INVALID_PARAMETERS, problem=problem)
        execution.state.put(self.parameters, PARAMETERS)
        execution.emit("parameters-set", **msgspec.structs.asdict(self.parameters))

    def sentence(self, state: State) -> str:
        """Return what it would do."""
        present = state.get(PARAMETERS)
        after = msgspec.structs.asdict(self.parameters)
        if present is None:
            return "; ".join(f"set {name} to {value:,}" for name, value in after.items())
        before = msgspec.structs.asdict(present)
        told = [
            f"change {name} from {before[name]:,} to {after[name]:,}"
            for name in after
            if before[name] != after[name]
        ]
        return "; ".join(told) or "leave every limit as it is"
