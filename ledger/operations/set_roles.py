"""Set roles: what a participant may approve changes."""

from collections.abc import Iterable

from amanat.ledger.authorization import ApprovalOf, Requirement
from amanat.ledger.governance import constitution, roles
from amanat.ledger.governance.participants import Role, changed
from amanat.ledger.identifiers import Name
from amanat.ledger.moving import succession
from amanat.ledger.operation_execution import Execution
from amanat.ledger.operations.operation import Operation
from amanat.ledger.rejections import Refused, RejectionCode
from amanat.ledger.state import PARTICIPANTS, State


class SetRoles(Operation, frozen=True, tag="set-roles"):
    """Replaces the roles of a participant: grants those that are new, revokes those left out.

    A policy that asks for more of a role than are left cannot be satisfied until somebody else has
    the role. A custodian that loses its role keeps its accounts until they move to another one, and
    meanwhile nothing comes into them.
    """

    signers = "whom the policy `set-roles` asks"
    acts = ("set-roles",)
    refusals = (
        RejectionCode.UNKNOWN_PARTICIPANT,
        RejectionCode.WRONG_ROLE,
        RejectionCode.SOVEREIGN_ROLE_EMPTY,
        RejectionCode.NOBODY_TO_SET_ROLES,
    )
    emits = ("roles-set",)

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
        after = changed(held, roles=self.roles)
        roles.put(execution.state, after)
        succession.end_succession(execution.state, after)
        constitution.check_roles(execution.state)
        execution.emit("roles-set", participant=self.participant, roles=",".join(self.roles))

    def sentence(self, state: State) -> str:
        """Return what it would do."""
        held = state.get(PARTICIPANTS, self.participant)
        before = "" if held is None else f", until now {_words(held.roles)}"
        return f"give {self.participant} the roles {_words(self.roles)}{before}"


def _words(roles: tuple[Role, ...]) -> str:
    return ", ".join(role.value.replace("_", " ") for role in roles) or "none"
