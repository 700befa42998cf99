"""Set standing: a participant is suspended, or may act again."""

from collections.abc import Iterable

from amanat.ledger import constitution, roles
from amanat.ledger.authorization import ApprovalOf, Requirement
from amanat.ledger.identifiers import Name
from amanat.ledger.operation_execution import Execution
from amanat.ledger.operations.operation import Operation
from amanat.ledger.participants import Standing, changed
from amanat.ledger.rejections import RejectionCode
from amanat.ledger.state import State


class SetStanding(Operation, frozen=True, tag="set-standing"):
    """Suspends a participant, or lets it act again.

    While it is suspended its signature counts for nothing, and nothing moves into or out of the
    accounts that it owns or serves, except by an order or to another custodian. What was held for
    somebody or pledged before goes to him all the same.
    """

    signers = "whom the policy `set-standing` asks"
    acts = ("set-standing",)
    refusals = (RejectionCode.UNKNOWN_PARTICIPANT, RejectionCode.SOVEREIGN_ROLE_EMPTY)
    emits = ("standing-set",)

    participant: Name
    standing: Standing

    def requirements(self, execution: Execution) -> Iterable[Requirement]:
        """The policy."""
        del execution
        return (ApprovalOf("set-standing"),)

    def apply(self, execution: Execution) -> None:
        """Change its standing."""
        held = execution.participant(self.participant)
        roles.put(execution.state, changed(held, standing=self.standing))
        constitution.check_sovereign_roles(execution.state)
        execution.emit("standing-set", participant=self.participant, standing=self.standing.value)

    def sentence(self, state: State) -> str:
        """Return what it would do."""
        del state
        if self.standing is Standing.SUSPENDED:
            return f"suspend {self.participant}: its signature counts for nothing from now on"
        return f"let {self.participant} act again"
