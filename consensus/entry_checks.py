"""What consensus can check of a log entry by itself, before the ledger executes its block."""

from amanat.consensus.log_entry import Entry
from amanat.consensus.raft import Raft
from amanat.consensus.statements import BlockId, LeaderCertificate
from amanat.ledger.crypto import verify


def entry_fault(raft: Raft, previous: BlockId, entry: Entry) -> str | None:
    """Return what is wrong with an entry that follows `previous`, which the log holds; or None."""
    block = entry.block
    if block.height != previous.height + 1 or entry.parent != previous.digest:
        return "it does not follow the entry before it"
    if not previous.term <= block.term <= raft.term:
        return f"term {block.term} is out of order"
    certificate = entry.leader_certificate
    if block.term > previous.term:
        fault = _opening_fault(raft, entry, previous, certificate)
        if fault:
            return fault
    elif certificate is not None:
        return "only a term's first block carries a leader certificate"
    else:
        before = raft.log.entry(previous.height)
        if before is None or entry.proposer != before.proposer:
            return f"{entry.proposer} does not lead term {block.term}"
    proposer = raft.me.authorities.get(entry.proposer)
    message = entry.proposal(raft.me.chain).message()
    if proposer is None or not verify(proposer.key, message, entry.signature):
        return f"it is not signed by its proposer {entry.proposer}"
    return None


def _opening_fault(
    raft: Raft, entry: Entry, previous: BlockId, certificate: LeaderCertificate | None
) -> str | None:
    if certificate is None:
        return f"it opens term {entry.block.term} without a leader certificate"
    named = (certificate.term, certificate.candidate, certificate.last)
    if named != (entry.block.term, entry.proposer, previous):
        return "its leader certificate is for another election"
    if certificate != raft.leader and not certificate.is_valid(raft.me.chain, raft.me.authorities):
        return "its leader certificate is not a sovereign quorum of votes"
    return None
