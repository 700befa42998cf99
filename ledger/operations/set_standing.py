"""Set standing: a participant is suspended, or may act again."""

from collections.abc import Iterable

from amanat.ledger.authorization import ApprovalOf, Requirement
from amanat.ledger.governance import constitution, roles
from amanat.ledger.governance.participants import Standing, changed
from amanat.ledger.identifiers import Name
from amanat.ledger.moving import succession
from amanat.ledger.operation_execution import Execution
from amanat.ledger.operations.operation import Operation
from amanat.ledger.rejections import RejectionCode
from amanat.ledger.state import State


class SetStanding(Operation, frozen=True, tag="set-standing"):
    """Suspends a participant, or lets it act again.

    While it is suspended its signature counts for nothing, and nothing moves into or out of the
    accounts that it owns or serves, except by an order or to another custodian. What was held for
    somebody or pledged before goes to him all the same.

    A policy that asks for more of its role than are left cannot be satisfied until somebody else
    has the role.
    """

    signers = "whom the policy `set-standing` asks"
    acts = ("set-standing",)
    refusals = (
        RejectionCode.UNKNOWN_PARTICIPANT,
        RejectionCode.SOVEREIGN_ROLE_EMPTY,
        RejectionCode.NOBODY_TO_SET_ROLES,
    )
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
        after = changed(held, standing=self.standing)
        roles.put(execution.state, after)
        succession.end_succession(execution.state, after)
        constitution.check_roles(execution.state)
        execution.emit("standing-set", participant=self.participant, standing=self.standing.value)

    def sentence(self, state: State) -> str:
        """Return what it would do."""
        del state
        if self.standing is Standing.SUSPENDED:
            return f"suspend {self.participant}: its signature counts for nothing from now on"
        return f"let {self.participant} act again"
