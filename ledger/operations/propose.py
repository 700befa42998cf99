"""Propose: operations wait on the ledger for those who must approve them."""

from collections.abc import Iterable
from typing import Annotated

from msgspec import Meta

from amanat.ledger.authorization import Requirement
from amanat.ledger.encoding import encode
from amanat.ledger.governance import open_proposals
from amanat.ledger.governance.proposals import Proposal, ProposalStatus, proposal_id
from amanat.ledger.identifiers import LedgerTime
from amanat.ledger.operation_execution import Execution
from amanat.ledger.operations import proposing
from amanat.ledger.operations.acts import ACT_CODES, AnyAct
from amanat.ledger.operations.operation import Operation
from amanat.ledger.rejections import Refused, RejectionCode
from amanat.ledger.state import State
from amanat.ledger.wording import moment


class Propose(Operation, frozen=True, tag="propose"):
    """Proposes operations that take effect together once enough have approved them.

    The keys that sign it approve where they are asked to; where they are enough, it takes effect
    at once. Else it waits
    until `expires`, and then lapses. Its id is the digest that the event shows. Any operation may
    be proposed but those about proposals: so an institution's maker proposes a transfer that its
    checker approves.
    """

    signers = "any participant, with any of its keys"
    refusals = (RejectionCode.INVALID_PROPOSAL, *ACT_CODES)
    emits = ("proposed", "proposal-approved", "proposal-executed")

    operations: Annotated[tuple[AnyAct, ...], Meta(min_length=1, max_length=1_000)]
    expires: LedgerTime

    @property
    def weight(self) -> int:
        """As many as it proposes."""
        return sum(each.weight for each in self.operations)

    def requirements(self, execution: Execution) -> Iterable[Requirement]:
        """Nobody in particular."""
        del execution
        return ()

    def apply(self, execution: Execution) -> None:
        """Keep it, and try it."""
        latest = execution.time + execution.parameters.proposal_max_ms
        if not execution.time < self.expires <= latest:
            raise Refused(
                RejectionCode.INVALID_PROPOSAL,
                expires=self.expires,
                time=execution.time,
                may=latest,
            )
        open_proposals.clear_lapsed(execution.state, execution.time)
        proposal = Proposal(
            id=proposal_id(execution.transaction, execution.operation),
            proposer=proposing.check_may_act(execution),
            operations=encode(self.operations),
            expires=self.expires,
            approvals=(),
            status=ProposalStatus.OPEN,
            noticed=None,
        )
        execution.emit(
            "proposed",
            proposal=proposal.id.hex(),
            proposer=proposal.proposer,
            expires=self.expires,
            operations=",".join(each.tag() for each in self.operations),
        )
        proposing.propose(execution, proposal)

    def sentence(self, state: State) -> str:
        """Return what it would do."""
        what = "; ".join(each.sentence(state) for each in self.operations)
        return f"propose until {moment(self.expires)}: {what}"
