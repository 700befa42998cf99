"""What an authority signs: proposals, votes and acknowledgements, and the certificates they make.

A certificate is a sovereign quorum of signatures over one statement. The statements name the
chain, so a signature from a test network means nothing on another.
"""

from amanat.ledger.authorities import AuthoritySet
from amanat.ledger.crypto import Domain, digest, domain_message, verify
from amanat.ledger.encoding import Structure, encode
from amanat.ledger.identifiers import Digest, Height, Name, Signature, Term


class BlockId(Structure, frozen=True):
    """A block's place and identity: the term it was proposed in, its height, its hash."""

    term: Term
    height: Height
    digest: Digest

    @property
    def position(self) -> tuple[int, int]:
        """Raft's order of logs: by last term, then by length (Raft §5.4.1)."""
        return (self.term, self.height)


class Proposal(Structure, frozen=True):
    """A leader says: this is my block at this height in this term."""

    chain: Digest
    block: BlockId

    def message(self) -> bytes:
        """Return the bytes that are signed."""
        return domain_message(Domain.PROPOSAL, encode(self))


class Vote(Structure, frozen=True):
    """A voter says: I elect `candidate` for `term`, knowing that its log ends with `last`."""

    chain: Digest
    term: Term
    candidate: Name
    last: BlockId

    def message(self) -> bytes:
        """Return the bytes that are signed."""
        return domain_message(Domain.VOTE, encode(self))


class Ack(Structure, frozen=True):
    """A follower says: I executed `block` and all before it, agree, and hold them on disk.

    The ack's term is the block's term: that is Raft's rule that a leader commits only entries of
    its own term by counting (§5.4.2).
    """

    chain: Digest
    block: BlockId

    def message(self) -> bytes:
        """Return the bytes that are signed."""
        return domain_message(Domain.ACK, encode(self))


class Handover(Structure, frozen=True):
    """A leader says: I give up `term`; let `successor` be elected without waiting for silence."""

    chain: Digest
    term: Term
    successor: Name

    def message(self) -> bytes:
        """Return the bytes that are signed."""
        return domain_message(Domain.HANDOVER, encode(self))


class AuthoritySignature(Structure, frozen=True):
    """One authority's signature under a statement."""

    authority: Name
    signature: Signature


class LeaderCertificate(Structure, frozen=True):
    """A sovereign quorum of votes for one candidate in one term."""

    term: Term
    candidate: Name
    last: BlockId
    votes: tuple[AuthoritySignature, ...]

    def digest(self) -> Digest:
        """Return the digest by which the term-opening block's header names this certificate."""
        return digest(Domain.LEADER_CERTIFICATE, encode(self))

    def is_valid(self, chain: Digest, authorities: AuthoritySet) -> bool:
        """Return whether every vote verifies and the voters are a sovereign quorum."""
        message = Vote(chain, self.term, self.candidate, self.last).message()
        return _is_certified(message, self.votes, authorities)


class CommitCertificate(Structure, frozen=True):
    """A sovereign quorum of acks for one block: the block and all before it are final."""

    block: BlockId
    acks: tuple[AuthoritySignature, ...]

    def is_valid(self, chain: Digest, authorities: AuthoritySet) -> bool:
        """Return whether every ack verifies and the signers are a sovereign quorum."""
        return _is_certified(Ack(chain, self.block).message(), self.acks, authorities)


def genesis_id(chain: Digest) -> BlockId:
    """Return the id of the genesis block: term 0, height 0, and the chain itself as its hash."""
    return BlockId(term=0, height=0, digest=chain)


def _is_certified(
    message: bytes, signatures: tuple[AuthoritySignature, ...], authorities: AuthoritySet
) -> bool:
    # Sorted and distinct: one set of signers, one encoding; and nobody is counted twice.
    names = [signed.authority for signed in signatures]
    if names != sorted(set(names)) or not authorities.is_quorum(names):
        return False
    for signed in signatures:
        member = authorities.get(signed.authority)
        if member is None or not verify(member.key, message, signed.signature):
            return False
    return True
