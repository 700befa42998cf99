"""What is certified and what is final: how certificates are learnt, checked and compared."""

from amanat.consensus.entry_checks import is_certified
from amanat.consensus.evidence import is_proven, of_denied_acks, of_two_commits
from amanat.consensus.interface import Final, Promise
from amanat.consensus.log_entry import Entry
from amanat.consensus.offers import accuse_suspected
from amanat.consensus.raft import Raft
from amanat.consensus.statements import BlockId, CommitCertificate


def learn(raft: Raft, sender: str, certificate: CommitCertificate) -> None:
    """Take a certificate that `sender` shows, if it is news, of a block in the log, and valid."""
    block = certificate.block
    if raft.log.block_id(block.height) != block:
        _compare(raft, sender, certificate)
        return
    # By two thirds that of the last final block is news where its child was lost from the disk: a
    # candidate has to show it (invariant 14).
    if raft.certified is not None and raft.certified.block.position >= block.position:
        return
    # Invariants 2 and 7: finality is a sovereign quorum of acks, not a leader's word.
    if not is_certified(raft, certificate):
        raft.out.fault(sender, f"the commit certificate of block {block.height} is not valid")
        return
    certify(raft, certificate)


def certify(raft: Raft, certificate: CommitCertificate) -> None:
    """Note a valid certificate of a block in the log, and what it makes final."""
    raft.certified = certificate
    raft.uncertified_ticks = raft.unproved_ticks = 0
    if raft.answers:
        raft.trust()
    release_promise(raft, certificate.block)
    height = certificate.block.height
    raft.acks = {each: found for each, found in raft.acks.items() if each > height}
    raft.offers = {each: found for each, found in raft.offers.items() if each > height}
    final = certificate.final(raft.rule)
    if final is None or final.height <= raft.final.height:
        return
    raft.final, raft.commit = final, certificate
    raft.out.final(Final(final, certificate))
    accuse_deniers(raft)
    accuse_suspected(raft)


def accuse_deniers(raft: Raft) -> None:
    """Hold it against the present leader's voters if they acked what is final and its log lacked.

    Whatever else they say, no honest authority elects who lacks what it acked (invariant 4).
    """
    known = raft.application.configuration(raft.final.height)
    if raft.leader is None or raft.commit is None or known is None:
        return
    raft.out.evidence(
        evidence
        for evidence in of_denied_acks(raft.me.chain, raft.rule, raft.commit, raft.leader)
        if is_proven(evidence, raft.me.chain, known)
    )


def certify_final(raft: Raft, last: Entry, certificate: CommitCertificate) -> None:
    """Note that `last`, which is in the log, is final by a valid certificate."""
    certify(raft, certificate)
    if raft.log.block_id(certificate.block.height) != certificate.block:
        # By two thirds the certified block is the child of what is final, and not at hand yet.
        raft.certified = last.parent_certificate


def release_promise(raft: Raft, certified: BlockId) -> None:
    """Let go of an acked block in whose place another one is certified (invariant 2).

    `certified` is a block of the log that is certified, or final.
    """
    acked = raft.promise.acked
    if acked is None or acked.height > certified.height or acked.term >= raft.term:
        return
    if raft.log.lacks(acked):
        below = raft.log.block_id(acked.height - 1)
        raft.set_promise(Promise(raft.term, raft.promise.vote, below))


def _compare(raft: Raft, sender: str, certificate: CommitCertificate) -> None:
    """Look for a fork: a valid certificate that makes another block final than is final here."""
    block = certificate.final(raft.rule)
    if block is None or not 0 < block.height <= raft.final.height:
        return
    if raft.log.block_id(block.height) in (block, None):
        return
    configuration = raft.application.certifier(certificate.block.height)
    if configuration is None or not certificate.is_valid(raft.me.chain, configuration):
        return
    raft.out.fault(sender, f"two blocks are final at height {block.height}: a fork")
    if raft.commit is not None:
        raft.out.evidence(of_two_commits(raft.commit, certificate))
