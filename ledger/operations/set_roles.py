"""Set roles: what a participant may approve changes."""

from collections.abc import Iterable

from amanat.ledger.authorization import ApprovalOf, Requirement
from amanat.ledger.identifiers import Name
from amanat.ledger.operations.operation import Execution, Operation
from amanat.ledger.participants import Participant, Role
from amanat.ledger.rejections import Refused, RejectionCode
from amanat.ledger.state import PARTICIPANTS


class SetRoles(Operation, frozen=True, tag="set-roles"):
    """Replaces the roles of a participant: grants those that are new, revokes those left out."""

    signers = "whom the policy `set-roles` asks"
    refusals = (
        RejectionCode.NO_POLICY,
        RejectionCode.MISSING_APPROVAL,
        RejectionCode.UNKNOWN_PARTICIPANT,
        RejectionCode.WRONG_ROLE,
    )

    participant: Name
    roles: tuple[Role, ...]
    """Sorted, each once."""

    def requirements(self, execution: Execution) -> Iterable[Requirement]:
        """The policy."""
        del execution
        return (ApprovalOf("set-roles"),)

    def apply(self, execution: Execution) -> None:
        """Replace the roles."""
        held = execution.participant(self.participant)
        if list(self.roles) != sorted(set(self.roles)):
            raise Refused(RejectionCode.WRONG_ROLE, need="roles sorted, each once")
        changed = Participant(
            held.name, held.title, self.roles, held.keys, held.threshold, held.lei
        )
        execution.state.put(changed, PARTICIPANTS, self.participant)
        execution.emit("roles-set", participant=self.participant, roles=",".join(self.roles))
