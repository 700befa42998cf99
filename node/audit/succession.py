"""Whether each block follows the one before it, by whom it may, as consensus demands.

It is said here once more, in an auditor's terms, and shares no code with `amanat.consensus` but the
statements and what makes them valid: what a node took by mistake an audit is to find.
"""

from amanat.consensus.log_entry import Entry
from amanat.consensus.statements import BlockId, CommitCertificate, LeaderCertificate
from amanat.ledger.authorities import QuorumRule
from amanat.ledger.crypto import verify
from amanat.node.audit.findings import Refuse, faults
from amanat.node.audit.ground import Ground


def check_succession(ground: Ground, previous: BlockId, leader: str, entry: Entry) -> None:
    """Check an entry that is to follow `previous`, which `leader` proposed.

    Raises:
        Faulty: it does not follow, its proposer was not elected or did not sign it, or it ends a
            change of the authorities without proof that the change is final.
    """
    _check_order(previous, entry)
    _check_leader(ground, previous, leader, entry)
    _check_parent(ground, previous, entry)
    if entry.change_certificate is not None:
        _check_change(ground, previous, entry.change_certificate)


def _check_order(previous: BlockId, entry: Entry) -> None:
    fault = faults(previous.height + 1, "order")
    block = entry.block
    if block.height != previous.height + 1:
        raise fault(f"block {previous.height + 1}", f"block {block.height}")
    if entry.parent != previous.digest:
        raise fault(f"the parent {previous.digest.hex()}", f"the parent {entry.parent.hex()}")
    if block.term < previous.term:
        raise fault(f"a term from {previous.term} on", f"term {block.term}")


def _check_leader(ground: Ground, previous: BlockId, leader: str, entry: Entry) -> None:
    fault, block, election = faults(entry.block.height, "leader"), entry.block, None
    if block.term > previous.term:
        election = entry.leader_certificate
        if election is None:
            raise fault(f"the votes that elected the leader of term {block.term}", "none")
        _check_election(ground, previous, entry, election)
    elif entry.leader_certificate is not None:
        raise fault("votes in the first block of a term alone", f"votes within term {block.term}")
    elif entry.proposer != leader:
        raise fault(f"the leader of term {block.term}, {leader}", f"a block of {entry.proposer}")
    proposer = ground.configuration(previous.height).get(entry.proposer)
    if proposer is None:
        raise fault("one of the authorities", entry.proposer)
    if not verify(proposer.key, entry.proposal(ground.chain).message(), entry.signature):
        raise fault(f"the signature of {entry.proposer}", "a signature that is not valid")


def _check_election(
    ground: Ground, previous: BlockId, entry: Entry, election: LeaderCertificate
) -> None:
    fault = faults(entry.block.height, "leader")
    elected = f"votes for {entry.proposer} in term {entry.block.term}, on block {previous.height}"
    if (election.term, election.candidate, election.last) != (
        entry.block.term,
        entry.proposer,
        previous,
    ):
        last = f"block {election.last.height} ({election.last.digest.hex()[:16]})"
        raise fault(elected, f"votes for {election.candidate} in term {election.term}, on {last}")
    decide = ground.configuration(previous.height)
    if not election.is_valid(ground.chain, decide):
        names = ", ".join(vote.authority for vote in election.votes) or "nobody"
        raise fault(f"{elected}, by a sovereign quorum", f"no valid ones: {names} signed")


def _check_parent(ground: Ground, previous: BlockId, entry: Entry) -> None:
    fault, certificate = faults(entry.block.height, "certificate"), entry.parent_certificate
    if ground.rule is QuorumRule.MAJORITY or previous.height == 0:
        if certificate is not None:
            raise fault("no certificate of its parent", "one")
        return
    wanted = f"the certificate of block {previous.height}"
    if certificate is None or certificate.block != previous:
        raise fault(wanted, "none, or one of another block")
    if not is_certified(ground, certificate):
        raise fault(wanted, f"one that is not valid: {signers(certificate)} signed")


def _check_change(ground: Ground, previous: BlockId, certificate: CommitCertificate) -> None:
    fault: Refuse = faults(previous.height + 1, "change")
    joint = ground.configuration(previous.height)
    if not joint.is_joint:
        raise fault("no change of the authorities", "the end of one, where none is under way")
    final = certificate.final(ground.rule)
    wanted = f"proof that the change of block {joint.since} is final"
    if final is None or not joint.since <= final.height <= previous.height:
        raise fault(wanted, "a certificate of other blocks")
    if ground.block_id(final.height) != final:
        raise fault(wanted, f"a certificate of another block at height {final.height}")
    if not certificate.is_proof(ground.chain, ground.configuration(joint.since - 1)):
        raise fault(wanted, f"too few of those who decided before it: {signers(certificate)}")
    if not is_sound(ground, certificate, final.height):
        raise fault(wanted, f"signatures that are not valid: {signers(certificate)}")


def is_certified(ground: Ground, certificate: CommitCertificate) -> bool:
    """Return whether a certificate is valid, and of a block that was executed on its parent."""
    block, parent = certificate.block, certificate.parent
    if block.height == 0 or ground.block_id(block.height) != block:
        return False
    if ground.block_id(block.height - 1) != parent:
        return False
    return certificate.is_valid(ground.chain, ground.certifier(block.height))


def is_sound(ground: Ground, certificate: CommitCertificate, final: int) -> bool:
    """Return whether a certificate makes the block at `final` final, and no signature is amiss.

    By two thirds the block that it certifies is the next one; that may be beyond the last, or one
    that another leader has replaced since. Then those must have signed who decide next (decision
    0027), and nobody else.
    """
    if ground.block_id(certificate.block.height) == certificate.block:
        return is_certified(ground, certificate)
    after = ground.configuration(final)
    return certificate.is_proof(ground.chain, after) and certificate.is_signed_by(
        ground.chain, after
    )


def signers(certificate: CommitCertificate) -> str:
    """Return who signed, in words."""
    return ", ".join(ack.authority for ack in certificate.acks) or "nobody"
