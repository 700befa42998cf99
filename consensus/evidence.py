"""Evidence: what an authority signed and no honest one ever signs.

Two statements that contradict each other, or an offer of a block that nobody may make. Whoever
holds them can prove that the authority broke the protocol, to anyone who has the genesis document
(and, of a block that does not execute to what it says, the blocks before it); nothing else need be
believed. An honest authority never signs such a thing, whatever crashes (invariant 6), so there is
no innocent explanation but a stolen key.
"""

from collections.abc import Callable, Iterator

from amanat.consensus.statements import (
    AuthoritySignature,
    BlockId,
    CommitCertificate,
    LeaderCertificate,
    Offer,
    Proposal,
    SignedAck,
    Vote,
)
from amanat.ledger.authorities import QuorumRule
from amanat.ledger.configurations import Configuration
from amanat.ledger.crypto import Domain, digest, verify
from amanat.ledger.encoding import Structure, encode
from amanat.ledger.identifiers import Digest, Name, Signature


class SignedVote(Structure, frozen=True):
    """A vote and its voter's signature."""

    vote: Vote
    signature: Signature


class SignedBlock(Structure, frozen=True):
    """A block that was proposed, and its proposer's signature."""

    block: BlockId
    signature: Signature


class SignedOffer(Structure, frozen=True):
    """A leader's offer of a block, and its signature."""

    offer: Offer
    signature: Signature


class DoubleVote(Structure, frozen=True, tag="double-vote"):
    """The authority voted twice in one term."""

    authority: Name
    first: SignedVote
    second: SignedVote


class DoubleAck(Structure, frozen=True, tag="double-ack"):
    """The authority acked two blocks at one term and height."""

    authority: Name
    first: SignedAck
    second: SignedAck


class DoubleProposal(Structure, frozen=True, tag="double-proposal"):
    """The authority, as leader, proposed two blocks at one term and height."""

    authority: Name
    first: SignedBlock
    second: SignedBlock


class DeniedAck(Structure, frozen=True, tag="denied-ack"):
    """The authority acked a block, then elected, in a later term, a candidate without it.

    By two thirds: without the parent of the block, whose certificate it had seen when it acked.

    It proves a breach unless the authority shows a leader certificate of a term in between, for a
    candidate without the block too: such a leader may have replaced the block, which released the
    promise. Then the voters of that certificate are to be asked the same (`amanat audit` does).
    """

    authority: Name
    ack: SignedAck
    vote: SignedVote


class InvalidBlock(Structure, frozen=True, tag="invalid-block"):
    """The authority, as leader, offered a block that does not execute to what it says.

    Consensus cannot judge that: whoever holds the blocks up to the parent executes it again.
    """

    authority: Name
    offer: SignedOffer
    payload: bytes

    @property
    def parent(self) -> BlockId:
        """The block on which it was to be executed."""
        return self.offer.offer.parent


class UnelectedLeader(Structure, frozen=True, tag="unelected-leader"):
    """The authority offered a block as leader of a term, and no sovereign quorum elected it.

    The offer opens the term and names no certificate, or names this one, which is not valid, or
    is for another election, or stands where none may.
    """

    authority: Name
    offer: SignedOffer
    certificate: LeaderCertificate | None

    @property
    def parent(self) -> BlockId:
        """The block that the offered one follows."""
        return self.offer.offer.parent


Evidence = DoubleVote | DoubleAck | DoubleProposal | DeniedAck | InvalidBlock | UnelectedLeader


def evidence_id(evidence: Evidence) -> Digest:
    """Return the digest by which a piece of evidence is known."""
    return digest(Domain.EVIDENCE, encode(evidence))


def payload_digest(payload: bytes) -> Digest:
    """Return the digest by which an offer names a block's payload."""
    return digest(Domain.PAYLOAD, payload)


def nobody_executes(_: InvalidBlock) -> bool:
    """Prove nothing about what a block executes to."""
    return False


def is_proven(
    evidence: Evidence,
    chain: Digest,
    configuration: Configuration,
    is_refuted: Callable[[InvalidBlock], bool] = nobody_executes,
) -> bool:
    """Return whether `evidence` proves what it says.

    That is: every signature verifies, and no honest authority signs these statements.

    Args:
        evidence: what is to be proven.
        chain: the genesis digest.
        configuration: one that was in force; try each that is known.
        is_refuted: executes the block on its parent; True if it is not as it says, for ever.
    """
    member = configuration.get(evidence.authority)
    if member is None or not _is_breach(evidence, chain, configuration):
        return False
    if isinstance(evidence, InvalidBlock) and not is_refuted(evidence):
        return False
    return all(
        verify(member.key, message, signature) for message, signature in _signed(evidence, chain)
    )


