"""Replication and finality: Append, its replies, and the commit certificate (Raft §5.3, §5.4)."""

from typing import Final

from amanat.consensus.interface import NotLeader, Promise, Propose
from amanat.consensus.log_entry import Entry
from amanat.consensus.messages import Append, AppendRefused, AppendReply
from amanat.consensus.progress import Progress
from amanat.consensus.raft import Raft, Role
from amanat.consensus.statements import (
    Ack,
    AuthoritySignature,
    BlockId,
    CommitCertificate,
    LeaderCertificate,
    Proposal,
)
from amanat.ledger.crypto import verify
from amanat.ledger.identifiers import Signature

APPEND_BYTES_MAX: Final = 2 * 1024 * 1024
"""Payload bytes of one message, unless a single entry is longer."""


# --- the leader proposes and sends ---------------------------------------------------------------


def propose(raft: Raft, event: Propose) -> None:
    """Put the leader's next block into its log and send it.

    It is sent before it is on the leader's own disk: the leader's ack waits for the disk, its
    proposal need not, because a leader that crashes can never propose in the same term again.

    Raises:
        NotLeader: this node does not lead, or the block does not follow the log's last.
    """
    last = raft.log.last
    leader = raft.leader
    if raft.role is not Role.LEADER or leader is None:
        raise NotLeader(f"{raft.me.name} does not lead term {raft.term}")
    if (event.height, event.parent) != (last.height + 1, last.digest):
        raise NotLeader(f"block {event.height} does not follow the log's end {last.height}")
    block = BlockId(raft.term, event.height, event.digest)
    entry = Entry(
        block=block,
        parent=event.parent,
        proposer=raft.me.name,
        leader_certificate=leader if last.term < raft.term else None,
        signature=raft.me.sign(Proposal(raft.me.chain, block).message()),
        payload=event.payload,
    )
    _append(raft, entry)
    _promise_ack(raft, block)

    def ack() -> None:
        signature = raft.me.sign(Ack(raft.me.chain, block).message())
        _count_ack(raft, raft.me.name, block, signature)

    raft.when_synced(ack)
    for peer, follower in raft.followers.items():
        if follower.may_send:
            _send(raft, peer, follower)


def send_heartbeats(raft: Raft) -> None:
    """Send every follower what it may be sent, or an empty message: it also carries finality.

    What was lost is found out by the answer to the empty message, and sent again then.
    """
    for peer, follower in raft.followers.items():
        _send(raft, peer, follower)


def _send(raft: Raft, peer: str, follower: Progress) -> None:
    previous = raft.log.block_id(follower.next_height - 1)
    if raft.leader is None or previous is None:
        raise AssertionError(f"no entry before {follower.next_height} to send {peer}")
    entries: tuple[Entry, ...] = ()
    if follower.may_send:
        entries = tuple(raft.log.entries(follower.next_height, APPEND_BYTES_MAX))
    if entries:
        follower.sent(entries[-1].block.height)
    raft.out.send(peer, Append(raft.term, raft.leader, previous, entries, raft.commit))


# --- a follower receives -------------------------------------------------------------------------


def on_append(raft: Raft, sender: str, message: Append) -> None:
    """Follow the leader, take the entries that re-execute rightly, reply once they are on disk."""
    if message.term < raft.term:
        raft.out.send(sender, AppendReply(term=raft.term, match=0, acks=()))
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
        _promise_ack(raft, blocks[-1])
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
            fault = _entry_fault(raft, previous, entry)
            if fault is None and entry.block.height <= raft.log.last.height:
                fault = _replace_from(raft, entry.block)
            # Invariant 8: nothing is acked that this node did not execute to the same state.
            fault = fault or raft.application.extend(entry)
            if fault:
                return f"block {entry.block.height}: {fault}"
            _append(raft, entry)
        previous = entry.block
    return None


def _replace_from(raft: Raft, block: BlockId) -> str | None:
    """Make room for `block` where the log holds another one, if that may be replaced."""
    held = raft.log.block_id(block.height)
    # Invariant 3: what is final is never replaced.
    if block.height <= raft.commit_height:
        return "it would replace a final block"
    # Invariant 6: no leader has two blocks at a height. This one's own, once acked, stay.
    if held is not None and held.term in (block.term, raft.term):
        return f"a second block at this height in place of one of term {held.term}"
    _truncate(raft, block.height - 1)
    _release_promise(raft)
    return None


