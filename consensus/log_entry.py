"""An entry of the Raft log: one opaque block with what consensus must know of it."""

from amanat.consensus.statements import BlockId, LeaderCertificate, Proposal
from amanat.ledger.encoding import Structure
from amanat.ledger.identifiers import Digest, Name, Signature


class Entry(Structure, frozen=True):
    """A proposed block.

    Consensus does not look into `payload`; the application vouches that the payload hashes to
    `block.digest` and names the same term, height, parent, proposer and leader certificate.
    """

    block: BlockId
    parent: Digest
    proposer: Name
    leader_certificate: LeaderCertificate | None
    """Present in the first block of a term, and there alone."""
    signature: Signature
    """The proposer's, over `Proposal(chain, block)`."""
    payload: bytes

    def proposal(self, chain: Digest) -> Proposal:
        """Return the statement that the proposer signed."""
        return Proposal(chain, self.block)
