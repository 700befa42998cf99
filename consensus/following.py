"""The follower's rules: whom it follows, what it takes into its log, what it acks (Raft §5.3)."""

from amanat.consensus.entry_checks import entry_fault
from amanat.consensus.evidence import (
    DoubleProposal,
    SignedBlock,
    of_denied_acks,
    of_two_commits,
    of_two_elections,
)
from amanat.consensus.interface import Promise
from amanat.consensus.log_entry import Entry
from amanat.consensus.messages import Append, AppendRefused, AppendReply
from amanat.consensus.patience import ignores
from amanat.consensus.raft import Raft
from amanat.consensus.statements import Ack, BlockId, CommitCertificate


def on_append(raft: Raft, sender: str, message: Append) -> None:
    """Follow the leader, take the entries that re-execute rightly, reply once they are on disk."""
    if message.term < raft.term:
        raft.out.send(sender, AppendReply(term=raft.term, match=0, acks=()))
        return
    if ignores(raft, message.term):
        return
    if not _follow(raft, sender, message):
        return
    previous = message.previous
    if raft.log.block_id(previous.height) != previous:
        _refuse(raft, sender, previous)
        return
    fault = _take_entries(raft, message)
    if fault:
        # No reply: a leader whose blocks a quorum refuses hears from none and steps down.
        raft.out.fault(sender, fault)
        return
    if message.commit is not None:
        _learn_final(raft, sender, message.commit)
    # The reply covers what this message vouches for and no more: what the log holds beyond it
    # may be another leader's and yet be replaced.
    match = message.entries[-1].block.height if message.entries else previous.height
    blocks = _blocks_to_ack(raft, previous.height, match, message.commit)
    if blocks:
        raft.promise_ack(blocks[-1])
    raft.when_synced(lambda: _reply(raft, sender, match, blocks))


def _follow(raft: Raft, sender: str, message: Append) -> bool:
    certificate = message.leader_certificate
    if certificate != raft.leader or message.term != raft.term:
        # Invariants 1 and 7: nobody follows a leader that no sovereign quorum elected.
        if (certificate.term, certificate.candidate) != (message.term, sender):
            raft.out.fault(sender, "the leader certificate is not for this leader and term")
            return False
        if not certificate.is_valid(raft.me.chain, raft.me.authorities):
            raft.out.fault(sender, "the leader certificate is not a sovereign quorum of votes")
            return False
        known = raft.leader if message.term == raft.term else None
        if known and (known.candidate, known.last) != (sender, certificate.last):
            raft.out.evidence(of_two_elections(raft.me.chain, known, certificate))
            raft.out.fault(sender, f"a second election of term {raft.term}")
            return False
        raft.become_follower(message.term, certificate)
    elif certificate.candidate != sender:
        raft.out.fault(sender, "it sends as if it were the leader")
        return False
    raft.restart_timeout()
    return True


def _refuse(raft: Raft, sender: str, previous: BlockId) -> None:
    """Say where the leader's log may agree with this one."""
    if previous.height <= raft.commit_height and previous.height <= raft.log.last.height:
        # Invariant 4: whoever was elected holds every final block.
        raft.out.fault(sender, f"it has another block at {previous.height}, which is final")
        return
    held = raft.log.block_id(raft.log.last_not_after(previous.term, previous.height - 1))
    if held is not None:
        raft.out.send(sender, AppendRefused(raft.term, previous.height, held))


def _take_entries(raft: Raft, message: Append) -> str | None:
    """Add what is new, replacing what conflicts. Return what is wrong with the first bad entry."""
    previous = message.previous
    for entry in message.entries:
        if raft.log.block_id(entry.block.height) != entry.block:
            fault = entry_fault(raft, previous, entry)
            if fault is None and entry.block.height <= raft.log.last.height:
                fault = _replace_from(raft, entry)
            # Invariant 8: nothing is acked that this node did not execute to the same state.
            fault = fault or raft.application.extend(entry)
            if fault:
                return f"block {entry.block.height}: {fault}"
            raft.append(entry)
        previous = entry.block
    return None


