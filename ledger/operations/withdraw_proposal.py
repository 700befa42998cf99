"""Withdraw a proposal: nobody can approve it any more."""

from collections.abc import Iterable

from amanat.ledger.authorization import Requirement
from amanat.ledger.governance import open_proposals
from amanat.ledger.governance.constitution import SOVEREIGN_ROLES
from amanat.ledger.governance.proposals import ProposalStatus
from amanat.ledger.identifiers import Digest
from amanat.ledger.operation_execution import Execution
from amanat.ledger.operations import proposing
from amanat.ledger.operations.operation import Operation
from amanat.ledger.rejections import Refused, RejectionCode
from amanat.ledger.state import State


class WithdrawProposal(Operation, frozen=True, tag="withdraw-proposal"):
    """Ends a proposal before it takes effect, also while its notice runs.

    Who proposed it may, and so may any institution with a sovereign role: that is what the notice
    is for.
    """

    signers = "who proposed it, or a participant with a sovereign role"
    refusals = (
        RejectionCode.UNKNOWN_PROPOSAL,
        RejectionCode.PROPOSAL_CLOSED,
        RejectionCode.MISSING_SIGNATURE,
    )
    emits = ("proposal-withdrawn",)

    proposal: Digest

    def requirements(self, execution: Execution) -> Iterable[Requirement]:
        """Either of two: see `apply`."""
        del execution
        return ()

    def apply(self, execution: Execution) -> None:
        """Close it."""
        proposal = proposing.open_proposal(execution, self.proposal)
        may = [
            name
            for name in execution.consents.names
            if execution.consents.signs(name)
            and (
                name == proposal.proposer
                or set(SOVEREIGN_ROLES) & set(execution.participant(name).roles)
            )
        ]
        if not may:
            raise Refused(RejectionCode.MISSING_SIGNATURE, participant=proposal.proposer)
        withdrawn = proposal.closed(ProposalStatus.WITHDRAWN)
        open_proposals.put(execution.state, withdrawn)
        execution.emit("proposal-withdrawn", proposal=proposal.id.hex(), by=may[0])

    def sentence(self, state: State) -> str:
        """Return what it would do."""
        return proposing.sentence(state, "withdraw", self.proposal)
