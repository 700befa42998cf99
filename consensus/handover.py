"""Leadership transfer (Ongaro's dissertation, §3.10): a leader that must go names its successor.

The leader takes no more proposals, brings the successor up to its own log's end, and gives it a
signed statement. With it the successor stands for election at once, and its voters need not wait
for the silence of a leader that has said itself that it goes. Nothing else changes: the election
is an ordinary one, and if it fails the next one follows as ever.
"""

from amanat.consensus.elections import begin_election
from amanat.consensus.interface import TransferLeadership
from amanat.consensus.messages import Message, TimeoutNow
from amanat.consensus.raft import Raft, Role
from amanat.consensus.statements import Handover


def on_transfer(raft: Raft, event: TransferLeadership) -> None:
    """Begin to hand leadership over: to `event.to`, or to whoever seems fit."""
    if event.for_good:
        raft.stands = False
    if raft.role is not Role.LEADER:
        return
    to = event.to if event.to is not None else _heir(raft)
    if to in raft.followers and raft.configuration.get(to) is not None:
        raft.successor, raft.successor_ticks = to, 0
        offer(raft)


def _heir(raft: Raft) -> str | None:
    """Return who holds most of the log among the voters that are up, once each; or None."""
    up = [peer for peer in raft.voters if peer in raft.followers and raft.followers[peer].is_up]
    fit = [peer for peer in up if peer not in raft.tried]
    heir = max(fit, key=lambda peer: (raft.followers[peer].match_height, peer), default=None)
    # After a round without success, this leader takes proposals for a while.
    raft.tried = (*raft.tried, heir) if heir is not None else ()
    return heir


def offer(raft: Raft) -> None:
    """Send the statement, once the successor's log ends where the leader's does."""
    successor = raft.successor
    if successor not in raft.followers:
        return
    if raft.followers[successor].match_height < raft.log.last.height:
        return
    signature = raft.me.sign(Handover(raft.me.chain, raft.term, successor).message())
    raft.out.send(successor, TimeoutNow(raft.term, signature))


def on_tick(raft: Raft) -> None:
    """Lead on if the successor has not been elected within an election timeout, or try another."""
    raft.successor_ticks += 1
    if raft.successor_ticks < raft.timing.election:
        return
    raft.successor, raft.successor_ticks = None, 0
    if not raft.stands:
        on_transfer(raft, TransferLeadership())


def is_last_word(raft: Raft, sender: str, message: Message) -> bool:
    """Return whether a leader that has just been removed hands over with this.

    It does so once its removal is final, and whoever learns that first must hear it all the same.
    """
    leader = raft.leader
    return isinstance(message, TimeoutNow) and leader is not None and leader.candidate == sender


def on_timeout_now(raft: Raft, sender: str, message: TimeoutNow) -> None:
    """Stand for election at once, without a pre-vote: the leader itself asks for it."""
    leader = raft.leader
    if message.term != raft.term or leader is None or leader.candidate != sender:
        return
    is_bound = raft.abstains or raft.is_unsure
    if is_bound or not raft.stands or raft.electorate.get(raft.me.name) is None:
        return
    begin_election(raft, handover=message.signature)
