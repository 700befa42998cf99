"""Register a participant: a legal entity comes onto the ledger with its keys and roles."""

from collections.abc import Iterable

from amanat.ledger.authorization import ApprovalOf, Requirement
from amanat.ledger.governance import roles
from amanat.ledger.governance.keys import take_keys
from amanat.ledger.governance.participants import Participant, Role, Standing
from amanat.ledger.operation_execution import Execution
from amanat.ledger.operations.operation import Operation
from amanat.ledger.rejections import Refused, RejectionCode
from amanat.ledger.state import PARTICIPANTS, State
from amanat.ledger.wording import counted


class RegisterParticipant(Operation, frozen=True, tag="register-participant"):
    """Registers a participant. One whose only role is `holder` is a custodian's client."""

    signers = (
        "whom the policy `register-participant` asks; for one whose only role is holder, whom "
        "`register-participant/holder` asks"
    )
    acts = ("register-participant", "register-participant/holder")
    refusals = (
        RejectionCode.ALREADY_EXISTS,
        RejectionCode.INVALID_PARTICIPANT,
        RejectionCode.INVALID_KEYS,
    )
    emits = ("participant-registered",)

    participant: Participant

    def requirements(self, execution: Execution) -> Iterable[Requirement]:
        """The policy for holders, or for institutions."""
        del execution
        only_holder = self.participant.roles == (Role.HOLDER,)
        return (ApprovalOf("register-participant" + ("/holder" if only_holder else "")),)

    def apply(self, execution: Execution) -> None:
        """Add the participant and index its keys."""
        participant, state = self.participant, execution.state
        for problem in participant.problems():
            raise Refused(RejectionCode.INVALID_PARTICIPANT, problem=problem)
        if participant.standing is not Standing.ACTIVE:
            raise Refused(RejectionCode.INVALID_PARTICIPANT, problem="it must begin as active")
        if state.get(PARTICIPANTS, participant.name) is not None:
            raise Refused(RejectionCode.ALREADY_EXISTS, participant=participant.name)
        take_keys(state, participant)
        roles.put(state, participant)
        execution.emit("participant-registered", participant=participant.name)

    def sentence(self, state: State) -> str:
        """Return what it would do."""
        del state
        has = ", ".join(role.value.replace("_", " ") for role in self.participant.roles)
        lei = f", LEI {self.participant.lei}" if self.participant.lei else ""
        return (
            f"register {self.participant.name} ({self.participant.title}{lei}) as "
            f"{has or 'nothing'}, with {counted(len(self.participant.keys), 'key')}"
        )
