"""Linearizable reads by read index (Ongaro's dissertation, §6.4).

A read is up to date at the height that was final when it was asked for, if the node that knew that
height still led afterwards. So the leader notes its commit height, asks everybody whether it still
leads, and answers when a sovereign quorum has said so. No clock takes part. Where followers put
certificates together themselves (`sharing`), they may know more than their leader; so they say how
far they have shown their acks, and the read waits for that too.
"""

from dataclasses import replace
from typing import Final

from amanat.consensus.interface import Read, ReadIndex
from amanat.consensus.later_terms import on_claim
from amanat.consensus.messages import AskIndex, Confirm, Confirmed, Index
from amanat.consensus.pending import PendingRead
from amanat.consensus.raft import Raft, Role

PENDING_MAX: Final = 1024
"""Reads that wait for a confirmation at one leader; more are dropped, and asked for again."""


def on_read(raft: Raft, event: Read) -> None:
    """Find the index for a read at this node, here or by asking the leader."""
    if raft.role is Role.LEADER:
        _begin(raft, raft.me.name, event.number)
    elif raft.leader is not None:
        raft.out.send(raft.leader.candidate, AskIndex(raft.term, event.number))
    else:
        raft.out.read(ReadIndex(event.number, None))


def on_ask_index(raft: Raft, sender: str, message: AskIndex) -> None:
    """A follower asks on behalf of a read of its own."""
    if raft.role is Role.LEADER and message.term == raft.term:
        _begin(raft, sender, message.number)


def on_index(raft: Raft, sender: str, message: Index) -> None:
    """The leader's answer to a follower's question."""
    leader = raft.leader
    if message.term == raft.term and leader is not None and leader.candidate == sender:
        raft.out.read(ReadIndex(message.number, message.height))


def on_confirm(raft: Raft, sender: str, message: Confirm) -> None:
    """Say whether this node still follows the sender: that it has promised no later term."""
    leader = raft.leader
    follows = leader is not None and leader.candidate == sender
    if message.term < raft.term or (message.term == raft.term and follows):
        raft.out.send(sender, Confirmed(raft.term, message.round, raft.shared))


def on_confirmed(raft: Raft, sender: str, message: Confirmed) -> None:
    """Count it; answer every read that a sovereign quorum has confirmed since."""
    if raft.role is Role.LEADER and message.term > raft.term:
        on_claim(raft, sender, message.term)
    if raft.role is not Role.LEADER or message.term != raft.term:
        return
    if message.round > raft.read_round:
        return
    if sender in raft.followers:
        raft.followers[sender].heard = True
    before = raft.confirmed.get(sender)
    if before is None or before.round < message.round:
        raft.confirmed[sender] = message
    _answer(raft)


def _begin(raft: Raft, reader: str, number: int) -> None:
    # Invariant 12: before a block of its own term is final, a leader does not know all that is.
    if raft.final.term != raft.term:
        _send(raft, PendingRead(reader, number, 0, None))
        return
    if len(raft.reads) >= PENDING_MAX:
        return
    # Invariant 12: only what is said after the read was asked for confirms it, so it waits for the
    # next round. All that come while one is under way share that.
    raft.reads.append(PendingRead(reader, number, raft.read_round + 1, raft.commit_height))
    if raft.reads[0].round > raft.read_round:
        ask_quorum(raft)


def ask_quorum(raft: Raft) -> None:
    """Begin a round of confirmation, if a read waits; a round whose messages are lost needs one."""
    if not raft.reads:
        return
    raft.read_round += 1
    for peer in raft.voters:
        raft.out.send(peer, Confirm(raft.term, raft.read_round))
    _answer(raft)


def _answer(raft: Raft) -> None:
    while raft.reads:
        first = raft.reads[0]
        if first.round > raft.read_round:
            ask_quorum(raft)
            return
        # Invariants 7 and 12: only a sovereign quorum can say that no other leader was elected.
        confirming = {peer: it for peer, it in raft.confirmed.items() if it.round >= first.round}
        if not raft.configuration.is_quorum([raft.me.name, *confirming]):
            return
        raft.reads.popleft()
        # Invariant 12: what followers have made final among themselves, one of these has shown its
        # ack of.
        shared = max((it.shared for it in confirming.values()), default=0)
        index = max(first.height or 0, min(shared, raft.log.last.height))
        _send(raft, replace(first, height=index))


def _send(raft: Raft, read: PendingRead) -> None:
    if read.reader == raft.me.name:
        raft.out.read(ReadIndex(read.number, read.height))
    elif read.height is not None:
        raft.out.send(read.reader, Index(raft.term, read.number, read.height))
