"""What an authority signs: proposals, offers, votes and acks, and the certificates they make.

A certificate is a sovereign quorum of signatures over one statement. The statements name the
chain, so a signature from a test network means nothing on another.
"""

from typing import Annotated, Final

from msgspec import Meta

from amanat.ledger.authorities import QuorumRule
from amanat.ledger.configurations import Configuration
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


class Offer(Structure, frozen=True):
    """A leader says, to whom it sends a block of its term: judge me by this.

    It names all that makes a block right or wrong, so that a wrong one is held against nobody but
    the leader that sent it (`amanat.consensus.offers`).
    """

    chain: Digest
    electorate: Digest
    """Of the configuration that decides after `parent`: it elected the leader, if this opens a
    term."""
    parent: BlockId
    block: BlockId
    election: Annotated[bytes, Meta(max_length=32)]
    """Digest of the leader certificate that the block carries; empty where it carries none."""
    completes_change: bool
    """Whether the block ends the change of the authority set that is under way."""
    payload: Digest

    def message(self) -> bytes:
        """Return the bytes that are signed."""
        return domain_message(Domain.OFFER, encode(self))


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
    parent: BlockId
    """The block before; under the two-thirds rule, one for which the signer holds a certificate."""
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


SIGNATURES_MAX: Final = 128
"""In one certificate: those of two whole authority sets, where one gives way to the other."""

Signatures = Annotated[tuple[AuthoritySignature, ...], Meta(max_length=SIGNATURES_MAX)]
"""Of different authorities under one statement, sorted by name."""


class SignedAck(Structure, frozen=True):
    """One authority's ack, whoever it is, and its signature."""

    parent: BlockId
    block: BlockId
    signature: Signature

    def message(self, chain: Digest) -> bytes:
        """Return the bytes that were signed."""
        return Ack(chain, self.parent, self.block).message()


class LeaderCertificate(Structure, frozen=True):
    """A sovereign quorum of votes for one candidate in one term."""

    term: Term
    candidate: Name
    last: BlockId
    votes: Signatures

    def digest(self) -> Digest:
        """Return the digest by which the term-opening block's header names this certificate."""
        return digest(Domain.LEADER_CERTIFICATE, encode(self))

    def is_valid(self, chain: Digest, configuration: Configuration) -> bool:
        """Return whether every vote verifies and the voters are a sovereign quorum."""
        names = [vote.authority for vote in self.votes]
        signed = _all_signed(self._message(chain), self.votes, configuration)
        return configuration.is_quorum(names) and signed

    def is_proof(self, chain: Digest, known: Configuration) -> bool:
        """Return whether somebody who knows `known` to be final, but no later one, may believe it.

        The election may be of the era of `known` or of the next, or of the one before while a
        change is under way. A leader that is followed wrongly costs time alone: its blocks are
        checked one by one.
        """
        signed = _known_alone(self.votes, known)
        names = [each.authority for each in signed]
        return known.may_elect(names) and _all_signed(self._message(chain), signed, known)

    def _message(self, chain: Digest) -> bytes:
        return Vote(chain, self.term, self.candidate, self.last).message()


class CommitCertificate(Structure, frozen=True):
    """A sovereign quorum of acks for one block. What it makes final depends on the rule."""

    parent: BlockId
    block: BlockId
    acks: Signatures

    def final(self, rule: QuorumRule) -> BlockId | None:
        """Return the last block that this makes final, if it makes any.

        By majority that is the block itself. By two thirds it is the parent, if that is of the
        same term: its certificate was held by everybody who acked this block, so whoever is
        elected next cannot lack it (two-chain finality; Yin and others, "HotStuff", PODC 2019, in
        the two-phase form of Gelashvili and others, "Jolteon and Ditto", FC 2022).
        """
        if rule is QuorumRule.MAJORITY:
            return self.block
        return self.parent if self.parent.term == self.block.term else None

    def is_valid(self, chain: Digest, configuration: Configuration) -> bool:
        """Return whether every ack verifies and the signers are a sovereign quorum."""
        names = [ack.authority for ack in self.acks]
        return configuration.is_quorum(names) and _all_signed(
            self._message(chain), self.acks, configuration
        )

    def is_proof(self, chain: Digest, known: Configuration) -> bool:
        """Return whether this is proof to somebody who knows `known` to be final, but no later one.

        The certificate may be of the era of `known` or of the next (`Configuration.proves`).
        Signers that `known` does not have are not looked at.
        """
        signed = _known_alone(self.acks, known)
        names = [each.authority for each in signed]
        return known.proves(names) and _all_signed(self._message(chain), signed, known)

    def is_signed_by(self, chain: Digest, configuration: Configuration) -> bool:
        """Return whether all who signed decide under `configuration`, and every ack verifies."""
        return _all_signed(self._message(chain), self.acks, configuration)

    def _message(self, chain: Digest) -> bytes:
        return Ack(chain, self.parent, self.block).message()


def genesis_id(chain: Digest) -> BlockId:
    """Return the id of the genesis block: term 0, height 0, and the chain itself as its hash."""
    return BlockId(term=0, height=0, digest=chain)


def _known_alone(signatures: Signatures, known: Configuration) -> Signatures:
    return tuple(each for each in signatures if known.get(each.authority) is not None)


def _all_signed(
    message: bytes, signatures: tuple[AuthoritySignature, ...], configuration: Configuration
) -> bool:
    # Sorted and distinct: one set of signers, one encoding; and nobody is counted twice.
    names = [signed.authority for signed in signatures]
    if names != sorted(set(names)):
        return False
    for signed in signatures:
        member = configuration.get(signed.authority)
        if member is None or not verify(member.key, message, signed.signature):
            return False
    return True
