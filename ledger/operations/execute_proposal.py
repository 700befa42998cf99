"""Execute a proposal whose notice has run out."""

from collections.abc import Iterable

from amanat.ledger.authorization import Requirement
from amanat.ledger.governance.proposals import ProposalStatus
from amanat.ledger.identifiers import Digest
from amanat.ledger.operation_execution import Execution
from amanat.ledger.operations import proposing
from amanat.ledger.operations.acts import ACT_CODES
from amanat.ledger.operations.operation import Operation
from amanat.ledger.rejections import Refused, RejectionCode
from amanat.ledger.state import State


class ExecuteProposal(Operation, frozen=True, tag="execute-proposal"):
    """Carries out a proposal that all have approved, once the notice of its policies has run out.

    Whoever approved it must still be able to: a role or a key that was lost meanwhile counts no
    more.
    """

    signers = "any participant, with any of its keys"
    refusals = (
        RejectionCode.UNKNOWN_PROPOSAL,
        RejectionCode.PROPOSAL_CLOSED,
        RejectionCode.PROPOSAL_OPEN,
        *ACT_CODES,
    )
    emits = ("proposal-executed",)

    proposal: Digest

    def requirements(self, execution: Execution) -> Iterable[Requirement]:
        """Nobody in particular."""
        del execution
        return ()

    def apply(self, execution: Execution) -> None:
        """Carry it out."""
        proposal = proposing.open_proposal(execution, self.proposal)
        if proposal.status is not ProposalStatus.APPROVED:
            raise Refused(RejectionCode.PROPOSAL_OPEN, proposal=self.proposal.hex())
        proposing.execute(execution, proposal)

    def work(self, state: State) -> int:
        """As many as were proposed."""
        return proposing.work(state, self.proposal)

    def sentence(self, state: State) -> str:
        """Return what it would do."""
        return proposing.sentence(state, "execute", self.proposal)
