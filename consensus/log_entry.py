"""An entry of the Raft log: one opaque block with what consensus must know of it."""

from amanat.consensus.statements import BlockId, CommitCertificate, LeaderCertificate, Proposal
from amanat.ledger.encoding import Structure
from amanat.ledger.identifiers import Digest, Name, Signature


class Entry(Structure, frozen=True):
    """A proposed block.

    Consensus does not look into `payload`; the application vouches that the payload hashes to
    `block.digest`, that it names the same term, height, parent, proposer and leader certificate,
    and that it completes a change of the authority set if and only if the entry does.
    """

    block: BlockId
    parent: Digest
    proposer: Name
    leader_certificate: LeaderCertificate | None
    """Present in the first block of a term, and there alone."""
    parent_certificate: CommitCertificate | None
    """By two thirds: the certificate of the block before, unless that is genesis."""
    change_certificate: CommitCertificate | None
    """In a block that completes a change of the authority set: proof that the change is final."""
    signature: Signature
    """The proposer's, over `Proposal(chain, block)`."""
    payload: bytes

    @property
    def completes_change(self) -> bool:
        """Whether this block ends the change of the authority set that is under way."""
        return self.change_certificate is not None

    def proposal(self, chain: Digest) -> Proposal:
        """Return the statement that the proposer signed."""
        return Proposal(chain, self.block)
