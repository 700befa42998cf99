"""Who forked the chain: from two records that contradict each other to signed proof against names.

After Tang and others, "CFT-Forensics: High-Performance Byzantine Accountability for Crash Fault
Tolerant Protocols" (AFT 2024). A record is what a node shows for its chain: every block's place,
its proposer's signature, every election on the way, and the commit certificate of its end. Two
records of which neither continues the other prove a breach by at least one authority, because

- two leaders of one term were elected by two quorums, which share a voter: it voted twice; or
- one leader of a term proposed two blocks at one height; or else
- the chain of the later term was continued by a leader that lacked the other chain's final block.
  The quorum that elected it shares a voter with the quorum that acked the block: it denied its ack.

The last has one defence, which `DeniedAck` tells.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from amanat.consensus.evidence import (
    DoubleAck,
    DoubleProposal,
    Evidence,
    SignedBlock,
    of_denied_acks,
    of_two_commits,
    of_two_elections,
)
from amanat.consensus.statements import (
    BlockId,
    CommitCertificate,
    LeaderCertificate,
    Proposal,
    genesis_id,
)
from amanat.ledger.configurations import Configuration
from amanat.ledger.crypto import verify
from amanat.ledger.identifiers import Digest, Signature


@dataclass(frozen=True, slots=True)
class Link:
    """One block of a record. Whoever builds it vouches that its header says the same."""

    block: BlockId
    parent: Digest
    proposer: str
    leader_certificate: LeaderCertificate | None
    """In the first block of a term, and there alone."""
    parent_certificate: CommitCertificate | None
    """By two thirds, that of the block before."""
    signature: Signature
    """The proposer's."""
    electorate: Configuration
    """Who elected its proposer, if it opens a term: who decides after its parent."""
    certifier: Configuration
    """Who certifies it."""


@dataclass(frozen=True, slots=True)
class Record:
    """A node's chain from the first block on, and the certificate that makes it final."""

    links: tuple[Link, ...]
    commit: CommitCertificate

    @property
    def final(self) -> BlockId:
        """The last block that the certificate makes final, as far as one can tell from it."""
        rule = self.links[-1].certifier.current.rule
        return self.commit.final(rule) or self.commit.parent


def record_fault(record: Record, chain: Digest) -> str | None:
    """Return what is wrong with a record by itself, or None: then all of it was signed."""
    if not record.links:
        return "it shows no block"
    previous, leader = genesis_id(chain), None
    for link in record.links:
        fault = _order_fault(link, previous)
        if fault is None and link.leader_certificate is not None:
            leader = link.leader_certificate
            elected = leader.is_valid(chain, link.electorate)
            fault = None if elected else "its proposer was not elected"
        if fault is None:
            fault = _proposer_fault(link, leader, chain)
        if fault:
            return f"block {link.block.height}: {fault}"
        previous = link.block
    if record.final != previous:
        return "its commit certificate is for another block than its last"
    if not record.commit.is_proof(chain, record.links[-1].certifier):
        return "its commit certificate is not valid"
    return None


def _order_fault(link: Link, previous: BlockId) -> str | None:
    block, election = link.block, link.leader_certificate
    if (block.height, link.parent) != (previous.height + 1, previous.digest):
        return "it does not follow the one before it"
    if block.term < previous.term or (election is not None) != (block.term > previous.term):
        return "it is out of the order of terms"
    if election is not None and (election.term, election.last) != (block.term, previous):
        return "it opens its term with another election"
    return None


def _proposer_fault(link: Link, leader: LeaderCertificate | None, chain: Digest) -> str | None:
    proposer = link.electorate.get(link.proposer)
    if leader is None or proposer is None or link.proposer != leader.candidate:
        return "it is not proposed by its term's leader"
    if not verify(proposer.key, Proposal(chain, link.block).message(), link.signature):
        return "it is not signed by its proposer"
    return None


def fork_height(one: Record, two: Record) -> int | None:
    """Return the first height at which the records differ, or None if one continues the other."""
    for first, second in zip(one.links, two.links, strict=False):
        if first.block != second.block:
            return first.block.height
    return None


def culprits(one: Record, two: Record, chain: Digest) -> list[Evidence]:
    """Return proof against at least one authority, if two sound records contradict each other.

    Empty if one record continues the other.
    """
    if fork_height(one, two) is None:
        return []
    return [
        *_double_votes(one, two, chain),
        *_double_proposals(one, two),
        *_double_acks(one, two),
        *_denied_acks(one, two, chain),
        *_denied_acks(two, one, chain),
    ]


def _double_votes(one: Record, two: Record, chain: Digest) -> Iterator[Evidence]:
    elections = {each.term: each for each in _elections(two)}
    for election in _elections(one):
        other = elections.get(election.term)
        if other is not None:
            yield from of_two_elections(chain, election, other)


def _double_proposals(one: Record, two: Record) -> Iterator[Evidence]:
    for first, second in zip(one.links, two.links, strict=False):
        same_place = first.block.position == second.block.position
        if same_place and first.proposer == second.proposer and first.block != second.block:
            yield DoubleProposal(
                first.proposer,
                SignedBlock(first.block, first.signature),
                SignedBlock(second.block, second.signature),
            )
            return  # the first says it all; those after it follow from it


def _double_acks(one: Record, two: Record) -> Iterator[DoubleAck]:
    """Compare the certificates that both show for blocks of one term and height."""
    others = {each.block.position: each for each in _certificates(two)}
    for certificate in _certificates(one):
        other = others.get(certificate.block.position)
        if other is not None:
            yield from of_two_commits(certificate, other)


def _certificates(record: Record) -> Iterator[CommitCertificate]:
    for link in record.links:
        if link.parent_certificate is not None:
            yield link.parent_certificate
    yield record.commit


def _denied_acks(one: Record, two: Record, chain: Digest) -> Iterator[Evidence]:
    """Compare the end of `one` with the first election after it on the way of `two`."""
    rule = one.links[-1].certifier.current.rule
    for election in _elections(two):
        if election.term > one.commit.block.term:
            yield from of_denied_acks(chain, rule, one.commit, election)
            return


def _elections(record: Record) -> Iterator[LeaderCertificate]:
    for link in record.links:
        if link.leader_certificate is not None:
            yield link.leader_certificate
