"""The leader's rules: propose, send, count acks until a block is final (Raft §5.3, §5.4)."""

from typing import Final

from amanat.consensus.evidence import DoubleAck, SignedBlock, is_proven
from amanat.consensus.handover import offer
from amanat.consensus.interface import NotLeader, Propose
from amanat.consensus.log_entry import Entry
from amanat.consensus.messages import Append, AppendRefused, AppendReply
from amanat.consensus.progress import Progress
from amanat.consensus.raft import Raft, Role
from amanat.consensus.statements import (
    Ack,
    AuthoritySignature,
    BlockId,
    CommitCertificate,
    Proposal,
)
from amanat.ledger.crypto import verify
from amanat.ledger.identifiers import Signature

APPEND_BYTES_MAX: Final = 2 * 1024 * 1024
"""Payload bytes of one message, unless a single entry is longer."""


def propose(raft: Raft, event: Propose) -> None:
    """Put the leader's next block into its log and send it.

    It is sent before it is on the leader's own disk: the leader's ack waits for the disk, its
    proposal need not, because a leader that crashes can never propose in the same term again.

    Raises:
        NotLeader: this node does not lead, or the block does not follow the log's last.
    """
    last = raft.log.last
    leader = raft.leader
    if raft.successor is not None:
        raise NotLeader(f"{raft.me.name} hands term {raft.term} over to {raft.successor}")
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
    raft.append(entry)
    raft.promise_ack(block)

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
    if sender == raft.successor:
        offer(raft)


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
        _note_double_ack(raft, sender, SignedBlock(block, signature))
        return f"it acks another block at {block.height} in term {block.term}"
    if sender in raft.acks.get(block.height, ()):
        return None  # repeated: a signature is checked once, however often it is sent
    member = raft.me.authorities.get(sender)
    if member is None or not verify(member.key, Ack(raft.me.chain, block).message(), signature):
        return f"its ack of block {block.height} is not signed by it"
    return None


def _note_double_ack(raft: Raft, sender: str, second: SignedBlock) -> None:
    height = second.block.height
    own, signature = raft.log.block_id(height), raft.acks.get(height, {}).get(sender)
    if own is None or signature is None:
        return
    evidence = DoubleAck(sender, SignedBlock(own, signature), second)
    if is_proven(evidence, raft.me.chain, raft.me.authorities):
        raft.out.evidence([evidence])


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
