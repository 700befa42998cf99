"""Register a participant: a legal entity comes onto the ledger with its keys and roles."""

from collections.abc import Iterable

from amanat.ledger.authorization import ApprovalOf, Requirement
from amanat.ledger.operations.operation import Execution, Operation
from amanat.ledger.participants import Participant, Role
from amanat.ledger.rejections import Refused, RejectionCode
from amanat.ledger.state import KEYS, PARTICIPANTS


class RegisterParticipant(Operation, frozen=True, tag="register-participant"):
    """Registers a participant. One whose only role is `holder` is a custodian's client."""

    signers = (
        "whom the policy `register-participant` asks; for one whose only role is holder, whom "
        "`register-participant/holder` asks"
    )
    refusals = (
        RejectionCode.NO_POLICY,
        RejectionCode.MISSING_APPROVAL,
        RejectionCode.ALREADY_EXISTS,
        RejectionCode.INVALID_PARTICIPANT,
    )

    participant: Participant

    def requirements(self, execution: Execution) -> Iterable[Requirement]:
        """The policy for holders, or for institutions."""
        del execution
        only_holder = self.participant.roles == (Role.HOLDER,)
        return (ApprovalOf("register-participant" + ("/holder" if only_holder else "")),)

    def apply(self, execution: Execution) -> None:
        """Add the participant and index its keys."""
        participant = self.participant
        state = execution.state
        problems = participant.problems()
        if problems:
            raise Refused(RejectionCode.INVALID_PARTICIPANT, problem=problems[0])
        if state.get(PARTICIPANTS, participant.name) is not None:
            raise Refused(RejectionCode.ALREADY_EXISTS, participant=participant.name)
        for key in participant.keys:
            owner = state.get(KEYS, key)
            if owner is not None:
                raise Refused(RejectionCode.ALREADY_EXISTS, key=key.hex(), owner=owner)
            state.put(participant.name, KEYS, key)
        state.put(participant, PARTICIPANTS, participant.name)
        execution.emit("participant-registered", participant=participant.name)