def _replace_from(raft: Raft, entry: Entry) -> str | None:
    """Make room for `entry` where the log holds another one, if that may be replaced."""
    block, held = entry.block, raft.log.entry(entry.block.height)
    if held is not None and held.block.term == block.term and held.proposer == entry.proposer:
        first, second = (SignedBlock(each.block, each.signature) for each in (held, entry))
        raft.out.evidence([DoubleProposal(entry.proposer, first, second)])
    # Invariant 3: what is final is never replaced.
    if block.height <= raft.commit_height:
        return "it would replace a final block"
    # Invariant 6: no leader has two blocks at a height. This one's own, once acked, stay.
    if held is not None and held.block.term in (block.term, raft.term):
        return f"a second block at this height in place of one of term {held.block.term}"
    _truncate(raft, block.height - 1)
    _release_promise(raft)
    return None


def _blocks_to_ack(
    raft: Raft, first: int, last: int, commit: CommitCertificate | None
) -> list[BlockId]:
    """Return this term's blocks from `first` to `last` that the leader does not show to be final.

    They are chosen when the message arrives: what this node acks later, once they are on disk,
    is what the message vouched for, whatever has happened to the log by then.
    """
    if raft.abstains:
        return []
    final = max(raft.commit_height, commit.block.height if commit else 0)
    blocks = [raft.log.block_id(height) for height in range(max(final + 1, first), last + 1)]
    # Invariant 2 (Raft Figure 8): blocks of earlier terms are not final by counting.
    return [block for block in blocks if block is not None and block.term == raft.term]


def _reply(raft: Raft, sender: str, match: int, blocks: list[BlockId]) -> None:
    """Say what this node holds on disk, and sign the acks of `blocks`."""
    acks = tuple((block, raft.me.sign(Ack(raft.me.chain, block).message())) for block in blocks)
    raft.out.send(sender, AppendReply(term=raft.term, match=match, acks=acks))


def _learn_final(raft: Raft, sender: str, certificate: CommitCertificate) -> None:
    height = certificate.block.height
    if height <= raft.commit_height or raft.log.block_id(height) != certificate.block:
        _compare(raft, sender, certificate)
        return
    # Invariants 2 and 7: finality is a sovereign quorum of acks, not a leader's word.
    if not certificate.is_valid(raft.me.chain, raft.me.authorities):
        raft.out.fault(sender, f"the commit certificate of block {height} is not valid")
        return
    raft.commit = certificate
    raft.out.final(certificate)


def _compare(raft: Raft, sender: str, certificate: CommitCertificate) -> None:
    """Look for a fork: a valid certificate for another block than one that is final here."""
    block = certificate.block
    if block.height > raft.commit_height or raft.log.block_id(block.height) == block:
        return
    if certificate.is_valid(raft.me.chain, raft.me.authorities) and raft.commit is not None:
        raft.out.fault(sender, f"two blocks are final at height {block.height}: a fork")
        raft.out.evidence(of_two_commits(raft.commit, certificate))
        if raft.leader is not None:
            raft.out.evidence(of_denied_acks(raft.me.chain, raft.commit, raft.leader))


def _truncate(raft: Raft, height: int) -> None:
    raft.log.truncate(height)
    raft.application.truncate(height)
    raft.out.truncate(height)


def _release_promise(raft: Raft) -> None:
    """Let go of an acked block that a leader replaced, if it is proved that it never was final.

    The proof is the leader's certificate: had the block been final, no sovereign quorum could
    have elected, in a later term, a candidate whose log ends before it (invariant 4). Without
    release this node would abstain for the sake of a block that nobody needs.
    """
    acked, leader = raft.promise.acked, raft.leader
    if acked is None or leader is None or not raft.abstains:
        return
    if acked.term < leader.term and leader.last.position < acked.position:
        raft.set_promise(Promise(raft.term, raft.promise.vote, raft.log.last))
