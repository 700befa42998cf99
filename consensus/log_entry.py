"""An entry of the Raft log: one opaque block with what consensus must know of it."""

from typing import Annotated, Final

from msgspec import Meta

from amanat.consensus.statements import BlockId, CommitCertificate, LeaderCertificate, Proposal
from amanat.ledger.encoding import Structure
from amanat.ledger.identifiers import Digest, Name, Signature

LINEAGE_BYTES_MAX: Final = 3 * 1024 * 1024
"""Longest account of how the authorities changed: more than a thousand changes of a few members.

With it and the longest block an offer still fits into one frame."""

ENTRY_BYTES: Final = 1024
"""All of an entry but its payload and the signatures in its certificates, and the offer of it."""

SIGNATURE_BYTES: Final = 160
"""One signature in a certificate, with the longest name."""


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

    @property
    def size(self) -> int:
        """How many bytes it takes in a message, at most."""
        certificates = (self.parent_certificate, self.change_certificate)
        signed = sum(len(each.acks) for each in certificates if each is not None)
        if self.leader_certificate is not None:
            signed += len(self.leader_certificate.votes)
        return len(self.payload) + ENTRY_BYTES + signed * SIGNATURE_BYTES

    def proposal(self, chain: Digest) -> Proposal:
        """Return the statement that the proposer signed."""
        return Proposal(chain, self.block)


class Snapshot(Structure, frozen=True):
    """What stands for the log up to a final block, together with the state after that block.

    The state does not travel in it. It follows in pieces, and the block's header fixes it.
    """

    entry: Entry
    """The last of the log that it stands for."""
    certificate: CommitCertificate
    """Makes that block final."""
    lineage: Annotated[bytes, Meta(max_length=LINEAGE_BYTES_MAX)]
    """How those who decide came to be who they are, from genesis on; the application reads it."""

    @property
    def block(self) -> BlockId:
        """The block that it goes up to."""
        return self.entry.block
