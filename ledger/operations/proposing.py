"""How a proposal comes to take effect: it is tried, and what it lacks says how it stands."""

from collections.abc import Iterator

from amanat.ledger.authorization import Consents, concerns
from amanat.ledger.blocks import Place
from amanat.ledger.encoding import decode
from amanat.ledger.governance import open_proposals
from amanat.ledger.governance.participants import Standing
from amanat.ledger.governance.proposals import APPROVALS_MAX, KeyApproval, Proposal, ProposalStatus
from amanat.ledger.identifiers import EMPTY_DIGEST
from amanat.ledger.operation_execution import Execution
from amanat.ledger.operations.acts import AnyAct
from amanat.ledger.operations.operation import run
from amanat.ledger.rehearsal import Noted, Rehearsal
from amanat.ledger.rejections import Refused, RejectionCode
from amanat.ledger.state import KEYS, PROPOSALS, State

_LACKS = (RejectionCode.MISSING_SIGNATURE, RejectionCode.MISSING_APPROVAL)


def acts_of(proposal: Proposal) -> tuple[AnyAct, ...]:
    """Return the operations that a proposal holds."""
    return decode(proposal.operations, tuple[AnyAct, ...])


def work(state: State, identifier: bytes) -> int:
    """Return how many operations it is to try a proposal, at least 1."""
    proposal = state.get(PROPOSALS, identifier)
    return 1 if proposal is None else sum(act.weight for act in acts_of(proposal))


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
    if not proposal.waits or execution.time > proposal.expires:
        status = ProposalStatus.LAPSED if proposal.waits else proposal.status
        raise Refused(RejectionCode.PROPOSAL_CLOSED, proposal=identifier.hex(), status=status.value)
    return proposal


def propose(execution: Execution, proposal: Proposal) -> None:
    """Keep a new proposal with the approval of those signers whom it asks, if it asks any.

    Raises:
        Refused: a rule refuses what is proposed.
    """
    trial, asked = _tried(execution, proposal)
    _settle(execution, proposal.approved_by(asked), trial)


def approve(execution: Execution, proposal: Proposal) -> None:
    """Add the approval of those signers whom it asks; act on it once nothing lacks.

    Raises:
        Refused: a rule refuses what is proposed, or it asks none of them. Nobody's approval is kept
            then.
    """
    trial, asked = _tried(execution, proposal)
    if not asked:
        names = ",".join(execution.consents.names)
        raise Refused(RejectionCode.NOT_ASKED, proposal=proposal.id.hex(), participants=names)
    names = ",".join(dict.fromkeys(each.participant for each in asked))
    execution.emit("approval-added", proposal=proposal.id.hex(), participants=names)
    _settle(execution, proposal.approved_by(asked), trial)


def execute(execution: Execution, proposal: Proposal) -> None:
    """Carry out a proposal whose approvals are there, once its notice has run out.

    Raises:
        Refused: something lacks again, the notice runs, or a rule refuses.
    """
    consents = _consents(execution.state, proposal, execution.time, proposal.noticed, waits=True)
    trial = Rehearsal.within(execution, consents)
    _carry_out(trial, proposal)
    execution.check(each.refused for each in trial.noted)
    _close(execution, proposal, trial)


def lacking(state: State, place: Place, proposal: Proposal) -> list[Noted]:
    """Return what keeps each operation of a proposal that waits from taking effect at this place.

    Args:
        state: what it is tried on, to be thrown away.
        place: the block in which it would be.
        proposal: one that is open or approved.
    """
    approved = proposal.status is ProposalStatus.APPROVED
    noticed = proposal.noticed if approved else place.time
    consents = _consents(state, proposal, place.time, noticed, waits=approved)
    trial = Rehearsal(state, place, consents, transaction=EMPTY_DIGEST, keys=())
    found: list[Noted] = []
    for index, act in enumerate(acts_of(proposal)):
        trial.attempt(run, act)
        found += (Noted(index, each.refused) for each in trial.noted[len(found) :])
    return found


def check_may_act(execution: Execution) -> str:
    """Return the first of those who signed that may act at all.

    Raises:
        Refused: none of them may, for they are `suspended`, or their keys have ended.
    """
    names = execution.consents.names
    for name in filter(execution.consents.has_key, names):
        if execution.participant(name).standing is Standing.ACTIVE:
            return name
    if not names:
        # An operation before this one has ended every key that signed.
        raise Refused(RejectionCode.MISSING_SIGNATURE, key=execution.keys[0].hex())
    if execution.consents.has_key(names[0]):
        raise Refused(RejectionCode.SUSPENDED, participant=names[0])
    raise Refused(RejectionCode.MISSING_SIGNATURE, participant=names[0])


def _tried(execution: Execution, proposal: Proposal) -> tuple[Rehearsal, list[KeyApproval]]:
    """Try it with the approval of all who signed; return the approvals of those whom it asks.

    Roles and policies are those that it would leave, for its later operations go by them.

    Raises:
        Refused: a rule refuses what is proposed.
    """
    state, time = execution.state, execution.time
    added = list(_approvals(execution))
    consents = _consents(state, proposal.approved_by(added), time, time, waits=False)
    trial = Rehearsal.within(execution, consents)
    _carry_out(trial, proposal)
    if trial.noted and trial.noted[0].refused.code not in _LACKS:
        execution.check(each.refused for each in trial.noted)
    requirements = dict.fromkeys(trial.requirements)
    asked = {
        name
        for name in dict.fromkeys(each.participant for each in added)
        if any(concerns(state, each, name) for each in requirements)
    }
    return trial, [each for each in added if each.participant in asked]


def _settle(execution: Execution, proposal: Proposal, trial: Rehearsal) -> None:
    """Keep a proposal that lacks something; carry out another, or let its notice begin."""
    if len(proposal.approvals) > APPROVALS_MAX:
        raise Refused(
            RejectionCode.INVALID_PROPOSAL, have=len(proposal.approvals), may=APPROVALS_MAX
        )
    delay = trial.consents.delay
    if not trial.noted and delay == 0:
        _close(execution, proposal, trial)
        return
    trial.undo()
    if trial.noted:
        open_proposals.put(execution.state, proposal)
        return
    open_proposals.put(execution.state, proposal.complete(execution.time))
    execution.emit(
        "proposal-approved", proposal=proposal.id.hex(), executable=execution.time + delay
    )


def _approvals(execution: Execution) -> Iterator[KeyApproval]:
    """Yield the approval of each key that signed, unless it has ended."""
    for key in execution.keys:
        owner = execution.state.get(KEYS, key)
        if owner is not None and execution.participant(owner).weight([key], execution.time):
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


def _carry_out(trial: Rehearsal, proposal: Proposal) -> None:
    for act in acts_of(proposal):
        trial.attempt(run, act)


def _close(execution: Execution, proposal: Proposal, trial: Rehearsal) -> None:
    open_proposals.put(execution.state, proposal.closed(ProposalStatus.EXECUTED))
    execution.emit("proposal-executed", proposal=proposal.id.hex())
    execution.events += trial.events
