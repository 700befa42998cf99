"""How a proposal comes to take effect: it is tried, and what it lacks says how it stands."""

from collections.abc import Iterator

from amanat.ledger.authorization import Consents
from amanat.ledger.encoding import decode
from amanat.ledger.operation_execution import Execution
from amanat.ledger.operations.acts import AnyAct
from amanat.ledger.operations.operation import run
from amanat.ledger.participants import Standing
from amanat.ledger.proposals import APPROVALS_MAX, KeyApproval, Proposal, ProposalStatus
from amanat.ledger.rejections import Refused, RejectionCode
from amanat.ledger.state import KEYS, PROPOSALS, State

_LACKS = (RejectionCode.MISSING_SIGNATURE, RejectionCode.MISSING_APPROVAL)


def acts_of(proposal: Proposal) -> tuple[AnyAct, ...]:
    """Return the operations that a proposal holds."""
    return decode(proposal.operations, tuple[AnyAct, ...])


def sentence(state: State, verb: str, identifier: bytes) -> str:
    """Return in plain words what it means to `verb` a proposal."""
    proposal = state.get(PROPOSALS, identifier)
    if proposal is None:
        return f"{verb} the proposal {identifier.hex()[:16]}…, which is not known"
    what = "; ".join(act.sentence(state) for act in acts_of(proposal))
    return f"{verb} the proposal of {proposal.proposer}: {what}"


def open_proposal(execution: Execution, identifier: bytes) -> Proposal:
    """Return a proposal that can still be approved or executed.

    Raises:
        Refused: there is none, or it is closed.
    """
    proposal = execution.state.get(PROPOSALS, identifier)
    if proposal is None:
        raise Refused(RejectionCode.UNKNOWN_PROPOSAL, proposal=identifier.hex())
    closed = proposal.status in (ProposalStatus.EXECUTED, ProposalStatus.WITHDRAWN)
    if closed or execution.time > proposal.expires:
        status = proposal.status.value if closed else "lapsed"
        raise Refused(RejectionCode.PROPOSAL_CLOSED, proposal=identifier.hex(), status=status)
    return proposal


def approve(execution: Execution, proposal: Proposal) -> None:
    """Add the approval of whoever signed this transaction; act on it once nothing lacks.

    Raises:
        Refused: a rule refuses what is proposed. Nobody's approval is kept then.
    """
    state = execution.state
    proposal = proposal.approved_by(_approvals(execution))
    if len(proposal.approvals) > APPROVALS_MAX:
        raise Refused(
            RejectionCode.INVALID_PROPOSAL, have=len(proposal.approvals), may=APPROVALS_MAX
        )
    mark = state.mark()
    consents = _consents(state, proposal, execution.time, execution.time, waits=False)
    try:
        inner = _carry_out(execution, proposal, consents)
    except Refused as refused:
        if refused.code not in _LACKS:
            raise
        state.rollback(mark)
        state.put(proposal, PROPOSALS, proposal.id)
        return
    if consents.delay == 0:
        _close(execution, proposal, inner)
        return
    state.rollback(mark)
    state.put(proposal.complete(execution.time), PROPOSALS, proposal.id)
    execution.emit(
        "proposal-approved",
        proposal=proposal.id.hex(),
        executable=execution.time + consents.delay,
    )


def execute(execution: Execution, proposal: Proposal) -> None:
    """Carry out a proposal whose approvals are there, once its notice has run out.

    Raises:
        Refused: something lacks again, the notice runs, or a rule refuses.
    """
    consents = _consents(execution.state, proposal, execution.time, proposal.noticed, waits=True)
    _close(execution, proposal, _carry_out(execution, proposal, consents))


def check_may_act(execution: Execution) -> str:
    """Return the first of those who signed that may act at all.

    Raises:
        Refused: `suspended`, none of them may.
    """
    names = execution.consents.names
    for name in names:
        if execution.participant(name).standing is Standing.ACTIVE:
            return name
    raise Refused(RejectionCode.SUSPENDED, participant=names[0])


def _approvals(execution: Execution) -> Iterator[KeyApproval]:
    for key in execution.keys:
        owner = execution.state.get(KEYS, key)
        if owner is not None:
            yield KeyApproval(key, owner, execution.time)


def _consents(
    state: State, proposal: Proposal, time: int, noticed: int | None, *, waits: bool
) -> Consents:
    keys = {
        each.key: each.time
        for each in proposal.approvals
        if state.get(KEYS, each.key) == each.participant
    }
    return Consents(state, time, keys, noticed=noticed, waits=waits)


def _carry_out(execution: Execution, proposal: Proposal, consents: Consents) -> Execution:
    inner = execution.inner(consents)
    for act in acts_of(proposal):
        run(inner, act)
    return inner


def _close(execution: Execution, proposal: Proposal, inner: Execution) -> None:
    execution.state.put(proposal.closed(ProposalStatus.EXECUTED), PROPOSALS, proposal.id)
    execution.emit("proposal-executed", proposal=proposal.id.hex())
    execution.events += inner.events
