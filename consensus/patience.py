"""A leader that leaves somebody out is given up, for the rest of its term (see docs/consensus.md).

Whether a leader does that is for the driver to judge: blocks are opaque here. What follows from it
is here, and it is no more than silence: this node neither acks nor answers what its leader of this
term sends, as if it were lost; it votes as one that hears no leader, and stands for election after
its timeout. If so many do that no quorum is left, the leader steps down. One alone changes nothing
for the others. No safety rule depends on any of it: messages may always be lost, and votes may
always be refused.
"""

from typing import Final

from amanat.consensus.interface import Abandon
from amanat.consensus.raft import Raft, Role

SHUN_TIMEOUTS: Final = 10
"""Election timeouts during which this node does not elect whom it has given up: the others come
first. Not for ever, because the one it gave up may be the only one whose log will do."""


def on_abandon(raft: Raft, event: Abandon) -> None:
    """Follow the present leader no more, if it is that of `event.term` and not this node."""
    if raft.role is Role.LEADER or raft.leader is None or raft.term != event.term:
        return
    raft.abandoned = raft.leader
    raft.shun_ticks = SHUN_TIMEOUTS * raft.timing.election
    raft.become_follower(raft.term)


def on_tick(raft: Raft) -> None:
    """Let one tick pass."""
    raft.shun_ticks = max(raft.shun_ticks - 1, 0)


def ignores(raft: Raft, term: int) -> bool:
    """Return whether this node has given up the leader of `term`."""
    return raft.abandoned is not None and raft.abandoned.term == term


def shuns(raft: Raft, candidate: str) -> bool:
    """Return whether it is too early to elect `candidate` again."""
    abandoned = raft.abandoned
    return raft.shun_ticks > 0 and abandoned is not None and abandoned.candidate == candidate
