"""What consensus can check of a log entry by itself, before the ledger executes its block."""

from amanat.consensus.log_entry import Entry
from amanat.consensus.raft import Raft
from amanat.consensus.statements import BlockId, CommitCertificate, LeaderCertificate
from amanat.ledger.authorities import QuorumRule
from amanat.ledger.configurations import Configuration
from amanat.ledger.crypto import verify


def entry_fault(raft: Raft, previous: BlockId, entry: Entry) -> str | None:
    """Return what is wrong with an entry that follows `previous`, which the log holds; or None."""
    block = entry.block
    # Invariant 5 (Log Matching, Raft §5.3): a block's hash fixes all before it.
    if block.height != previous.height + 1 or entry.parent != previous.digest:
        return "it does not follow the entry before it"
    if not previous.term <= block.term <= raft.term:
        return f"term {block.term} is out of order"
    return (
        _leader_fault(raft, previous, entry)
        or _parent_fault(raft, previous, entry)
        or _change_fault(raft, previous, entry)
    )


def _leader_fault(raft: Raft, previous: BlockId, entry: Entry) -> str | None:
    """Return why its proposer was not the elected leader of its term, or did not sign it."""
    certificate = entry.leader_certificate
    if entry.block.term > previous.term:
        fault = _opening_fault(raft, entry, previous, certificate)
        if fault:
            return fault
    elif certificate is not None:
        return "only a term's first block carries a leader certificate"
    else:
        before = raft.log.entry(previous.height)
        if before is None or entry.proposer != before.proposer:
            return f"{entry.proposer} does not lead term {entry.block.term}"
    proposer = raft.configuration_after(previous.height).get(entry.proposer)
    message = entry.proposal(raft.me.chain).message()
    if proposer is None or not verify(proposer.key, message, entry.signature):
        return f"it is not signed by its proposer {entry.proposer}"
    return None


def _opening_fault(
    raft: Raft, entry: Entry, previous: BlockId, certificate: LeaderCertificate | None
) -> str | None:
    # Invariants 1 and 5: who led a term, and on which block, stands in the chain itself.
    if certificate is None:
        return f"it opens term {entry.block.term} without a leader certificate"
    named = (certificate.term, certificate.candidate, certificate.last)
    if named != (entry.block.term, entry.proposer, previous):
        return "its leader certificate is for another election"
    # Even if it is the present leader's: this node may have followed it before it knew who elects.
    if not certificate.is_valid(raft.me.chain, raft.configuration_after(previous.height)):
        return "its leader certificate is not a sovereign quorum of votes"
    return None


def _parent_fault(raft: Raft, previous: BlockId, entry: Entry) -> str | None:
    """By two thirds nobody builds on a block that is not certified (invariants 2 and 4)."""
    certificate = entry.parent_certificate
    if raft.rule is QuorumRule.MAJORITY or previous.height == 0:
        return None if certificate is None else "it carries a certificate that no rule asks for"
    if certificate is None or certificate.block != previous:
        return "it does not carry the certificate of the block before it"
    return None if is_certified(raft, certificate) else "its parent's certificate is not valid"


def _change_fault(raft: Raft, previous: BlockId, entry: Entry) -> str | None:
    """A change is completed only once it is final (invariants 2, 4 and 7; Raft §6)."""
    certificate = entry.change_certificate
    if certificate is None:
        return None
    configuration = raft.configuration_after(previous.height)
    if not configuration.is_joint:
        return "it completes a change of the authorities where none is under way"
    final = certificate.final(raft.rule)
    # Those who decided before must have made it final: the new set cannot appoint itself.
    before = raft.application.configuration(configuration.since - 1)
    if (
        final is None
        or not configuration.since <= final.height <= previous.height
        or raft.log.lacks(final)
        or before is None
        or not certificate.is_proof(raft.me.chain, before)
        or not is_whole(raft, certificate, configuration)
    ):
        return "it completes a change of the authorities without proof that it is final"
    return None


def is_certified(raft: Raft, certificate: CommitCertificate) -> bool:
    """Return whether `certificate` is of a block in the log, and valid."""
    block = certificate.block
    if certificate == raft.certified:
        return True
    if not raft.log.follows(block, certificate.parent):
        return False
    configuration = raft.application.certifier(block.height)
    return configuration is not None and certificate.is_valid(raft.me.chain, configuration)


def is_whole(raft: Raft, certificate: CommitCertificate, after: Configuration) -> bool:
    """Return whether a certificate can be shown to others, who may know more (invariants 2 and 7).

    `is_proof` looks at those alone whom it knows. What a node keeps is to be shown to those who
    check every signature: so nobody may have added one that means nothing. And by two thirds it may
    be of a block that is not at hand, the one after what it makes final. While a change is under
    way the incoming set must have signed that in any case: together with the set decided before, or
    alone if the block completes the change. What the set decided before signed alone makes nothing
    final: without it one is elected that completed the change in an earlier term.

    Args:
        raft: holds what the certificate makes final.
        certificate: proof to whoever knows the configuration before that.
        after: the configuration after that, in which all who can have certified it are members.
    """
    if raft.log.block_id(certificate.block.height) == certificate.block:
        return is_certified(raft, certificate)
    chain = raft.me.chain
    return certificate.is_proof(chain, after) and certificate.is_signed_by(chain, after)