def _is_breach(evidence: Evidence, chain: Digest, configuration: Configuration) -> bool:
    rule = configuration.current.rule
    match evidence:
        case InvalidBlock(_, SignedOffer(offer), payload):
            same_payload = offer.payload == payload_digest(payload)
            return same_payload and _is_of(offer, chain, configuration)
        case UnelectedLeader(name, SignedOffer(offer), certificate):
            unelected = _is_unelected(name, offer, certificate, configuration)
            return unelected and _is_of(offer, chain, configuration)
        case DoubleVote(_, SignedVote(first), SignedVote(second)):
            same_term = first.term == second.term
            return same_term and first != second and first.chain == second.chain == chain
        case DeniedAck(_, ack, SignedVote(vote)):
            denied = vote.last.position < _bound(rule, ack.parent, ack.block).position
            return denied and vote.term > ack.block.term and vote.chain == chain
        case DoubleAck(_, first_, second_) | DoubleProposal(_, first_, second_):
            one, two = first_.block, second_.block
            return one.position == two.position and one.digest != two.digest


def _is_of(offer: Offer, chain: Digest, configuration: Configuration) -> bool:
    return offer.chain == chain and offer.electorate == configuration.digest()


def _is_unelected(
    name: str, offer: Offer, certificate: LeaderCertificate | None, electorate: Configuration
) -> bool:
    opens = offer.block.term > offer.parent.term
    if certificate is None:
        return opens and offer.election == b""
    if offer.election != certificate.digest():
        return False
    named = (certificate.term, certificate.candidate, certificate.last)
    if not opens or named != (offer.block.term, name, offer.parent):
        return True
    return not certificate.is_valid(offer.chain, electorate)


def _signed(evidence: Evidence, chain: Digest) -> Iterator[tuple[bytes, Signature]]:
    """Yield what was signed, each with its signature."""
    match evidence:
        case DoubleVote(_, first, second):
            yield first.vote.message(), first.signature
            yield second.vote.message(), second.signature
        case DoubleAck(_, one, two):
            yield one.message(chain), one.signature
            yield two.message(chain), two.signature
        case DoubleProposal(_, one, two):
            yield Proposal(chain, one.block).message(), one.signature
            yield Proposal(chain, two.block).message(), two.signature
        case InvalidBlock(_, offered) | UnelectedLeader(_, offered):
            yield offered.offer.message(), offered.signature
        case DeniedAck(_, ack, vote):
            yield ack.message(chain), ack.signature
            yield vote.vote.message(), vote.signature


def of_two_elections(
    chain: Digest, one: LeaderCertificate, two: LeaderCertificate
) -> Iterator[DoubleVote]:
    """Yield a double vote for everybody who signed both of two different elections of a term.

    Two leaders of one term share at least one voter, because any two quorums intersect.
    """
    if one.term != two.term or (one.candidate, one.last) == (two.candidate, two.last):
        return
    votes = tuple(Vote(chain, each.term, each.candidate, each.last) for each in (one, two))
    for name, first, second in _both(one.votes, two.votes):
        yield DoubleVote(name, SignedVote(votes[0], first), SignedVote(votes[1], second))


def of_two_commits(one: CommitCertificate, two: CommitCertificate) -> Iterator[DoubleAck]:
    """Yield a double ack for everybody who acked both of two blocks at one term and height."""
    if one.block.position != two.block.position or one.block == two.block:
        return
    for name, first, second in _both(one.acks, two.acks):
        yield DoubleAck(
            name,
            SignedAck(one.parent, one.block, first),
            SignedAck(two.parent, two.block, second),
        )


def of_denied_acks(
    chain: Digest, rule: QuorumRule, commit: CommitCertificate, election: LeaderCertificate
) -> Iterator[DeniedAck]:
    """Yield a denied ack for everybody who acked a block and elected a leader without it."""
    bound = _bound(rule, commit.parent, commit.block)
    if election.term <= commit.block.term or election.last.position >= bound.position:
        return
    vote = Vote(chain, election.term, election.candidate, election.last)
    for name, ack, signature in _both(commit.acks, election.votes):
        signed = SignedAck(commit.parent, commit.block, ack)
        yield DeniedAck(name, signed, SignedVote(vote, signature))


def _bound(rule: QuorumRule, parent: BlockId, block: BlockId) -> BlockId:
    """Return what an ack of `block` binds its signer to ask of every later candidate."""
    return block if rule is QuorumRule.MAJORITY else parent


def _both(
    one: tuple[AuthoritySignature, ...], two: tuple[AuthoritySignature, ...]
) -> Iterator[tuple[str, Signature, Signature]]:
    second = {signed.authority: signed.signature for signed in two}
    for signed in one:
        if signed.authority in second:
            yield signed.authority, signed.signature, second[signed.authority]
