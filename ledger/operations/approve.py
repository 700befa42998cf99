"""Approve: a key adds its approval to a proposal."""

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


class Approve(Operation, frozen=True, tag="approve"):
    """Adds the approval of the keys that sign it to a proposal; acts on it once it is complete.

    Only the approval of those is kept whom what is proposed asks: a participant that must sign, or
    one with a role that a policy asks for. An approval counts for as long as the policy says, and
    only while the key is its participant's. To approve again renews it. Where a rule refuses what
    is proposed, the approval is refused with the same code and is not kept, and the proposal stays
    open.
    """

    signers = "any participant whom the proposal asks, with any of its keys"
    refusals = (
        RejectionCode.UNKNOWN_PROPOSAL,
        RejectionCode.PROPOSAL_CLOSED,
        RejectionCode.INVALID_PROPOSAL,
        RejectionCode.NOT_ASKED,
        *ACT_CODES,
    )
    emits = ("approval-added", "proposal-approved", "proposal-executed")

    proposal: Digest

    def requirements(self, execution: Execution) -> Iterable[Requirement]:
        """Nobody in particular."""
        del execution
        return ()

    def apply(self, execution: Execution) -> None:
        """Add the approval, and try the proposal."""
        proposing.check_may_act(execution)
        proposal = proposing.open_proposal(execution, self.proposal)
        if proposal.status is ProposalStatus.APPROVED:
            # An approval more would let the notice begin anew.
            raise Refused(
                RejectionCode.PROPOSAL_CLOSED,
                proposal=self.proposal.hex(),
                status=proposal.status.value,
            )
        proposing.approve(execution, proposal)

    def work(self, state: State) -> int:
        """As many as were proposed."""
        return proposing.work(state, self.proposal)

    def sentence(self, state: State) -> str:
        """Return what it would do."""
        return proposing.sentence(state, "approve", self.proposal)
