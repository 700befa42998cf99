"""Proposals as the state keeps them: each by its id, and a list of those that wait."""

from itertools import islice
from typing import Final

from amanat.ledger.governance.proposals import Proposal, ProposalStatus
from amanat.ledger.identifiers import LedgerTime
from amanat.ledger.linked_sets import LinkedSet
from amanat.ledger.state import PROPOSALS, State

OPEN_PROPOSALS: Final = LinkedSet("proposals")
"""The ids, in hexadecimal, of those that are open or approved, the oldest first."""

CLEARED: Final = 2
"""Lapsed proposals that a new one takes off the list. More than one, so that the list grows with
what waits, and not with all that was ever proposed."""


def put(state: State, proposal: Proposal) -> None:
    """Keep a proposal, new or changed, and let the list follow."""
    state.put(proposal, PROPOSALS, proposal.id)
    if proposal.waits:
        OPEN_PROPOSALS.add(state, proposal.id.hex())
    else:
        OPEN_PROPOSALS.remove(state, proposal.id.hex())


def clear_lapsed(state: State, time: LedgerTime) -> None:
    """Take the oldest off the list, as long as they have lapsed, and at most `CLEARED`."""
    for identifier in islice(OPEN_PROPOSALS.members(state), CLEARED):
        proposal = state.get(PROPOSALS, bytes.fromhex(identifier))
        if proposal is None:
            raise AssertionError(f"the proposal {identifier} is listed and not known")
        if proposal.expires >= time:
            return
        put(state, proposal.closed(ProposalStatus.LAPSED))
