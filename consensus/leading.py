"""The leader's rules: propose, send, count acks until a block is final (Raft §5.3, §5.4)."""

from typing import Final

from amanat.consensus.acks import ack_fault, gather
from amanat.consensus.following import ack_of
from amanat.consensus.handover import offer
from amanat.consensus.interface import NotLeader, Propose
from amanat.consensus.later_terms import on_claim
from amanat.consensus.log_entry import Entry
from amanat.consensus.membership import step_down_if_removed, update_followers
from amanat.consensus.messages import Append, AppendRefused, AppendReply
from amanat.consensus.offers import sign_offers
from amanat.consensus.progress import Progress
from amanat.consensus.raft import Raft, Role
from amanat.consensus.snapshots import offer as offer_snapshot
from amanat.consensus.statements import BlockId, CommitCertificate, Proposal, SignedAck
from amanat.ledger.authorities import QuorumRule

APPEND_BYTES_MAX: Final = 2 * 1024 * 1024
"""Payload bytes of one message, unless a single entry is longer."""


def propose(raft: Raft, event: Propose) -> None:
    """Put the leader's next block into its log and send it.

    It is sent before it is on the leader's own disk: the leader's ack waits for the disk, its
    proposal need not, because a leader that crashes can never propose in the same term again.

    Raises:
        NotLeader: this node does not lead, or the block does not follow the log's last, or the
            rule or the change under way does not allow it yet.
    """
    last = raft.log.last
    leader = raft.leader
    if raft.successor is not None:
        raise NotLeader(f"{raft.me.name} hands term {raft.term} over to {raft.successor}")
    if raft.role is not Role.LEADER or leader is None:
        raise NotLeader(f"{raft.me.name} does not lead term {raft.term}")
    if (event.height, event.parent) != (last.height + 1, last.digest):
        raise NotLeader(f"block {event.height} does not follow the log's end {last.height}")
    if not raft.votes:
        raise NotLeader(f"block {last.height} takes {raft.me.name} out of the authorities")
    if raft.rule is QuorumRule.TWO_THIRDS and raft.certified_height != last.height:
        raise NotLeader(f"block {last.height} is not certified yet")
    block = BlockId(raft.term, event.height, event.digest)
    entry = Entry(
        block=block,
        parent=event.parent,
        proposer=raft.me.name,
        leader_certificate=leader if last.term < raft.term else None,
        parent_certificate=raft.certified if raft.rule is QuorumRule.TWO_THIRDS else None,
        change_certificate=raft.commit if event.completes_change else None,
        signature=raft.me.sign(Proposal(raft.me.chain, block).message()),
        payload=event.payload,
    )
    raft.append(entry)
    _ack_own(raft, block)
    update_followers(raft)
    for peer, follower in raft.followers.items():
        if follower.may_send:
            _send(raft, peer, follower)


def _ack_own(raft: Raft, block: BlockId) -> None:
    """Ack this leader's own block once it is on disk, as a follower would."""
    own = ack_of(raft, block.height)
    if own is None:
        return
    raft.promise_ack(block)

    def ack() -> None:
        signature = raft.me.sign(own.message())
        _count_ack(raft, raft.me.name, SignedAck(own.parent, block, signature))

    raft.when_synced(ack)


def send_heartbeats(raft: Raft) -> None:
    """Send every follower what it may be sent, or an empty message: it also carries finality.

    What was lost is found out by the answer to the empty message, and sent again then.
    """
    for peer, follower in raft.followers.items():
        _send(raft, peer, follower)


def _send(raft: Raft, peer: str, follower: Progress) -> None:
    if follower.next_height - 1 < raft.log.base:
        follower.needs_snapshot(raft.log.base)
    previous = raft.log.block_id(follower.next_height - 1)
    if raft.leader is None or previous is None:
        raise AssertionError(f"no entry before {follower.next_height} to send {peer}")
    entries: tuple[Entry, ...] = ()
    if follower.may_send:
        entries = tuple(raft.log.entries(follower.next_height, APPEND_BYTES_MAX))
    if entries:
        follower.sent(entries[-1].block.height)
    offers, certificate = sign_offers(raft, previous, entries), _certificate_for(raft, entries)
    raft.out.send(peer, Append(raft.term, raft.leader, previous, entries, certificate, offers))


def _certificate_for(raft: Raft, entries: tuple[Entry, ...]) -> CommitCertificate | None:
    """Return the highest certificate that tells the receiver something.

    Who catches up learns from one in the midst of old entries that these are final, and can let go
    of all that it keeps as long as they might not be. By two thirds the entries hold them.
    """
    if not entries or entries[-1].block.height >= raft.final.height:
        return raft.certified
    first, last = entries[0].block.height, entries[-1].block.height
    return raft.log.certificate(first, last) or raft.certified


def on_append_reply(raft: Raft, sender: str, message: AppendReply) -> None:
    """Advance the follower's progress, count its acks, send what is next."""
    follower = _follower_of(raft, sender, message.term)
    if follower is None:
        return
    if message.match > raft.log.last.height:
        raft.out.fault(sender, f"it claims block {message.match}, which was never sent")
        return
    follower.matched(message.match)
    for ack in message.acks:
        fault = ack_fault(raft, sender, ack)
        if fault:
            raft.out.fault(sender, fault)
            return
        _count_ack(raft, sender, ack)
    if raft.role is not Role.LEADER:
        return
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
    if not follower.refused(message.previous, retry):
        return
    if retry >= raft.log.base:
        _send(raft, sender, follower)
        return
    follower.needs_snapshot(raft.log.base)
    if not message.fetching:
        offer_snapshot(raft, sender)


def _follower_of(raft: Raft, sender: str, term: int) -> Progress | None:
    if raft.role is Role.LEADER and term > raft.term:
        on_claim(raft, sender, term)
    if raft.role is not Role.LEADER or term != raft.term:
        return None
    follower = raft.followers.get(sender)
    if follower is not None:
        follower.heard = True
    return follower


def _count_ack(raft: Raft, name: str, ack: SignedAck) -> None:
    """Keep an ack; once a quorum's certify the block, tell everybody."""
    if raft.role is not Role.LEADER or not gather(raft, name, ack):
        return
    for peer, follower in raft.followers.items():
        _send(raft, peer, follower)
    update_followers(raft)
    step_down_if_removed(raft)
