"""Proposals: operations that wait for those who must approve them."""

from collections.abc import Iterable
from enum import StrEnum
from typing import Annotated, Final

from msgspec import Meta
from msgspec.structs import replace

from amanat.ledger.crypto import Domain, digest
from amanat.ledger.encoding import Structure
from amanat.ledger.identifiers import Digest, LedgerTime, Name, PublicKey

APPROVALS_MAX: Final = 1_024
"""Keys that may approve one proposal."""


class ProposalStatus(StrEnum):
    """Where a proposal stands. One that waits and whose time has passed has lapsed as well."""

    OPEN = "open"
    APPROVED = "approved"
    """All approvals are there, and the notice that its policies give has to run."""
    EXECUTED = "executed"
    WITHDRAWN = "withdrawn"
    LAPSED = "lapsed"
    """Its time passed, and it was taken off the list of those that wait."""


class KeyApproval(Structure, frozen=True):
    """A key approved, at this ledger time."""

    key: PublicKey
    participant: Name
    """Whose it was then: should it become another's, its approval does not."""
    time: LedgerTime


class Proposal(Structure, frozen=True):
    """Operations that take effect together once enough have approved them."""

    id: Digest
    proposer: Name
    operations: bytes
    """The canonical encoding of the list of operations."""
    expires: LedgerTime
    """After this it can be neither approved nor executed."""
    approvals: Annotated[tuple[KeyApproval, ...], Meta(max_length=APPROVALS_MAX)]
    """Each key once, in the order in which they came; approving again renews the time."""
    status: ProposalStatus
    noticed: LedgerTime | None
    """When the last approval was there, for one that waits out its notice."""

    @property
    def waits(self) -> bool:
        """Whether it can still take effect, while its time has not passed."""
        return self.status in (ProposalStatus.OPEN, ProposalStatus.APPROVED)

    def approved_by(self, added: Iterable[KeyApproval]) -> "Proposal":
        """Return it with these approvals; a key that approves again renews its own."""
        after = {each.key: each for each in self.approvals}
        for each in added:
            after.pop(each.key, None)
            after[each.key] = each
        return replace(self, approvals=tuple(after.values()))

    def complete(self, time: LedgerTime) -> "Proposal":
        """Return it with all approvals there since `time`."""
        return replace(self, status=ProposalStatus.APPROVED, noticed=time)

    def closed(self, status: ProposalStatus) -> "Proposal":
        """Return it in its last status."""
        return replace(self, status=status)


def proposal_id(transaction: Digest, operation: int) -> Digest:
    """Return the id of the proposal that an operation of a transaction makes."""
    return digest(Domain.PROPOSED_OPERATIONS, transaction + operation.to_bytes(4, "big"))