def _entry_fault(raft: Raft, previous: BlockId, entry: Entry) -> str | None:
    """Check all of an entry that consensus can see. The log holds `previous`."""
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
        return
    # Invariants 2 and 7: finality is a sovereign quorum of acks, not a leader's word.
    if not certificate.is_valid(raft.me.chain, raft.me.authorities):
        raft.out.fault(sender, f"the commit certificate of block {height} is not valid")
        return
    raft.commit = certificate
    raft.out.final(certificate)


# --- the leader counts ---------------------------------------------------------------------------


def on_append_reply(raft: Raft, sender: str, message: AppendReply) -> None:
    """Advance the follower's progress, count its acks, send what is next."""
    follower = _follower_of(raft, sender, message.term)
    if follower is None:
        return
    if message.match > raft.log.last.height:
        raft.out.fault(sender, f"it claims block {message.match}, which was never sent")
        return
    follower.matched(message.match)
    for block, signature in message.acks:
        fault = _ack_fault(raft, sender, block, signature)
        if fault:
            raft.out.fault(sender, fault)
            return
        _count_ack(raft, sender, block, signature)
    if follower.may_send and follower.next_height <= raft.log.last.height:
        _send(raft, sender, follower)


def on_append_refused(raft: Raft, sender: str, message: AppendRefused) -> None:
    """Back up to where the follower says that its log may agree."""
    follower = _follower_of(raft, sender, message.term)
    if follower is None:
        return
    retry = raft.log.last_not_after(message.held.term, message.held.height)
    if follower.refused(message.previous, retry):
        _send(raft, sender, follower)


def _follower_of(raft: Raft, sender: str, term: int) -> Progress | None:
    if term > raft.term:
        raft.become_follower(term)
    if raft.role is not Role.LEADER or term < raft.term:
        return None
    follower = raft.followers[sender]
    follower.heard = True
    return follower


def _ack_fault(raft: Raft, sender: str, block: BlockId, signature: Signature) -> str | None:
    if block.height <= raft.commit_height:
        return None  # late
    # Invariant 2 (Raft §5.4.2): only blocks of the leader's own term become final by counting.
    if block.term != raft.term or raft.log.block_id(block.height) != block:
        return f"it acks another block at {block.height} in term {block.term}"
    if sender in raft.acks.get(block.height, ()):
        return None  # repeated: a signature is checked once, however often it is sent
    member = raft.me.authorities.get(sender)
    if member is None or not verify(member.key, Ack(raft.me.chain, block).message(), signature):
        return f"its ack of block {block.height} is not signed by it"
    return None


def _count_ack(raft: Raft, name: str, block: BlockId, signature: Signature) -> None:
    """A sovereign quorum of acks makes the block final, and all before it (invariant 7)."""
    if raft.role is not Role.LEADER or block.height <= raft.commit_height:
        return
    acks = raft.acks.setdefault(block.height, {})
    acks.setdefault(name, signature)
    if not raft.me.authorities.is_quorum(acks):
        return
    raft.commit = CommitCertificate(
        block, tuple(AuthoritySignature(n, s) for n, s in sorted(acks.items()))
    )
    raft.acks = {h: found for h, found in raft.acks.items() if h > block.height}
    raft.out.final(raft.commit)
    for peer, follower in raft.followers.items():
        _send(raft, peer, follower)


# --- the log and the promise move together -------------------------------------------------------


def _append(raft: Raft, entry: Entry) -> None:
    raft.log.append(entry, raft.out.next_sequence)
    raft.out.entry(entry)


def _truncate(raft: Raft, height: int) -> None:
    raft.log.truncate(height)
    raft.application.truncate(height)
    raft.out.truncate(height)


def _promise_ack(raft: Raft, block: BlockId) -> None:
    # Invariant 6: the promise goes to disk with the block, the signature is made after.
    acked = raft.promise.acked
    if acked is None or acked.position < block.position:
        raft.set_promise(Promise(term=raft.term, vote=raft.promise.vote, acked=block))


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
