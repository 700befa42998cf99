"""Followers show one another their acks, where their leader shows no certificate (see docs).

Acks go to the leader, and the certificate comes from it. A leader that keeps it to itself would
keep everybody from knowing what is final, and nobody could tell it from one that waits for a slow
quorum. So a follower whose acked blocks stay uncertified for a while asks the others for their
acks of the same blocks. A quorum of acks certifies a block, whoever puts it together. One that
acks nothing, such as a learner, asks the others for what they know to be final.
"""

from typing import Final

from amanat.consensus.acks import ack_fault, gather, note_double_ack
from amanat.consensus.asking import ask_everybody
from amanat.consensus.following import ack_of
from amanat.consensus.messages import SHARED_ACKS_MAX, SharedAcks
from amanat.consensus.raft import Raft, Role
from amanat.consensus.statements import Ack, BlockId, SignedAck

SHARE_TIMEOUTS: Final = 2
"""Election timeouts without a certificate of what this node acked, until it asks the others."""

TRUST_TIMEOUTS: Final = 20
"""The same, until it hears the leader no more; long, because an honest one may have slow disks."""


def on_tick(raft: Raft) -> None:
    """Ask the others for their acks; hear a leader no more for whom they do not suffice either.

    Such a leader may have sent this node a good block, and the others none or a bad one.
    """
    acked = acked_of_this_term(raft)
    if raft.role is not Role.FOLLOWER or not raft.hears_leader:
        raft.uncertified_ticks = raft.unproved_ticks = 0
        return
    if acked is None:
        raft.uncertified_ticks = 0
        _ask_for_proof(raft)
        return
    raft.uncertified_ticks += 1
    if raft.uncertified_ticks >= TRUST_TIMEOUTS * raft.timing.election:
        raft.distrusts = True
        return
    if raft.uncertified_ticks % (SHARE_TIMEOUTS * raft.timing.election):
        return
    # The last is what all hold if no more comes; the first, what a quorum holds if more does.
    heights = sorted({raft.certified_height + 1, acked.height})
    _share(raft, raft.voters, [raft.log.block_id(height) for height in heights], wanted=True)


def _ask_for_proof(raft: Raft) -> None:
    """Ask the others what is final, where this node has no ack to show, as a learner has none."""
    if raft.certified_height >= raft.log.last.height:
        raft.unproved_ticks = 0
        return
    raft.unproved_ticks += 1
    if raft.unproved_ticks % (SHARE_TIMEOUTS * raft.timing.election) == 0:
        ask_everybody(raft)


def on_shared_acks(raft: Raft, sender: str, message: SharedAcks) -> None:
    """Keep the acks of what the log holds; show this node's own of the same blocks if asked."""
    if message.term != raft.term or raft.role is Role.LEADER:
        return  # whoever leads is sent all acks anyway
    held: list[BlockId | None] = []
    for ack in message.acks:
        if raft.log.block_id(ack.block.height) != ack.block:
            note_double_ack(raft, sender, ack)
            continue
        fault = ack_fault(raft, sender, ack)
        if fault:
            raft.out.fault(sender, fault)
            return
        gather(raft, sender, ack)
        held.append(ack.block)
    if message.wanted:
        _share(raft, [sender], held, wanted=False)


def acked_of_this_term(raft: Raft) -> BlockId | None:
    """Return the last block of this term that this node has acked, if that is not certified yet."""
    acked = raft.promise.acked
    if acked is None or acked.term != raft.term or raft.log.block_id(acked.height) != acked:
        return None
    return acked if acked.height > raft.certified_height else None


def _share(raft: Raft, to: list[str], blocks: list[BlockId | None], *, wanted: bool) -> None:
    """Send this node's acks of those blocks that it has acked, signed once that is on disk."""
    acked = raft.promise.acked
    if acked is None or acked.term != raft.term or raft.log.block_id(acked.height) != acked:
        return
    heights = [block.height for block in blocks if block is not None]
    found = [ack_of(raft, height) for height in heights if height <= acked.height]
    acks = [ack for ack in found if ack is not None][:SHARED_ACKS_MAX]
    if not acks:
        return
    raft.shared = max(raft.shared, *(ack.block.height for ack in acks))

    def send() -> None:
        signed = tuple(_signed(raft, ack) for ack in acks)
        for ack in signed:
            if raft.log.block_id(ack.block.height) == ack.block:
                gather(raft, raft.me.name, ack)
        for peer in to:
            raft.out.send(peer, SharedAcks(raft.term, signed, wanted))

    raft.when_synced(send)


def _signed(raft: Raft, ack: Ack) -> SignedAck:
    return SignedAck(ack.parent, ack.block, raft.me.sign(ack.message()))
